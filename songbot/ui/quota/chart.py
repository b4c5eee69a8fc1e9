"""Render a server's songs as a bar chart: a Vega-Lite specification, and a PNG drawn from it.

The type is large and the background opaque, so that the chart is readable in Discord's dark and light themes
and on a phone, at a third of its size.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from songbot.quotas.repository import DailyUsage
from songbot.wording import usage_chart as wording
from songbot.wording.language import Language, Plural

from .chart_text import FONT, drawable

log = logging.getLogger(__name__)

WIDTH, HEIGHT = 1000, 600
"""Width and height of the picture in pixels."""
RENDER_TIMEOUT = 20.0
"""Seconds. Drawing takes one second on an idle machine."""
_SCRIPT = Path(__file__).with_name("render_chart.py")
_INHERITED = ("PATH", "HOME", "LANG", "SYSTEMROOT", "TEMP", "TMP")
"""Environment variables passed to the renderer. They contain none of the bot's secrets."""
_BACKGROUND, _GRID, _INK, _FAINT = "#23252b", "#43464f", "#f4f5f7", "#c3c7cf"
_MADE, _FAILED = "made", "failed"
_COLOURS = {_MADE: "#2fd3a0", _FAILED: "#f0625a"}
_LIMIT = "#ffc857"
_TINY, _SMALL, _LABEL, _LARGE = 26, 30, 32, 40
_LABELLED_BARS = 7
_LABEL_LENGTH = 9
"""Characters of the smallest type that are no wider than one of seven bars."""
_HEADROOM = 1.3
"""Factor for the height above the bars, which leaves space for labels."""
_FAR_ABOVE = 3
"""If the limit is more than this many times the highest bar, it is only named, because drawing it would
flatten the bars."""


class ChartNotDrawn(Exception):
    """The renderer failed or did not finish in time."""


@dataclass(frozen=True, slots=True)
class Bar:
    """The songs of one day, or of the seven days that start with it."""

    first_day: date
    made: int
    failed: int


def bars_of(days: Sequence[DailyUsage]) -> tuple[Bar, ...]:
    """Return a bar for each day, or for each seven days in a long chart. `days` starts with the oldest."""
    size = wording.WEEK if wording.is_by_week(len(days)) else 1
    chunks = [days[start : start + size] for start in range(0, len(days), size)]
    return tuple(
        Bar(chunk[0].day, sum(day.made for day in chunk), sum(day.failed for day in chunk))
        for chunk in chunks
    )


def chart_spec(language: Language, days: Sequence[DailyUsage], daily_limit: int) -> dict[str, Any]:
    """Return the Vega-Lite specification. `daily_limit` is the server's limit in songs per day."""
    bars, weekly = bars_of(days), wording.is_by_week(len(days))
    limit = daily_limit * (wording.WEEK if weekly else 1)
    peak = max((bar.made + bar.failed for bar in bars), default=0)
    fits = peak == 0 or limit <= _FAR_ABOVE * peak
    labelled = len(bars) <= _LABELLED_BARS
    top = max(peak * _HEADROOM if labelled else peak, limit if fits else 0)
    label = wording.limit_label if fits else wording.limit_off_chart
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTH,
        "height": HEIGHT,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": 30,
        "background": _BACKGROUND,
        "title": {
            "text": drawable(wording.chart_title(language, len(days))),
            "subtitle": drawable(label(language, limit, weekly=weekly)),
        },
        "data": {"values": _rows(bars)},
        "encoding": {"x": _x_axis(language, bars, len(days))},
        "layer": [
            _bar_layer(language, bars, top),
            *(_label_layers(language, bars) if labelled else []),
            *([_limit_layer(limit)] if fits else []),
        ],
        "config": _config(language),
    }


def _rows(bars: Sequence[Bar]) -> list[dict[str, Any]]:
    """Return a row for each bar and outcome. `from` and `to` are the ends of that outcome's segment."""
    rows: list[dict[str, Any]] = []
    for number, bar in enumerate(bars):
        total = bar.made + bar.failed
        rows += [
            {"bar": number, "outcome": _MADE, "from": 0, "to": bar.made},
            {"bar": number, "outcome": _FAILED, "from": bar.made, "to": total},
        ]
    return rows


def _x_axis(language: Language, bars: Sequence[Bar], days: int) -> dict[str, Any]:
    """Label each bar of a week, or about five bars counted back from the last."""
    every = 1 if len(bars) <= wording.WEEK else max(1, round(len(bars) / 5))
    named = [number for number in range(len(bars)) if (len(bars) - 1 - number) % every == every // 2]
    names = {number: _day(language, bars[number].first_day, days) for number in named}
    return {
        "field": "bar",
        "type": "ordinal",
        "axis": {
            "title": None,
            "values": named,
            "labelAngle": 0,
            "labelExpr": f"{json.dumps({str(number): name for number, name in names.items()})}[datum.value]",
            "ticks": False,
            "labelPadding": 12,
        },
        "scale": {"paddingInner": 0.25, "paddingOuter": 0.15},
    }


def _day(language: Language, day: date, days: int) -> str:
    return drawable(wording.day_label(language, day, days), language.day(day, "Md"))


def _counted(language: Language, label: Plural, count: int) -> str:
    """Return a number with what it counts, or just the number, whose colour says it too."""
    return drawable(label(language, count), language.number(count))


def _bar_layer(language: Language, bars: Sequence[Bar], top: float) -> dict[str, Any]:
    names = {
        _MADE: _counted(language, wording.MADE, sum(bar.made for bar in bars)),
        _FAILED: _counted(language, wording.FAILED, sum(bar.failed for bar in bars)),
    }
    legend = json.dumps(names)
    return {
        "mark": {"type": "bar"},
        "encoding": {
            "y": {
                "field": "from",
                "type": "quantitative",
                "scale": {"domain": [0, max(top, 1)], "nice": True},
                "axis": {"title": None, "format": ",d", "tickCount": 5, "tickMinStep": 1},
            },
            "y2": {"field": "to"},
            "color": {
                "field": "outcome",
                "scale": {"domain": list(_COLOURS), "range": list(_COLOURS.values())},
                "legend": {"title": None, "orient": "top", "labelExpr": f"{legend}[datum.value]"},
            },
        },
    }


def _label_layers(language: Language, bars: Sequence[Bar]) -> list[dict[str, Any]]:
    """Write the number of songs made above each bar, and above that the number of failures."""
    totals = [(number, bar, bar.made + bar.failed) for number, bar in enumerate(bars)]
    made = [{"bar": n, "top": top, "text": language.number(bar.made)} for n, bar, top in totals if top]
    failed = [
        {"bar": n, "top": top, "text": _failed_label(language, bar.failed)}
        for n, bar, top in totals
        if bar.failed
    ]
    return [
        _text_layer(made, _COLOURS[_MADE], _LABEL, offset=-18),
        _text_layer(failed, _COLOURS[_FAILED], _TINY, offset=-48),
    ]


def _failed_label(language: Language, count: int) -> str:
    """Return a label that doesn't reach into the next bar's."""
    label = _counted(language, wording.FAILED, count)
    return label if len(label) <= _LABEL_LENGTH else language.number(count)


def _text_layer(values: list[dict[str, Any]], colour: str, size: int, *, offset: int) -> dict[str, Any]:
    return {
        "data": {"values": values},
        "mark": {"type": "text", "dy": offset, "fontSize": size, "fontWeight": "bold", "color": colour},
        "encoding": {
            "y": {"field": "top", "type": "quantitative"},
            "text": {"field": "text", "type": "nominal"},
        },
    }


def _limit_layer(limit: int) -> dict[str, Any]:
    return {
        "data": {"values": [{"limit": limit}]},
        "mark": {"type": "rule", "color": _LIMIT, "strokeWidth": 4, "strokeDash": [16, 10]},
        "encoding": {"x": None, "y": {"field": "limit", "type": "quantitative"}},
    }


def _config(language: Language) -> dict[str, Any]:
    return {
        "font": FONT,
        "locale": {"number": _number_format(language)},
        "view": {"stroke": None},
        "axis": {
            "labelColor": _FAINT,
            "labelFontSize": _SMALL,
            "gridColor": _GRID,
            "gridWidth": 2,
            "domain": False,
            "tickColor": _GRID,
        },
        "axisX": {"grid": False},
        "legend": {
            "labelColor": _INK,
            "labelFontSize": _SMALL,
            "labelLimit": 0,
            "symbolType": "square",
            "symbolSize": 500,
        },
        "title": {
            "anchor": "start",
            "color": _INK,
            "fontSize": _LARGE,
            "subtitleColor": _LIMIT,
            "subtitleFontSize": _SMALL,
            "offset": 16,
        },
    }


def _number_format(language: Language) -> dict[str, Any]:
    """Return how the axis writes numbers (Vega, "Locale"). There are no fractions and no currencies."""
    group = language.thousands_separator()
    return {"decimal": ".", "thousands": group, "grouping": [3], "currency": ["", ""]}


async def draw_chart(language: Language, days: Sequence[DailyUsage], daily_limit: int) -> bytes:
    """Return the chart as a PNG of WIDTH by HEIGHT pixels. Raise ChartNotDrawn if that fails.

    A separate process draws it, so that neither the event loop nor the bot's memory is affected.
    """
    specification = json.dumps(chart_spec(language, days, daily_limit)).encode()
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(_SCRIPT), stdin=pipe, stdout=pipe, stderr=pipe, env=environment
        )
    except OSError as error:
        raise ChartNotDrawn(str(error)) from error
    try:
        async with asyncio.timeout(RENDER_TIMEOUT):
            picture, complaint = await process.communicate(specification)
    except TimeoutError as error:
        raise ChartNotDrawn("the renderer did not finish in time") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise ChartNotDrawn(complaint.decode(errors="replace")[-500:])
    return picture
