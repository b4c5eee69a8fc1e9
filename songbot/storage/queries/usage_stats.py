"""Count a person's songs in a window, the most by one person, and a server's songs per day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Connection, Select, and_, case, func, literal, select, type_coerce

from songbot.quotas.repository import DailyUsage, GuildUsage
from songbot.quotas.rules import LimitKind, LimitUsage, Period, Rule, Window, window_at
from songbot.storage.schema.tables import UNFINISHED, quota_resets, quota_rules, songs
from songbot.storage.schema.types import EPOCH, MICROSECOND

from .quota_usage import charged_between

_TOP = 5
_QUARTER_HOUR = timedelta(minutes=15)
_QUARTER = literal(_QUARTER_HOUR // MICROSECOND, BigInteger)


def for_user(connection: Connection, user_id: int, scope: int, window: Window) -> tuple[int, int]:
    """Count songs charged in `window` and not refunded, including those paid for by grants, and unfinished
    ones.
    """
    theirs = and_(songs.c.user_id == user_id, songs.c.quota_scope == scope)
    made = select(func.count()).where(theirs, *charged_between(window.start, window.end))
    unfinished = select(func.count()).where(theirs, UNFINISHED)
    query = select(made.scalar_subquery().label("made"), unfinished.scalar_subquery().label("unfinished"))
    row = connection.execute(query).one()
    return row.made, row.unfinished


def highest_usages(
    connection: Connection, guild_id: int, rules: Sequence[Rule], zone: ZoneInfo, now: datetime
) -> tuple[LimitUsage, ...]:
    """Return the most songs that one person without a rule of their own has used in each rule's window.

    One query counts for all `rules`, and only songs that count towards a person's own limit.
    """
    windows = {rule.period: window_at(rule.period, now, zone) for rule in rules}
    if not windows:
        return ()
    row = connection.execute(_highest_query(guild_id, list(windows.values()))).one()
    used = dict(zip(windows, row, strict=True))
    return tuple(LimitUsage(rule, used[rule.period], windows[rule.period]) for rule in rules)


def _highest_query(guild_id: int, windows: list[Window]) -> Select[Any]:
    counts = [
        func.count(case((and_(*charged_between(window.start, window.end)), 1))).label(f"used_{number}")
        for number, window in enumerate(windows)
    ]
    reset = and_(quota_resets.c.guild_id == guild_id, quota_resets.c.user_id == songs.c.user_id)
    of_users = and_(quota_rules.c.guild_id == guild_id, quota_rules.c.who == LimitKind.USER)
    per_person = (
        select(*counts)
        .select_from(songs.outerjoin(quota_resets, reset))
        .where(
            songs.c.quota_scope == guild_id,
            *charged_between(min(w.start for w in windows), max(w.end for w in windows)),
            songs.c.granted.is_(False),
            songs.c.id > func.coalesce(quota_resets.c.last_song_id, 0),
            songs.c.user_id.not_in(select(quota_rules.c.subject_id).where(of_users)),
        )
        .group_by(songs.c.user_id)
        .subquery()
    )
    return select(*(func.coalesce(func.max(count), 0) for count in per_person.c))


def day_windows(days: int, zone: ZoneInfo, now: datetime) -> list[Window]:
    """Return the latest `days` calendar days in `zone`, ending today."""
    latest = [window_at(Period.DAY, now, zone)]
    while len(latest) < days:
        latest.append(window_at(Period.DAY, latest[-1].start - timedelta(microseconds=1), zone))
    return latest[::-1]


def for_guild(connection: Connection, guild_id: int, days: list[Window], zone: ZoneInfo) -> GuildUsage:
    """Count by quarter hours, which never cross midnight in any time zone, and sum them up by day.

    Refunded songs count as failed. Songs of people who had their data deleted count, but are not named.
    """
    span = Window(days[0].start, days[-1].end)
    quarter = type_coerce(songs.c.charged_at, BigInteger) // _QUARTER
    query = (
        select(quarter, func.count(), func.count(songs.c.refunded_at))
        .where(
            songs.c.quota_scope == guild_id,
            songs.c.charged_at >= span.start,
            songs.c.charged_at < span.end,
        )
        .group_by(quarter)
    )
    ordered, failed = Counter[date](), Counter[date]()
    for number, asked, refunded in connection.execute(query):
        day = (EPOCH + number * _QUARTER_HOUR).astimezone(zone).date()
        ordered[day] += asked
        failed[day] += refunded
    dates = [window.start.astimezone(zone).date() for window in days]
    usages = tuple(DailyUsage(day, ordered[day] - failed[day], failed[day]) for day in dates)
    return GuildUsage(usages, _top(connection, guild_id, span))


def _top(connection: Connection, guild_id: int, window: Window) -> tuple[tuple[int, int], ...]:
    made = func.count()
    query = (
        select(songs.c.user_id, made)
        .where(
            songs.c.quota_scope == guild_id,
            songs.c.user_id > 0,
            *charged_between(window.start, window.end),
        )
        .group_by(songs.c.user_id)
        .order_by(made.desc(), songs.c.user_id)
        .limit(_TOP)
    )
    return tuple((user_id, count) for user_id, count in connection.execute(query))
