"""The quota book: rules, grants, resets and the log of changes, as people and admins need them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from .rules import Decision, LimitKind, LimitUsage, Rule, RuleValue


@dataclass(frozen=True, slots=True)
class QuotaSubject:
    """Whose standing is asked for. `guild_id` None: their own DM quota (DMs and user installs)."""

    user_id: int
    guild_id: int | None
    role_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class GuildRules:
    """What holds in a server: its rules, `shared` (the server's limit and the ceilings with what they have
    used), and the IANA name of its time zone."""

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
    """A server's songs a day, oldest first and without gaps, and who made most (user id, songs made)."""

    days: tuple[DailyUsage, ...]
    top: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class MemberUsage:
    """For `/usage`: `decision` is what one more song would get now, `in_the_works` unfinished songs."""

    decision: Decision
    made: int
    unfinished: int


class QuotaRepository(Protocol):
    """Every method may raise StoreUnavailable. Changes are logged in the same transaction."""

    async def rules(self, guild_id: int, now: datetime) -> GuildRules: ...

    async def set_rule(self, guild_id: int, actor_id: int, rule: Rule, now: datetime) -> Rule | None:
        """Put `rule` in place of the one for the same subject; that one is returned."""
        ...

    async def clear_rule(
        self, guild_id: int, actor_id: int, kind: LimitKind, subject_id: int, now: datetime
    ) -> Rule | None:
        """Take a rule out; None when there was none."""
        ...

    async def check(self, subject: QuotaSubject, now: datetime) -> Decision:
        """What one more song would get, charging nothing."""
        ...

    async def usage_for(self, subject: QuotaSubject, now: datetime) -> MemberUsage:
        """`made` counts the songs of the winning limit's window; failed and refunded ones do not count."""
        ...

    async def grant(self, guild_id: int, actor_id: int, user_id: int, songs: int, now: datetime) -> int:
        """Add extra songs; how many the person now has."""
        ...

    async def reset(self, guild_id: int, actor_id: int, user_id: int, now: datetime) -> None:
        """From now on, songs the person was charged before do not count to their own limit."""
        ...

    async def set_timezone(self, guild_id: int, actor_id: int, timezone: str, now: datetime) -> str:
        """Set the IANA zone; the one before is returned."""
        ...

    async def audit_log(self, guild_id: int, before_id: int | None, limit: int) -> list[AuditEntry]:
        """The latest changes, newest first, paged by key: those with an id under `before_id`."""
        ...

    async def usage(self, guild_id: int, days: int, now: datetime) -> GuildUsage: ...

    async def guild_left(self, guild_id: int, now: datetime) -> None:
        """The bot left: its rules go 30 days from `now` unless `guild_joined` comes first."""
        ...

    async def guild_joined(self, guild_id: int) -> None: ...

    async def reconcile_guilds(
        self, present: Collection[int], shard_count: int, shard_ids: Collection[int], now: datetime
    ) -> None:
        """What was missed while the process was down: of the servers that belong to these shards, those in
        `present` are there, and the others were left, at the latest `now`."""
        ...
