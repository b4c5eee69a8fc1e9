"""A server's songs day by day, as a picture. Blocking (some 50 ms): call it off the event loop.

Large type and an opaque dark background of its own, so that it reads alike in Discord's dark and light theme
and, at a third of its size, on a phone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from math import log10

from PIL import Image, ImageDraw, ImageFont

from songbot.quotas.repository import DailyUsage
from songbot.wording import quota_admin as wording
from songbot.wording import text

WIDTH, HEIGHT = 1000, 620
_LEFT, _TOP, _RIGHT, _BOTTOM = 104, 176, 650, 550
_NAMES_LEFT = 694
_LEGEND, _LIMIT_NAME = 100, 144
_BACKGROUND, _GRID = "#23252b", "#43464f"
_INK, _FAINT = "#f4f5f7", "#b9bdc6"
_MADE, _FAILED, _LIMIT = "#2fd3a0", "#ff7a72", "#ffc857"
_SMALL, _MIDDLE, _LARGE = 30, 32, 42
_FAR_ABOVE = 4
_MISSING = "\U0010ffff"
_PLAIN = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "ł": "l", "Ł": "L"})

_Draw = ImageDraw.ImageDraw


@dataclass(frozen=True, slots=True)
class Chart:
    """`days` oldest first; `limit` is the server's, songs a day; `top` are display names as they came and
    how many songs each made."""

    days: tuple[DailyUsage, ...]
    limit: int
    top: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Scale:
    """`top` is the number of songs at the upper edge."""

    top: int
    step: int

    def y(self, count: float) -> int:
        return round(_BOTTOM - (_BOTTOM - _TOP) * min(count, self.top) / self.top)


def draw_chart(chart: Chart) -> bytes:
    """A PNG of WIDTH by HEIGHT."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _BACKGROUND)
    draw = ImageDraw.Draw(image)
    scale = _scale(chart)
    draw.text((36, 24), wording.chart_title(len(chart.days)), _INK, _font(_LARGE))
    _draw_legend(draw)
    _draw_grid(draw, scale)
    _draw_bars(draw, chart.days, scale)
    _draw_dates(draw, chart.days)
    _draw_limit(draw, chart.limit, scale)
    _draw_top(draw, chart.top)
    written = BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def _scale(chart: Chart) -> _Scale:
    """High enough for every day, and for the limit unless the bars would shrink to nothing under it."""
    peak = max((day.made + day.failed for day in chart.days), default=0)
    highest = max(peak, chart.limit) if not peak or chart.limit <= _FAR_ABOVE * peak else peak * 1.25
    step = _step(highest)
    return _Scale(top=step * max(1, -int(-highest // step)), step=step)


def _step(highest: float) -> int:
    """1, 2 or 5 times a power of ten, so that there are at most five lines."""
    rough = max(1.0, highest / 5)
    power = 10 ** int(log10(rough))
    return next(int(power * factor) for factor in (1, 2, 5, 10) if power * factor >= rough)


def compact(count: int) -> str:
    """ "900", "1.5k", "20k", "3M"; at most four characters up to a billion."""
    for unit, sign in ((1_000_000, "M"), (1_000, "k")):
        if count >= unit:
            shown = f"{count / unit:.1f}".removesuffix(".0")
            return f"{shown if len(shown) < 4 else round(count / unit)}{sign}"
    return str(count)


def _draw_legend(draw: _Draw) -> None:
    x = _LEFT
    for colour, name in ((_MADE, wording.CHART_MADE), (_FAILED, wording.CHART_FAILED)):
        draw.rectangle((x, _LEGEND - 11, x + 22, _LEGEND + 11), colour)
        draw.text((x + 32, _LEGEND), name, _FAINT, _font(_SMALL), anchor="lm")
        x += 60 + round(draw.textlength(name, _font(_SMALL)))


def _draw_grid(draw: _Draw, scale: _Scale) -> None:
    for count in range(0, scale.top + 1, scale.step):
        y = scale.y(count)
        draw.line((_LEFT, y, _RIGHT, y), _FAINT if count == 0 else _GRID, 2)
        draw.text((_LEFT - 14, y), compact(count), _FAINT, _font(_SMALL), anchor="rm")


def _slot(number: int, days: int) -> tuple[int, int]:
    """Left and right edge of a day's bar."""
    width = (_RIGHT - _LEFT) / days
    gap = max(1.0, width * 0.14)
    return round(_LEFT + number * width + gap), round(_LEFT + (number + 1) * width - gap)


def _draw_bars(draw: _Draw, days: Sequence[DailyUsage], scale: _Scale) -> None:
    for number, day in enumerate(days):
        left, right = _slot(number, len(days))
        made, failed = scale.y(day.made), scale.y(day.made + day.failed)
        if day.made:
            draw.rectangle((left, min(made, _BOTTOM - 2), right, _BOTTOM - 1), _MADE)
        if day.failed:
            draw.rectangle((left, min(failed, made - 3), right, made - 1), _FAILED)
        if len(days) <= 7 and day.made + day.failed:
            label = compact(day.made + day.failed)
            draw.text(((left + right) // 2, failed - 6), label, _INK, _font(_SMALL), anchor="mb")


def _draw_dates(draw: _Draw, days: Sequence[DailyUsage]) -> None:
    for number, day in enumerate(days):
        if _is_named(number, len(days)):
            left, right = _slot(number, len(days))
            name = _day_name(day.day, short=len(days) <= 7)
            draw.text(((left + right) // 2, _BOTTOM + 12), name, _FAINT, _font(_SMALL), anchor="ma")


def _is_named(number: int, days: int) -> bool:
    """Each of a week; else every fifth part, counted back from today."""
    every = 1 if days <= 7 else days // 5
    return (days - 1 - number) % every == every // 2 * (days > 7)


def _day_name(day: date, *, short: bool) -> str:
    return f"{day:%a}" if short else f"{day.day} {day:%b}"


def _draw_limit(draw: _Draw, limit: int, scale: _Scale) -> None:
    """A broken line, named above the bars."""
    far_above = limit > scale.top
    y = scale.y(limit)
    for x in range(_LEFT, _RIGHT, 26):
        draw.line((x, y, min(x + 16, _RIGHT), y), _LIMIT, 4)
    name = wording.chart_limit_above(limit) if far_above else wording.chart_limit(limit)
    draw.text((_RIGHT, _LIMIT_NAME), name, _LIMIT, _font(_SMALL), anchor="rm")


def _draw_top(draw: _Draw, top: Sequence[tuple[str, int]]) -> None:
    draw.text((_NAMES_LEFT, _LEGEND), wording.CHART_TOP, _FAINT, _font(_SMALL), anchor="lm")
    if not top:
        draw.text((_NAMES_LEFT, _LIMIT_NAME), wording.CHART_NOBODY, _INK, _font(_MIDDLE))
    for number, (name, made) in enumerate(top[:5]):
        y = _LEGEND + 36 + number * 92
        count = f"{made:,}" if made < 1_000_000 else compact(made)
        draw.text((_NAMES_LEFT, y), _fitting(draw, f"{number + 1}. ", name), _INK, _font(_MIDDLE))
        draw.text((_NAMES_LEFT + 38, y + 40), count, _MADE, _font(_MIDDLE))


def _fitting(draw: _Draw, rank: str, name: str) -> str:
    """As much of the name as there is room for."""
    width = WIDTH - _NAMES_LEFT - 30
    name = drawable(name) or wording.UNNAMED
    if draw.textlength(rank + name, _font(_MIDDLE)) <= width:
        return rank + name
    while name and draw.textlength(f"{rank}{name}…", _font(_MIDDLE)) > width:
        name = name[:-1].rstrip()
    return f"{rank}{name}…"


def drawable(name: str) -> str:
    """What the font can draw of a name: letters in fancy dress or with accents plain. May be empty."""
    kept: list[str] = []
    for sign in unicodedata.normalize("NFKC", text.plain(name, 60)).translate(_PLAIN):
        for candidate in (sign, unicodedata.normalize("NFD", sign)[0]):
            if candidate == " " or _has_glyph(candidate):
                kept.append(candidate)
                break
    return " ".join("".join(kept).split())


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own, so that the picture is the same on every machine."""
    return ImageFont.load_default(size)


def _has_glyph(sign: str) -> bool:
    """A font draws one and the same box for every sign it does not have."""
    glyph = _glyph(sign)
    return any(glyph) and glyph != _glyph(_MISSING)


def _glyph(sign: str) -> bytes:
    image = Image.new("L", (2 * _SMALL, 2 * _SMALL))
    ImageDraw.Draw(image).text((4, 4), sign, 255, _font(_SMALL))
    return image.tobytes()
