"""What the quota commands need of the database: rules, grants, resets and the log of changes."""

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
    """A server's rules, the limits it shares with what they have used, and its time zone's IANA name.

    `shared` holds the server's own limit, if it has one, and the operator's ceilings.
    """

    rules: tuple[Rule, ...]
    shared: tuple[LimitUsage, ...]
    timezone: str


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change by an admin: who changed what, when, from which value to which.

    `what` is a key such as `rule:user:42`, `grant:42`, `reset:42` or `timezone`. `old` and `new` are a
    RuleValue for rules, else a number, a time zone's name or another value as text; None if there was, or
    is, no value.
    """

    id: int
    at: datetime
    actor_id: int
    what: str
    old: RuleValue | str | None
    new: RuleValue | str | None


@dataclass(frozen=True, slots=True)
class DailyUsage:
    """Songs ordered on one calendar day of the server's time zone."""

    day: date
    made: int
    failed: int


@dataclass(frozen=True, slots=True)
class GuildUsage:
    """A server's songs per day, oldest first and without gaps, and who made most (user id, songs made)."""

    days: tuple[DailyUsage, ...]
    top: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class MemberUsage:
    """What `/usage` shows. `decision` says whether one more song may be made now."""

    decision: Decision
    made: int
    unfinished: int


class QuotaRepository(Protocol):
    """Every method may raise StoreUnavailable. Changes are logged in the same transaction."""

    async def rules(self, guild_id: int, now: datetime) -> GuildRules: ...

    async def set_rule(self, guild_id: int, actor_id: int, rule: Rule, now: datetime) -> Rule | None:
        """Replace the rule for the same subject, and return the replaced one, None if there was none."""
        ...

    async def clear_rule(
        self, guild_id: int, actor_id: int, kind: LimitKind, subject_id: int, now: datetime
    ) -> Rule | None:
        """Remove and return a rule, None if there was none."""
        ...

    async def check(self, subject: QuotaSubject, now: datetime) -> Decision:
        """Decide about one more song without charging it."""
        ...

    async def usage_for(self, subject: QuotaSubject, now: datetime) -> MemberUsage:
        """Count, as `made`, the songs charged in the effective limit's window and not refunded."""
        ...

    async def grant(self, guild_id: int, actor_id: int, user_id: int, songs: int, now: datetime) -> int:
        """Add extra songs, and return how many the person has now."""
        ...

    async def reset(self, guild_id: int, actor_id: int, user_id: int, now: datetime) -> None:
        """Stop counting the songs charged so far to the person's own limit."""
        ...

    async def set_timezone(self, guild_id: int, actor_id: int, timezone: str, now: datetime) -> str:
        """Set the time zone by its IANA name, and return the name before."""
        ...

    async def audit_log(self, guild_id: int, before_id: int | None, limit: int) -> list[AuditEntry]:
        """Return up to `limit` changes, newest first; with `before_id`, only those with a lower id."""
        ...

    async def usage(self, guild_id: int, days: int, now: datetime) -> GuildUsage: ...

    async def guild_left(self, guild_id: int, now: datetime) -> None:
        """Note that the bot left the server: its rules are deleted after 30 days, unless it rejoins."""
        ...

    async def guild_joined(self, guild_id: int) -> None: ...

    async def reconcile_guilds(
        self, present: Collection[int], shard_count: int, shard_ids: Collection[int], now: datetime
    ) -> None:
        """Catch up on what happened while the process was down.

        Of the servers that belong to these shards, those in `present` count as joined, the others as left.
        """
        ...
