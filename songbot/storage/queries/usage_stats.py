"""Count a person's songs in a window, and a server's songs per day."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Connection, and_, func, literal, select, type_coerce

from songbot.quotas.repository import DailyUsage, GuildUsage
from songbot.quotas.rules import Period, Window, window_at
from songbot.storage.schema.tables import UNFINISHED, songs
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
