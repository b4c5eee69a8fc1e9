"""Quotas: who may make how many songs in which window. Pure; the database counts, this decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

MAX_LIMIT = 100_000
UTC_ZONE = ZoneInfo("UTC")


class Period(StrEnum):
    """A calendar window of the server's time zone (of UTC for ceilings). Weeks begin on Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class LimitKind(StrEnum):
    """Whom a limit is for. The last three are the operator's, set by settings, not by admins."""

    SERVER = "server"
    MEMBER = "member"
    ROLE = "role"
    USER = "user"
    DEFAULT = "default"
    SERVER_CEILING = "server_ceiling"
    DIRECT = "direct"
    OPERATOR = "operator"


PERSONAL_KINDS = frozenset(
    {LimitKind.USER, LimitKind.ROLE, LimitKind.MEMBER, LimitKind.DEFAULT, LimitKind.DIRECT}
)
"""Limits of one person's own count; the others count everybody's songs."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`limit` songs (0 to 100,000) per window. `subject_id` is the role or user; 0 for the other kinds."""

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
    """The operator's settings, songs a day. `operator` None: no ceiling over all."""

    server: int = 50
    member: int = 5
    direct: int = 3
    operator: int | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` up to, not including, `end`; both aware UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class LimitUsage:
    """A rule with what its window has used. `window.end` is when it resets."""

    rule: Rule
    used: int
    window: Window

    @property
    def remaining(self) -> int:
        return max(0, self.rule.limit - self.used)


@dataclass(frozen=True, slots=True)
class Decision:
    """What an order gets. `refused_by` None: it may be made; `uses_grant`: out of extra songs.

    `own` is the person's winning limit, `also` every other limit of theirs that applies but did not win,
    `shared` the server's and operator's limits that hold besides.
    """

    effective: LimitUsage
    overridden: tuple[LimitUsage, ...]
    shared: tuple[LimitUsage, ...]
    grant_left: int
    uses_grant: bool
    blocked_by: LimitUsage | None


def zone_of(name: str | None) -> ZoneInfo:
    """Return the time zone of an IANA name; UTC if there is none, or if the tz database no longer has it."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return UTC_ZONE


def window_at(period: Period, moment: datetime, zone: ZoneInfo) -> Window:
    """The calendar window of `per` in `zone` that holds `moment` (aware).

    An hour is a real hour from the wall clock's last full one; where an hour comes twice, those are two
    windows. Days have 23 or 25 hours where the clocks change.
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
    """Midnight as an instant. Where the clocks jump over midnight, the first instant of that day."""
    return local_midnight.replace(tzinfo=zone).astimezone(UTC)


def personal_rules(
    rules: Iterable[Rule], user_id: int, role_ids: frozenset[int], operator_limits: OperatorLimits
) -> list[Rule]:
    """The person's own rules that apply to them in a server, and the operator's default where none does."""
    personal = [
        rule
        for rule in rules
        if rule.kind is LimitKind.MEMBER
        or (rule.kind is LimitKind.USER and rule.subject_id == user_id)
        or (rule.kind is LimitKind.ROLE and rule.subject_id in role_ids)
    ]
    return personal or [Rule(LimitKind.DEFAULT, operator_limits.member, Period.DAY)]


def shared_rules(rules: Iterable[Rule], operator_limits: OperatorLimits, *, in_guild: bool) -> list[Rule]:
    """The limits that hold besides: the server's own, and the operator's ceilings."""
    shared: list[Rule] = []
    if in_guild:
        shared += [rule for rule in rules if rule.kind is LimitKind.SERVER]
        shared.append(Rule(LimitKind.SERVER_CEILING, operator_limits.server, Period.DAY))
    if operator_limits.operator is not None:
        shared.append(Rule(LimitKind.OPERATOR, operator_limits.operator, Period.DAY))
    return shared


def effective_limit(personal: list[LimitUsage]) -> LimitUsage:
    """A user rule, else the most generous role rule, else the member rule, else the default.

    The most generous role rule is the one that leaves most songs now; of equals the one with the higher
    limit, so that nobody is refused while one of their roles lets them through.
    """
    for kind in (LimitKind.USER, LimitKind.ROLE, LimitKind.MEMBER, LimitKind.DEFAULT, LimitKind.DIRECT):
        candidates = [usage for usage in personal if usage.rule.kind is kind]
        if candidates:
            return max(candidates, key=lambda s: (s.remaining, s.rule.limit, s.rule.subject_id))
    raise ValueError("no rule of the person's own: `applicable` always gives one")


def decide(personal: list[LimitUsage], shared: list[LimitUsage], grant_left: int) -> Decision:
    """May one more song be made? The person's own limit first, then grants, then what holds besides."""
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
