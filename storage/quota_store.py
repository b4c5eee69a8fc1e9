"""The quota book, as songs.quota_book.QuotaBook has it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Table, and_, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from songs.quota_book import Asker, Change, GuildRules, OwnUsage, Usage
from songs.quotas import Ceilings, Decision, Rule, Who, shared_rules

from . import usage
from .doors import Doors
from .ledger import TERMS, Terms, asker_parameters, decision, rule_of, standings_of, terms_of
from .tables import guilds, quota_changes, quota_grants, quota_resets, quota_rules, songs
from .upsert import upsert

_NOBODY = 0


class QuotaTables:
    """Implements songs.quota_book.QuotaBook."""

    def __init__(self, doors: Doors, ceilings: Ceilings) -> None:
        self._doors = doors
        self._ceilings = ceilings

    async def rules(self, guild_id: int, now: datetime) -> GuildRules:
        async with self._doors.reading() as connection:
            terms = await _terms(connection, Asker(_NOBODY, guild_id))
            shared = shared_rules(terms.rules, self._ceilings, in_guild=True)
            standings = await standings_of(connection, shared, terms, now)
            query = select(quota_rules).where(quota_rules.c.guild_id == guild_id)
            rows = await connection.execute(query.order_by(quota_rules.c.who, quota_rules.c.subject_id))
            return GuildRules(tuple(rule_of(row) for row in rows), tuple(standings), terms.zone.key)

    async def set_rule(self, guild_id: int, actor_id: int, rule: Rule, now: datetime) -> Rule | None:
        async with self._doors.writing() as connection:
            await _ensure_guild(connection, guild_id)
            before = await _rule(connection, guild_id, rule.who, rule.subject_id)
            key = {"guild_id": guild_id, "who": rule.who, "subject_id": rule.subject_id}
            await upsert(connection, quota_rules, key, {"rule_limit": rule.limit, "per": rule.per})
            change = _Change(guild_id, actor_id, now)
            await change.log(connection, _rule_key(rule.who, rule.subject_id), _words(before), _words(rule))
            return before

    async def clear_rule(
        self, guild_id: int, actor_id: int, who: Who, subject_id: int, now: datetime
    ) -> Rule | None:
        async with self._doors.writing() as connection:
            before = await _rule(connection, guild_id, who, subject_id)
            if before is not None:
                await connection.execute(delete(quota_rules).where(_is_rule(guild_id, who, subject_id)))
                change = _Change(guild_id, actor_id, now)
                await change.log(connection, _rule_key(who, subject_id), _words(before), None)
            return before

    async def check(self, asker: Asker, now: datetime) -> Decision:
        async with self._doors.reading() as connection:
            terms = await _terms(connection, asker)
            return await decision(connection, asker, terms, self._ceilings, now)

    async def usage_of(self, asker: Asker, now: datetime) -> OwnUsage:
        async with self._doors.reading() as connection:
            terms = await _terms(connection, asker)
            verdict = await decision(connection, asker, terms, self._ceilings, now)
            window = verdict.own.window
            made, in_the_works = await usage.of_person(connection, asker.user_id, terms.scope, window)
            return OwnUsage(verdict, made, in_the_works)

    async def grant(self, guild_id: int, actor_id: int, user_id: int, songs: int, now: datetime) -> int:
        async with self._doors.writing() as connection:
            await _ensure_guild(connection, guild_id)
            key = {"guild_id": guild_id, "user_id": user_id}
            total = quota_grants.c.songs + songs
            await upsert(connection, quota_grants, key, {"songs": songs}, on_conflict={"songs": total})
            now_has = await connection.scalar(
                select(quota_grants.c.songs).where(_is_member(quota_grants, guild_id, user_id))
            )
            change = _Change(guild_id, actor_id, now)
            left = int(now_has or 0)
            await change.log(connection, f"grant:{user_id}", str(left - songs), str(left))
            return left

    async def reset(self, guild_id: int, actor_id: int, user_id: int, now: datetime) -> None:
        async with self._doors.writing() as connection:
            await _ensure_guild(connection, guild_id)
            last = await connection.scalar(select(func.max(songs.c.id)))
            key = {"guild_id": guild_id, "user_id": user_id}
            await upsert(connection, quota_resets, key, {"last_song_id": last or 0, "reset_at": now})
            await _Change(guild_id, actor_id, now).log(connection, f"reset:{user_id}", None, None)

    async def set_timezone(self, guild_id: int, actor_id: int, timezone: str, now: datetime) -> str:
        async with self._doors.writing() as connection:
            await _ensure_guild(connection, guild_id)
            row = guilds.c.guild_id == guild_id
            before = await connection.scalar(select(guilds.c.timezone).where(row))
            await connection.execute(update(guilds).where(row).values(timezone=timezone))
            await _Change(guild_id, actor_id, now).log(connection, "timezone", before, timezone)
            return before or "UTC"

    async def log(self, guild_id: int, before_id: int | None, limit: int) -> list[Change]:
        query = select(quota_changes).where(quota_changes.c.guild_id == guild_id)
        if before_id is not None:
            query = query.where(quota_changes.c.id < before_id)
        query = query.order_by(quota_changes.c.id.desc()).limit(limit)
        async with self._doors.reading() as connection:
            rows = (await connection.execute(query)).all()
        return [Change(row.id, row.changed_at, row.actor_id, row.what, row.old, row.new) for row in rows]

    async def usage(self, guild_id: int, days: int, now: datetime) -> Usage:
        async with self._doors.reading() as connection:
            terms = await _terms(connection, Asker(_NOBODY, guild_id))
            return await usage.of_guild(
                connection, guild_id, usage.windows(days, terms.zone, now), terms.zone
            )

    async def guild_left(self, guild_id: int, now: datetime) -> None:
        await self._set_left(guild_id, now)

    async def guild_joined(self, guild_id: int) -> None:
        await self._set_left(guild_id, None)

    async def guilds_seen(
        self, present: Collection[int], shard_count: int, shard_ids: Collection[int], now: datetime
    ) -> None:
        async with self._doors.reading() as connection:
            rows = (await connection.execute(select(guilds.c.guild_id, guilds.c.left_at))).all()
        for guild_id, left_at in rows:
            is_ours = (guild_id >> 22) % shard_count in shard_ids
            if is_ours and (guild_id in present) == (left_at is not None):
                await self._set_left(guild_id, None if guild_id in present else now)

    async def _set_left(self, guild_id: int, left_at: datetime | None) -> None:
        """A server without a row has nothing to lose."""
        async with self._doors.writing() as connection:
            await connection.execute(
                update(guilds).where(guilds.c.guild_id == guild_id).values(left_at=left_at)
            )


class _Change:
    """Who changes what holds in which server, and when."""

    def __init__(self, guild_id: int, actor_id: int, now: datetime) -> None:
        self._values = {"guild_id": guild_id, "actor_id": actor_id, "changed_at": now}

    async def log(self, connection: AsyncConnection, what: str, old: str | None, new: str | None) -> None:
        values = self._values | {"what": what, "old": old, "new": new}
        await connection.execute(insert(quota_changes).values(values))


async def _terms(connection: AsyncConnection, asker: Asker) -> Terms:
    return terms_of((await connection.execute(TERMS, asker_parameters(asker))).all(), asker)


async def _ensure_guild(connection: AsyncConnection, guild_id: int) -> None:
    await upsert(connection, guilds, {"guild_id": guild_id}, {})


async def _rule(connection: AsyncConnection, guild_id: int, who: Who, subject_id: int) -> Rule | None:
    query = select(quota_rules).where(_is_rule(guild_id, who, subject_id))
    row = (await connection.execute(query)).one_or_none()
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
