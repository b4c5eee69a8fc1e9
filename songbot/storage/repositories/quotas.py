"""The quota book, as songbot.quotas.repository.QuotaBook has it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, func, insert, select, update

from songbot.quotas.repository import Asker, Change, GuildRules, OwnUsage, Usage
from songbot.quotas.rules import Ceilings, Decision, Rule, Who, shared_rules
from songbot.storage.connectors.base import Doors
from songbot.storage.queries import usage_stats
from songbot.storage.queries.quota_usage import (
    TERMS,
    Terms,
    asker_parameters,
    decision,
    rule_of,
    standings_of,
    terms_of,
)
from songbot.storage.schema.tables import (
    guilds,
    quota_changes,
    quota_grants,
    quota_resets,
    quota_rules,
    songs,
)
from songbot.storage.schema.upsert import upsert

_NOBODY = 0


class QuotaTables:
    """Implements songbot.quotas.repository.QuotaBook."""

    def __init__(self, doors: Doors, ceilings: Ceilings) -> None:
        self._doors = doors
        self._ceilings = ceilings

    async def rules(self, guild_id: int, now: datetime) -> GuildRules:
        query = select(quota_rules).where(quota_rules.c.guild_id == guild_id)
        query = query.order_by(quota_rules.c.who, quota_rules.c.subject_id)

        def look(connection: Connection) -> GuildRules:
            terms = _terms(connection, Asker(_NOBODY, guild_id))
            shared = shared_rules(terms.rules, self._ceilings, in_guild=True)
            standings = standings_of(connection, shared, terms, now)
            rows = connection.execute(query)
            return GuildRules(tuple(rule_of(row) for row in rows), tuple(standings), terms.zone.key)

        return await self._doors.read(look)

    async def set_rule(self, guild_id: int, actor_id: int, rule: Rule, now: datetime) -> Rule | None:
        key = {"guild_id": guild_id, "who": rule.who, "subject_id": rule.subject_id}
        change = _Change(guild_id, actor_id, now)

        def set_it(connection: Connection) -> Rule | None:
            _ensure_guild(connection, guild_id)
            before = _rule(connection, guild_id, rule.who, rule.subject_id)
            upsert(connection, quota_rules, key, {"rule_limit": rule.limit, "per": rule.per})
            change.log(connection, _rule_key(rule.who, rule.subject_id), _words(before), _words(rule))
            return before

        return await self._doors.write(set_it)

    async def clear_rule(
        self, guild_id: int, actor_id: int, who: Who, subject_id: int, now: datetime
    ) -> Rule | None:
        change = _Change(guild_id, actor_id, now)

        def clear(connection: Connection) -> Rule | None:
            before = _rule(connection, guild_id, who, subject_id)
            if before is not None:
                connection.execute(delete(quota_rules).where(_is_rule(guild_id, who, subject_id)))
                change.log(connection, _rule_key(who, subject_id), _words(before), None)
            return before

        return await self._doors.write(clear)

    async def check(self, asker: Asker, now: datetime) -> Decision:
        def look(connection: Connection) -> Decision:
            return decision(connection, asker, _terms(connection, asker), self._ceilings, now)

        return await self._doors.read(look)

    async def usage_of(self, asker: Asker, now: datetime) -> OwnUsage:
        def look(connection: Connection) -> OwnUsage:
            terms = _terms(connection, asker)
            verdict = decision(connection, asker, terms, self._ceilings, now)
            window = verdict.own.window
            made, in_the_works = usage_stats.of_person(connection, asker.user_id, terms.scope, window)
            return OwnUsage(verdict, made, in_the_works)

        return await self._doors.read(look)

    async def grant(self, guild_id: int, actor_id: int, user_id: int, songs: int, now: datetime) -> int:
        key = {"guild_id": guild_id, "user_id": user_id}
        total = quota_grants.c.songs + songs
        now_has = select(quota_grants.c.songs).where(_is_member(quota_grants, guild_id, user_id))
        change = _Change(guild_id, actor_id, now)

        def give(connection: Connection) -> int:
            _ensure_guild(connection, guild_id)
            upsert(connection, quota_grants, key, {"songs": songs}, on_conflict={"songs": total})
            left = int(connection.scalar(now_has) or 0)
            change.log(connection, f"grant:{user_id}", str(left - songs), str(left))
            return left

        return await self._doors.write(give)

    async def reset(self, guild_id: int, actor_id: int, user_id: int, now: datetime) -> None:
        key = {"guild_id": guild_id, "user_id": user_id}
        change = _Change(guild_id, actor_id, now)

        def begin_anew(connection: Connection) -> None:
            _ensure_guild(connection, guild_id)
            last = connection.scalar(select(func.max(songs.c.id)))
            upsert(connection, quota_resets, key, {"last_song_id": last or 0, "reset_at": now})
            change.log(connection, f"reset:{user_id}", None, None)

        await self._doors.write(begin_anew)

    async def set_timezone(self, guild_id: int, actor_id: int, timezone: str, now: datetime) -> str:
        row = guilds.c.guild_id == guild_id
        change = _Change(guild_id, actor_id, now)

        def set_it(connection: Connection) -> str:
            _ensure_guild(connection, guild_id)
            before = connection.scalar(select(guilds.c.timezone).where(row))
            connection.execute(update(guilds).where(row).values(timezone=timezone))
            change.log(connection, "timezone", before, timezone)
            return before or "UTC"

        return await self._doors.write(set_it)

    async def log(self, guild_id: int, before_id: int | None, limit: int) -> list[Change]:
        query = select(quota_changes).where(quota_changes.c.guild_id == guild_id)
        if before_id is not None:
            query = query.where(quota_changes.c.id < before_id)
        query = query.order_by(quota_changes.c.id.desc()).limit(limit)
        rows = await self._doors.read(lambda connection: connection.execute(query).all())
        return [Change(row.id, row.changed_at, row.actor_id, row.what, row.old, row.new) for row in rows]

    async def usage(self, guild_id: int, days: int, now: datetime) -> Usage:
        def look(connection: Connection) -> Usage:
            zone = _terms(connection, Asker(_NOBODY, guild_id)).zone
            return usage_stats.of_guild(connection, guild_id, usage_stats.windows(days, zone, now), zone)

        return await self._doors.read(look)

    async def guild_left(self, guild_id: int, now: datetime) -> None:
        await self._set_left(guild_id, now)

    async def guild_joined(self, guild_id: int) -> None:
        await self._set_left(guild_id, None)

    async def guilds_seen(
        self, present: Collection[int], shard_count: int, shard_ids: Collection[int], now: datetime
    ) -> None:
        query = select(guilds.c.guild_id, guilds.c.left_at)
        rows = await self._doors.read(lambda connection: connection.execute(query).all())
        for guild_id, left_at in rows:
            is_ours = (guild_id >> 22) % shard_count in shard_ids
            if is_ours and (guild_id in present) == (left_at is not None):
                await self._set_left(guild_id, None if guild_id in present else now)

    async def _set_left(self, guild_id: int, left_at: datetime | None) -> None:
        """A server without a row has nothing to lose."""
        change = update(guilds).where(guilds.c.guild_id == guild_id).values(left_at=left_at)
        await self._doors.write(lambda connection: connection.execute(change))


class _Change:
    """Who changes what holds in which server, and when."""

    def __init__(self, guild_id: int, actor_id: int, now: datetime) -> None:
        self._values = {"guild_id": guild_id, "actor_id": actor_id, "changed_at": now}

    def log(self, connection: Connection, what: str, old: str | None, new: str | None) -> None:
        values = self._values | {"what": what, "old": old, "new": new}
        connection.execute(insert(quota_changes).values(values))


def _terms(connection: Connection, asker: Asker) -> Terms:
    return terms_of(connection.execute(TERMS, asker_parameters(asker)).all(), asker)


def _ensure_guild(connection: Connection, guild_id: int) -> None:
    upsert(connection, guilds, {"guild_id": guild_id}, {})


def _rule(connection: Connection, guild_id: int, who: Who, subject_id: int) -> Rule | None:
    query = select(quota_rules).where(_is_rule(guild_id, who, subject_id))
    row = connection.execute(query).one_or_none()
    return None if row is None else rule_of(row)


def _is_rule(guild_id: int, who: Who, subject_id: int) -> Any:
    columns = quota_rules.c
    return and_(columns.guild_id == guild_id, columns.who == who, columns.subject_id == subject_id)


def _is_member(table: Table, guild_id: int, user_id: int) -> Any:
    return and_(table.c.guild_id == guild_id, table.c.user_id == user_id)


def _rule_key(who: Who, subject_id: int) -> str:
    return f"rule:{who}:{subject_id}" if subject_id else f"rule:{who}"


def _words(rule: Rule | None) -> str | None:
    return None if rule is None else f"{rule.limit} per {rule.per}"
