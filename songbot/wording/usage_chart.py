"""Provide the usage chart's labels, and its content as text for people who can't see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from songbot.quotas.repository import DailyUsage

from .language import Language, Message, Plural
from .quotas import songs

TOP_CREATORS = Message("Top creators")
NOBODY_YET = Message("Nobody yet")
WEEK = 7
_WEEKLY_FROM = 60
_MAX_ALTERNATIVE_TEXT = 1024

# Translators: In the legend of a chart: that many songs were made, or failed.
MADE = Plural("{count} made", "{count} made")
FAILED = Plural("{count} failed", "{count} failed")
# Translators: A button for the chart's length.
_DAYS = Plural("{count} day", "{count} days")
_WEEKS = Plural("{count} week", "{count} weeks")
_LAST_DAYS = Plural("Songs in the last {count} day", "Songs in the last {count} days")
_LAST_WEEKS = Plural("Songs in the last {count} week", "Songs in the last {count} weeks")
# Translators: The name of a line in a chart. {limit} is a number of songs.
_LIMIT_PER_DAY = Message("limit {limit} per day")
_LIMIT_PER_WEEK = Message("limit {limit} per week")
# Translators: Stands below a chart's title if the limit is too high to be drawn as a line.
_LIMIT_PER_DAY_OFF = Message("limit {limit} per day (off the chart)")
_LIMIT_PER_WEEK_OFF = Message("limit {limit} per week (off the chart)")


def is_by_week(days: int) -> bool:
    """Return True if a chart of this many days has one bar per week."""
    return days > _WEEKLY_FROM


def span(language: Language, days: int) -> str:
    return _WEEKS(language, days // WEEK) if is_by_week(days) else _DAYS(language, days)


def chart_title(language: Language, days: int) -> str:
    return _LAST_WEEKS(language, days // WEEK) if is_by_week(days) else _LAST_DAYS(language, days)


def day_label(language: Language, day: date, days: int) -> str:
    """Label a bar with the weekday in a one-week chart, else with the date."""
    return language.day(day, "E" if days <= WEEK else "MMMd")


def limit_label(language: Language, count: int, *, weekly: bool) -> str:
    label = _LIMIT_PER_WEEK if weekly else _LIMIT_PER_DAY
    return label(language, limit=language.number(count))


def limit_off_chart(language: Language, count: int, *, weekly: bool) -> str:
    """Label a limit that is too high to be drawn to scale."""
    label = _LIMIT_PER_WEEK_OFF if weekly else _LIMIT_PER_DAY_OFF
    return label(language, limit=language.number(count))


def summary(language: Language, days: Sequence[DailyUsage], daily_limit: int) -> str:
    """Return a summary of the chart."""
    made, failed = sum(day.made for day in days), sum(day.failed for day in days)
    parts = [
        language.ngettext("{count} song made.", "{count} songs made.", made),
        # Translators: Follows "5 songs made." A failed song doesn't count towards any limit.
        language.ngettext("{count} failed (not counted).", "{count} failed (not counted).", failed),
    ]
    busiest = max(days, key=lambda day: day.made, default=None)
    if busiest is not None and busiest.made:
        # Translators: {day} is a date such as "14 May"; {number} is a number of songs.
        said = language.gettext(
            "Busiest day: {day} ({number}).",
            day=language.day(busiest.day, "MMMMd"),
            number=language.number(busiest.made),
        )
        parts.append(said)
    # Translators: {limit} is a number of songs.
    parts.append(language.gettext("Server limit: {limit} per day.", limit=language.number(daily_limit)))
    return language.paragraph(*parts)


def alternative_text(language: Language, days: Sequence[DailyUsage], daily_limit: int) -> str:
    """Describe the picture in at most 1,024 characters, Discord's maximum for an attachment's description."""
    # Translators: {title} is "Songs in the last 7 days".
    title = language.gettext("Bar chart. {title}.", title=chart_title(language, len(days)))
    said = language.paragraph(title, summary(language, days, daily_limit))
    bars = "; ".join(_day_in_words(language, day) for day in days if day.made or day.failed)
    return f"{said} {bars}" if bars and len(said) + len(bars) < _MAX_ALTERNATIVE_TEXT else said


def _day_in_words(language: Language, day: DailyUsage) -> str:
    # Translators: {day} is a date such as "14 May", {made} is "3 made", and {failed} is "1 failed".
    return language.gettext(
        "{day}: {made}, {failed}",
        day=language.day(day.day, "MMMd"),
        made=MADE(language, day.made),
        failed=FAILED(language, day.failed),
    )


def top_line(language: Language, rank: int, user_id: int, made: int) -> str:
    # Translators: A line of a list, as in "1. @ann: 5 songs".
    return language.gettext(
        "{rank}. {user}: {songs}", rank=rank, user=f"<@{user_id}>", songs=songs(language, made)
    )
