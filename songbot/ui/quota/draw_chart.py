"""Draw the chart of a server's songs without blocking the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from songbot.quotas.repository import DailyUsage
from songbot.wording.language import Language

from .chart import Chart, chart_of


class ChartNotDrawn(Exception):
    """The chart could not be drawn."""


async def draw_chart(language: Language, days: Sequence[DailyUsage], daily_limit: int) -> bytes:
    """Return the chart as a PNG, drawn in a thread. Raise ChartNotDrawn if that fails.

    `days` starts with the oldest; `daily_limit` is the server's limit in songs per day.
    """
    try:
        return await asyncio.to_thread(_draw, chart_of(language, days, daily_limit))
    except OSError as error:
        raise ChartNotDrawn(str(error)) from error


def _draw(chart: Chart) -> bytes:
    from .chart_picture import draw  # which takes 25 ms and 2 MB, so startup skips it

    return draw(chart)
