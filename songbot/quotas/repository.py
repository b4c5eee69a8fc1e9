"""Define what the quota commands need from the database: rules, grants, resets and the audit log."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from .rules import Decision, LimitKind, LimitUsage, Rule, RuleValue


@dataclass(frozen=True, slots=True)
class QuotaSubject:
    """A person in a server. `guild_id` is None for their DM quota, which covers DMs and user installs."""

    user_id: int
    guild_id: int | None
    role_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class GuildRules:
    """A server's rules, its shared limits with their usage, and the IANA name of its time zone.

    `shared` holds the server's own limit, if it has one, and the operator's limits for everybody. `highest`
    holds the member limit and the roles' limits, each with the most songs that one person has used in its
    window. Who has which role is not stored, so the person may be any member without a limit of their own.
    """

    rules: tuple[Rule, ...]
    shared: tuple[LimitUsage, ...]
    timezone: str
    highest: tuple[LimitUsage, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An admin's change: who changed what, when, and the values before and after.

    `what` is a key such as `rule:user:42`, `grant:42`, `reset:42` or `timezone`. `old` and `new` are a
    RuleValue for rules, and otherwise a number, a time zone's name or another value as text. They are None if
    there was no value.
    """

    id: int
    at: datetime
    actor_id: int
    what: str
    old: RuleValue | str | None
    new: RuleValue | str | None


@dataclass(frozen=True, slots=True)
class DailyUsage:
    """Songs ordered on one calendar day in the server's time zone."""

    day: date
    made: int
    failed: int


@dataclass(frozen=True, slots=True)
class GuildUsage:
    """A server's songs per day, oldest first without gaps, and the most active people as (user id, songs)."""

    days: tuple[DailyUsage, ...]
    top: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class MemberUsage:
    """What `/usage` shows. `decision` tells whether one more song is allowed now."""

    decision: Decision
    made: int
    unfinished: int


class QuotaRepository(Protocol):
    """Stores rules, and logs changes in the same transaction. Every method may raise StoreUnavailable."""

    async def rules(self, guild_id: int, now: datetime) -> GuildRules: ...

    async def set_rule(self, guild_id: int, actor_id: int, rule: Rule, now: datetime) -> Rule | None:
        """Replace the rule for the same subject. Return the replaced rule, or None if there was none."""
        ...

    async def clear_rule(
        self, guild_id: int, actor_id: int, kind: LimitKind, subject_id: int, now: datetime
    ) -> Rule | None:
        """Remove a rule and return it, or None if there was none."""
        ...

    async def check(self, subject: QuotaSubject, now: datetime) -> Decision:
        """Decide whether one more song is allowed, without charging it."""
        ...

    async def usage_for(self, subject: QuotaSubject, now: datetime) -> MemberUsage:
        """Return the usage. `made` counts songs that were charged in the effective limit's window and not
        refunded.
        """
        ...

    async def grant(self, guild_id: int, actor_id: int, user_id: int, songs: int, now: datetime) -> int:
        """Add extra songs, and return the person's new total."""
        ...

    async def reset(self, guild_id: int, actor_id: int, user_id: int, now: datetime) -> None:
        """Stop counting the person's earlier songs toward their own limit."""
        ...

    async def set_timezone(self, guild_id: int, actor_id: int, timezone: str, now: datetime) -> str:
        """Set the time zone by its IANA name, and return the previous name."""
        ...

    async def audit_log(self, guild_id: int, before_id: int | None, limit: int) -> list[AuditEntry]:
        """Return up to `limit` changes, newest first; with `before_id`, only those with a lower id."""
        ...

    async def usage(self, guild_id: int, days: int, now: datetime) -> GuildUsage: ...

    async def guild_left(self, guild_id: int, now: datetime) -> None:
        """Record that the bot left the server. Its rules are deleted after 30 days unless the bot rejoins."""
        ...

    async def guild_joined(self, guild_id: int) -> None: ...

    async def reconcile_guilds(
        self, present: Collection[int], shard_count: int, shard_ids: Collection[int], now: datetime
    ) -> None:
        """Record the servers that the bot joined or left while the process was down.

        Of the servers that belong to these shards, those in `present` count as joined, the others as left.
        """
        ...
