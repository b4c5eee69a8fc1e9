"""Provide the usage chart's labels, and its content as text for people who can't see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from songbot.quotas.repository import DailyUsage

from .quotas import songs

MADE, FAILED = "made", "failed"
TOP_CREATORS = "Top creators"
NOBODY_YET = "Nobody yet"
WEEK = 7
_WEEKLY_FROM = 60


def is_by_week(days: int) -> bool:
    """Return True if a chart of this many days has one bar per week."""
    return days > _WEEKLY_FROM


def span(days: int) -> str:
    return f"{days // WEEK} weeks" if is_by_week(days) else f"{days} days"


def chart_title(days: int) -> str:
    return f"Songs in the last {span(days)}"


def day_label(day: date, days: int) -> str:
    """Label a bar with the weekday in a one-week chart, else with the date."""
    return f"{day:%a}" if days <= WEEK else f"{day.day} {day:%b}"


def legend_label(name: str, count: int) -> str:
    return f"{count:,} {name}"


def limit_label(count: int, *, weekly: bool) -> str:
    return f"limit {count:,} per {'week' if weekly else 'day'}"


def limit_off_chart(count: int, *, weekly: bool) -> str:
    """Label a limit that is too high to be drawn to scale."""
    return f"{limit_label(count, weekly=weekly)} (off the chart)"


def summary(days: Sequence[DailyUsage], daily_limit: int) -> str:
    """Return a summary of the chart."""
    made, failed = sum(day.made for day in days), sum(day.failed for day in days)
    parts = [f"{songs(made)} made, {failed:,} failed (not counted)."]
    busiest = max(days, key=lambda day: day.made, default=None)
    if busiest is not None and busiest.made:
        parts.append(f"Busiest day: {busiest.day.day} {busiest.day:%B} ({busiest.made:,}).")
    parts.append(f"Server limit: {daily_limit:,} per day.")
    return " ".join(parts)


def alternative_text(days: Sequence[DailyUsage], daily_limit: int) -> str:
    """Describe the picture in at most 1,024 characters, Discord's maximum for an attachment's description."""
    bars = "; ".join(
        f"{day.day.day} {day.day:%b}: {day.made:,} {MADE}, {day.failed:,} {FAILED}"
        for day in days
        if day.made or day.failed
    )
    said = f"Bar chart. {chart_title(len(days))}. {summary(days, daily_limit)}"
    return said if len(said) + len(bars) + 2 > 1024 or not bars else f"{said} {bars}."


def top_line(rank: int, user_id: int, made: int) -> str:
    return f"{rank}. <@{user_id}>: {songs(made)}"
