"""Decide how many songs each person may make in which window. Pure: the database does the counting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

MAX_LIMIT = 100_000
UTC_ZONE = ZoneInfo("UTC")


class Period(StrEnum):
    """A calendar window in the server's time zone (UTC for the operator's limits). Weeks begin on Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class LimitKind(StrEnum):
    """Whom a limit applies to. DEFAULT and the last three are the operator's, from the settings."""

    SERVER = "server"
    MEMBER = "member"
    ROLE = "role"
    USER = "user"
    DEFAULT = "default"
    SERVER_CEILING = "server_ceiling"
    DIRECT = "direct"
    OPERATOR = "operator"


ADMIN_KINDS = (LimitKind.SERVER, LimitKind.MEMBER, LimitKind.ROLE, LimitKind.USER)
"""Limits that admins set, in the order in which lists show them."""
PERSONAL_KINDS = frozenset(
    {LimitKind.USER, LimitKind.ROLE, LimitKind.MEMBER, LimitKind.DEFAULT, LimitKind.DIRECT}
)
"""Limits that count one person's songs; all others count everybody's."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Allow `limit` songs (0 to 100,000) per window. `subject_id` is the role's or user's id, or else 0."""

    kind: LimitKind
    limit: int
    period: Period
    subject_id: int = 0


@dataclass(frozen=True, slots=True)
class RuleValue:
    """What a rule allows: `limit` songs (0 to 100,000) in a window of `period`."""

    limit: int
    period: Period


@dataclass(frozen=True, slots=True)
class OperatorLimits:
    """The operator's limits in songs per day. `operator`, for all servers together, may be None."""

    server: int = 50
    member: int = 5
    direct: int = 3
    operator: int | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The time from `start` up to, but not including, `end`; both are aware and in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class LimitUsage:
    """A rule and how many songs its window has used. `window.end` is when it resets."""

    rule: Rule
    used: int
    window: Window

    @property
    def remaining(self) -> int:
        return max(0, self.rule.limit - self.used)


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether one more song is allowed, and which limits decided it.

    `effective` is the person's limit, and `overridden` their other limits, which it overrides. `shared` are
    the server's and the operator's. `uses_grant` is True if an extra song pays for this one. `blocked_by` is
    the limit that refuses it, or None if the song is allowed.
    """

    effective: LimitUsage
    overridden: tuple[LimitUsage, ...]
    shared: tuple[LimitUsage, ...]
    grant_left: int
    uses_grant: bool
    blocked_by: LimitUsage | None


def zone_of(name: str | None) -> ZoneInfo:
    """Return the time zone of an IANA name, or UTC if there is no name or the tz database lacks it."""
    try:
        return ZoneInfo(name) if name else UTC_ZONE
    except (KeyError, ValueError, OSError):
        return UTC_ZONE


def window_at(period: Period, moment: datetime, zone: ZoneInfo) -> Window:
    """Return the calendar window of `period` in `zone` that contains `moment` (aware).

    An hour is 60 minutes from the last full hour on the wall clock; an hour that occurs twice is two windows.
    Days have 23 or 25 hours if the clocks change.
    """
    if period is Period.HOUR:
        start = _hour_start(moment, zone)
        return Window(start, start + timedelta(hours=1))
    local = moment.astimezone(zone)
    day = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0)
    if period is Period.WEEK:
        day -= timedelta(days=day.weekday())
    elif period is Period.MONTH:
        day = day.replace(day=1)
    return Window(_utc(day, zone), _utc(_next_day_start(day, period), zone))


def _hour_start(moment: datetime, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    past_hour = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return moment.astimezone(UTC) - past_hour


def _next_day_start(day: datetime, period: Period) -> datetime:
    if period is Period.DAY:
        return day + timedelta(days=1)
    if period is Period.WEEK:
        return day + timedelta(days=7)
    return day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1)


def _utc(local_midnight: datetime, zone: ZoneInfo) -> datetime:
    """Return midnight in UTC, or the first instant of that day if the clocks skip midnight."""
    return local_midnight.replace(tzinfo=zone).astimezone(UTC)


def personal_rules(
    rules: Iterable[Rule], user_id: int, role_ids: frozenset[int], operator_limits: OperatorLimits
) -> list[Rule]:
    """Return the rules for a person's own songs in a server, or the operator's default if none applies."""
    personal = [
        rule
        for rule in rules
        if rule.kind is LimitKind.MEMBER
        or (rule.kind is LimitKind.USER and rule.subject_id == user_id)
        or (rule.kind is LimitKind.ROLE and rule.subject_id in role_ids)
    ]
    return personal or [Rule(LimitKind.DEFAULT, operator_limits.member, Period.DAY)]


def shared_rules(rules: Iterable[Rule], operator_limits: OperatorLimits, *, in_guild: bool) -> list[Rule]:
    """Return the limits that count everybody's songs: the server's own and the operator's."""
    shared: list[Rule] = []
    if in_guild:
        shared += [rule for rule in rules if rule.kind is LimitKind.SERVER]
        shared.append(Rule(LimitKind.SERVER_CEILING, operator_limits.server, Period.DAY))
    if operator_limits.operator is not None:
        shared.append(Rule(LimitKind.OPERATOR, operator_limits.operator, Period.DAY))
    return shared


def effective_limit(personal: list[LimitUsage]) -> LimitUsage:
    """Return a user rule, else the most generous role rule, else the member rule, else the default.

    The most generous role rule leaves the most songs now; on a tie, the one with the higher limit wins. So
    nobody is refused while one of their roles allows a song.
    """
    for kind in (LimitKind.USER, LimitKind.ROLE, LimitKind.MEMBER, LimitKind.DEFAULT, LimitKind.DIRECT):
        candidates = [usage for usage in personal if usage.rule.kind is kind]
        if candidates:
            return max(candidates, key=lambda s: (s.remaining, s.rule.limit, s.rule.subject_id))
    raise ValueError("no rule of the person's own: `personal_rules` always returns one")


def decide(personal: list[LimitUsage], shared: list[LimitUsage], grant_left: int) -> Decision:
    """Decide whether one more song is allowed by the person's limit or a grant, and by the shared limits."""
    effective = effective_limit(personal)
    uses_grant = effective.remaining == 0 and grant_left > 0
    blockers = [] if effective.remaining or uses_grant else [effective]
    blockers += [usage for usage in shared if usage.remaining == 0]
    return Decision(
        effective=effective,
        overridden=tuple(usage for usage in personal if usage is not effective),
        shared=tuple(shared),
        grant_left=grant_left,
        uses_grant=uses_grant and not blockers,
        blocked_by=blockers[0] if blockers else None,
    )
