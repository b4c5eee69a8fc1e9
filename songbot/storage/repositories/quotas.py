"""Store rules, grants, resets and their audit log in the database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from songbot.quotas.repository import AuditEntry, GuildRules, GuildUsage, MemberUsage, QuotaSubject
from songbot.quotas.rules import Decision, LimitKind, OperatorLimits, Period, Rule, RuleValue, shared_rules
from songbot.storage.connectors.base import Connector
from songbot.storage.queries import usage_stats
from songbot.storage.queries.pseudonyms import load_pseudonym
from songbot.storage.queries.quota_usage import (
    QUOTA_CONTEXT,
    QuotaContext,
    check_quota,
    measure_usage,
    quota_context_from_rows,
    rule_from_row,
    subject_parameters,
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


class SqlQuotaRepository:
    """Implements songbot.quotas.repository.QuotaRepository."""

    def __init__(self, connector: Connector, operator_limits: OperatorLimits) -> None:
        self._connector = connector
        self._operator_limits = operator_limits

    async def rules(self, guild_id: int, now: datetime) -> GuildRules:
        query = select(quota_rules).where(quota_rules.c.guild_id == guild_id)
        query = query.order_by(quota_rules.c.who, quota_rules.c.subject_id)

        def load(connection: Connection) -> GuildRules:
            context = _quota_context(connection, QuotaSubject(_NOBODY, guild_id))
            shared = shared_rules(context.rules, self._operator_limits, in_guild=True)
            usages = measure_usage(connection, shared, context, now)
            rules = tuple(rule_from_row(row) for row in connection.execute(query))
            per_person = [rule for rule in rules if rule.kind in (LimitKind.MEMBER, LimitKind.ROLE)]
            highest = usage_stats.highest_usages(connection, guild_id, per_person, context.zone, now)
            return GuildRules(rules, tuple(usages), context.zone.key, highest)

        return await self._connector.read(load)

    async def set_rule(self, guild_id: int, actor_id: int, rule: Rule, now: datetime) -> Rule | None:
        key = {"guild_id": guild_id, "who": rule.kind, "subject_id": rule.subject_id}
        change = _AuditLog(guild_id, actor_id, now)

        def write(connection: Connection) -> Rule | None:
            _ensure_guild(connection, guild_id)
            before = _take_rule(connection, guild_id, rule.kind, rule.subject_id)
            upsert(connection, quota_rules, key, {"rule_limit": rule.limit, "per": rule.period})
            change.record_rule(connection, rule.kind, rule.subject_id, before, rule)
            return before

        return await self._connector.write(write)

    async def clear_rule(
        self, guild_id: int, actor_id: int, kind: LimitKind, subject_id: int, now: datetime
    ) -> Rule | None:
        change = _AuditLog(guild_id, actor_id, now)

        def write(connection: Connection) -> Rule | None:
            before = _take_rule(connection, guild_id, kind, subject_id)
            if before is not None:
                change.record_rule(connection, kind, subject_id, before, None)
            return before

        return await self._connector.write(write)

    async def check(self, subject: QuotaSubject, now: datetime) -> Decision:
        def load(connection: Connection) -> Decision:
            return check_quota(
                connection, subject, _quota_context(connection, subject), self._operator_limits, now
            )

        return await self._connector.read(load)

    async def usage_for(self, subject: QuotaSubject, now: datetime) -> MemberUsage:
        def load(connection: Connection) -> MemberUsage:
            context = _quota_context(connection, subject)
            verdict = check_quota(connection, subject, context, self._operator_limits, now)
            window = verdict.effective.window
            made, unfinished = usage_stats.for_user(connection, subject.user_id, context.scope, window)
            return MemberUsage(verdict, made, unfinished)

        return await self._connector.read(load)

    async def grant(self, guild_id: int, actor_id: int, user_id: int, songs: int, now: datetime) -> int:
        key = {"guild_id": guild_id, "user_id": user_id}
        total = quota_grants.c.songs + songs
        of_member = and_(quota_grants.c.guild_id == guild_id, quota_grants.c.user_id == user_id)
        now_has = select(quota_grants.c.songs).where(of_member)
        change = _AuditLog(guild_id, actor_id, now)

        def write(connection: Connection) -> int:
            _ensure_guild(connection, guild_id)
            upsert(connection, quota_grants, key, {"songs": songs}, on_conflict={"songs": total})
            left = int(connection.scalar(now_has) or 0)
            change.record(connection, f"grant:{user_id}", str(left - songs), str(left))
            return left

        return await self._connector.write(write)

    async def reset(self, guild_id: int, actor_id: int, user_id: int, now: datetime) -> None:
        key = {"guild_id": guild_id, "user_id": user_id}
        change = _AuditLog(guild_id, actor_id, now)

        def write(connection: Connection) -> None:
            _ensure_guild(connection, guild_id)
            last = connection.scalar(select(func.max(songs.c.id)))
            upsert(connection, quota_resets, key, {"last_song_id": last or 0, "reset_at": now})
            change.record(connection, f"reset:{user_id}", None, None)

        await self._connector.write(write)

    async def set_timezone(self, guild_id: int, actor_id: int, timezone: str, now: datetime) -> str:
        row = guilds.c.guild_id == guild_id
        change = _AuditLog(guild_id, actor_id, now)

        def write(connection: Connection) -> str:
            _ensure_guild(connection, guild_id)
            before = connection.scalar(select(guilds.c.timezone).where(row))
            connection.execute(update(guilds).where(row).values(timezone=timezone))
            change.record(connection, "timezone", before, timezone)
            return before or "UTC"

        return await self._connector.write(write)

    async def audit_log(self, guild_id: int, before_id: int | None, limit: int) -> list[AuditEntry]:
        query = select(quota_changes).where(quota_changes.c.guild_id == guild_id)
        if before_id is not None:
            query = query.where(quota_changes.c.id < before_id)
        query = query.order_by(quota_changes.c.id.desc()).limit(limit)
        rows = await self._connector.read(lambda connection: connection.execute(query).all())
        return [_audit_entry(row) for row in rows]

    async def usage(self, guild_id: int, days: int, now: datetime) -> GuildUsage:
        def load(connection: Connection) -> GuildUsage:
            zone = _quota_context(connection, QuotaSubject(_NOBODY, guild_id)).zone
            return usage_stats.for_guild(connection, guild_id, usage_stats.day_windows(days, zone, now), zone)

        return await self._connector.read(load)

    async def guild_left(self, guild_id: int, now: datetime) -> None:
        await self._set_left(guild_id, now)

    async def guild_joined(self, guild_id: int) -> None:
        await self._set_left(guild_id, None)

    async def reconcile_guilds(
        self, present: Collection[int], shard_count: int, shard_ids: Collection[int], now: datetime
    ) -> None:
        query = select(guilds.c.guild_id, guilds.c.left_at)
        rows = await self._connector.read(lambda connection: connection.execute(query).all())
        for guild_id, left_at in rows:
            is_ours = (guild_id >> 22) % shard_count in shard_ids
            if is_ours and (guild_id in present) == (left_at is not None):
                await self._set_left(guild_id, None if guild_id in present else now)

    async def _set_left(self, guild_id: int, left_at: datetime | None) -> None:
        """Update the server's row. A server without one has no rules to delete."""
        change = update(guilds).where(guilds.c.guild_id == guild_id).values(left_at=left_at)
        await self._connector.write(lambda connection: connection.execute(change))


class _AuditLog:
    """Writes the audit log entries of one change: by whom, in which server, and when."""

    def __init__(self, guild_id: int, actor_id: int, now: datetime) -> None:
        self._values = {"guild_id": guild_id, "actor_id": actor_id, "changed_at": now}

    def record(self, connection: Connection, what: str, old: str | None, new: str | None) -> None:
        self._insert(connection, {"what": what, "old": old, "new": new})

    def record_rule(
        self, connection: Connection, kind: LimitKind, subject_id: int, old: Rule | None, new: Rule | None
    ) -> None:
        what = f"rule:{kind}:{subject_id}" if subject_id else f"rule:{kind}"
        self._insert(connection, {"what": what} | _rule_columns("old", old) | _rule_columns("new", new))

    def _insert(self, connection: Connection, change: dict[str, Any]) -> None:
        connection.execute(insert(quota_changes).values(self._values | change))


def _quota_context(connection: Connection, subject: QuotaSubject) -> QuotaContext:
    return quota_context_from_rows(
        connection.execute(QUOTA_CONTEXT, subject_parameters(subject)).all(), subject
    )


def _ensure_guild(connection: Connection, guild_id: int) -> None:
    upsert(connection, guilds, {"guild_id": guild_id}, {})


def _take_rule(connection: Connection, guild_id: int, kind: LimitKind, subject_id: int) -> Rule | None:
    """Delete and return a rule. For a person, also delete one kept when they had their data deleted."""
    subject_ids = [subject_id]
    if kind is LimitKind.USER:
        subject_ids.append(load_pseudonym(connection, subject_id))
    columns = quota_rules.c
    condition = and_(columns.guild_id == guild_id, columns.who == kind, columns.subject_id.in_(subject_ids))
    rows = connection.execute(select(quota_rules).where(condition).order_by(columns.subject_id.desc())).all()
    connection.execute(delete(quota_rules).where(condition))
    return rule_from_row(rows[0]) if rows else None  # ids sort before pseudonyms, which are negative


def _rule_columns(side: str, rule: Rule | None) -> dict[str, Any]:
    if rule is None:
        return {}
    return {f"{side}_limit": rule.limit, f"{side}_period": rule.period}


def _audit_entry(row: Any) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        at=row.changed_at,
        actor_id=row.actor_id,
        what=row.what,
        old=row.old if row.old_limit is None else RuleValue(row.old_limit, Period(row.old_period)),
        new=row.new if row.new_limit is None else RuleValue(row.new_limit, Period(row.new_period)),
    )
