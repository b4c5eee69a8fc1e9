"""Quotas: who may make how many songs in which window. Pure; the database counts, this decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

MAX_LIMIT = 100_000


class Per(StrEnum):
    """A calendar window of the server's time zone (of UTC for ceilings). Weeks begin on Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Who(StrEnum):
    """Whom a limit is for. The last three are the operator's, set by settings, not by admins."""

    SERVER = "server"
    MEMBER = "member"
    ROLE = "role"
    USER = "user"
    DEFAULT = "default"
    SERVER_CEILING = "server_ceiling"
    DIRECT = "direct"
    OPERATOR = "operator"


OWN = frozenset({Who.USER, Who.ROLE, Who.MEMBER, Who.DEFAULT, Who.DIRECT})
"""Limits of one person's own count; the others count everybody's songs."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`limit` songs (0 to 100,000) per window. `subject_id` is the role or user; 0 for the other kinds."""

    who: Who
    limit: int
    per: Per
    subject_id: int = 0


@dataclass(frozen=True, slots=True)
class Ceilings:
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
class Standing:
    """A rule with what its window has used. `window.end` is when it resets."""

    rule: Rule
    used: int
    window: Window

    @property
    def left(self) -> int:
        return max(0, self.rule.limit - self.used)


@dataclass(frozen=True, slots=True)
class Decision:
    """What an order gets. `refused_by` None: it may be made; `uses_grant`: out of extra songs.

    `own` is the person's winning limit, `also` every other limit of theirs that applies but did not win,
    `shared` the server's and operator's limits that hold besides.
    """

    own: Standing
    also: tuple[Standing, ...]
    shared: tuple[Standing, ...]
    grant_left: int
    uses_grant: bool
    refused_by: Standing | None


def window_at(per: Per, moment: datetime, zone: ZoneInfo) -> Window:
    """The calendar window of `per` in `zone` that holds `moment` (aware).

    An hour is a real hour from the wall clock's last full one; where an hour comes twice, those are two
    windows. Days have 23 or 25 hours where the clocks change.
    """
    if per is Per.HOUR:
        start = _hour_start(moment, zone)
        return Window(start, start + timedelta(hours=1))
    local = moment.astimezone(zone)
    day = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0)
    if per is Per.WEEK:
        day -= timedelta(days=day.weekday())
    elif per is Per.MONTH:
        day = day.replace(day=1)
    return Window(_utc(day, zone), _utc(_next(day, per), zone))


def _hour_start(moment: datetime, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    past_hour = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return moment.astimezone(UTC) - past_hour


def _next(day: datetime, per: Per) -> datetime:
    if per is Per.DAY:
        return day + timedelta(days=1)
    if per is Per.WEEK:
        return day + timedelta(days=7)
    return day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1)


def _utc(local_midnight: datetime, zone: ZoneInfo) -> datetime:
    """Midnight as an instant. Where the clocks jump over midnight, the first instant of that day."""
    return local_midnight.replace(tzinfo=zone).astimezone(UTC)


def applicable(
    rules: Iterable[Rule], user_id: int, role_ids: frozenset[int], ceilings: Ceilings
) -> list[Rule]:
    """The person's own rules that apply to them in a server, and the operator's default where none does."""
    own = [
        rule
        for rule in rules
        if rule.who is Who.MEMBER
        or (rule.who is Who.USER and rule.subject_id == user_id)
        or (rule.who is Who.ROLE and rule.subject_id in role_ids)
    ]
    return own or [Rule(Who.DEFAULT, ceilings.member, Per.DAY)]


def shared_rules(rules: Iterable[Rule], ceilings: Ceilings, *, in_guild: bool) -> list[Rule]:
    """The limits that hold besides: the server's own, and the operator's ceilings."""
    shared: list[Rule] = []
    if in_guild:
        shared += [rule for rule in rules if rule.who is Who.SERVER]
        shared.append(Rule(Who.SERVER_CEILING, ceilings.server, Per.DAY))
    if ceilings.operator is not None:
        shared.append(Rule(Who.OPERATOR, ceilings.operator, Per.DAY))
    return shared


def winning(own: list[Standing]) -> Standing:
    """A user rule, else the most generous role rule, else the member rule, else the default.

    The most generous role rule is the one that leaves most songs now; of equals the one with the higher
    limit, so that nobody is refused while one of their roles lets them through.
    """
    for who in (Who.USER, Who.ROLE, Who.MEMBER, Who.DEFAULT, Who.DIRECT):
        candidates = [standing for standing in own if standing.rule.who is who]
        if candidates:
            return max(candidates, key=lambda s: (s.left, s.rule.limit, s.rule.subject_id))
    raise ValueError("no rule of the person's own: `applicable` always gives one")


def decide(own: list[Standing], shared: list[Standing], grant_left: int) -> Decision:
    """May one more song be made? The person's own limit first, then grants, then what holds besides."""
    winner = winning(own)
    uses_grant = winner.left == 0 and grant_left > 0
    blockers = [] if winner.left or uses_grant else [winner]
    blockers += [standing for standing in shared if standing.left == 0]
    return Decision(
        own=winner,
        also=tuple(standing for standing in own if standing is not winner),
        shared=tuple(shared),
        grant_left=grant_left,
        uses_grant=uses_grant and not blockers,
        refused_by=blockers[0] if blockers else None,
    )
