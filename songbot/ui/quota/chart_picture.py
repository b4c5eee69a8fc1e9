"""Draw a chart as a PNG with Pillow.

The type is large and the background opaque, so that the chart is readable in Discord's dark and light themes
and on a phone, at a third of its size.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from .chart import BarLabel, Chart
from .chart_fonts import load_font

WIDTH, HEIGHT = 1000, 600
"""Width and height of the picture in pixels."""
_BACKGROUND, _GRID, _INK, _FAINT = "#23252b", "#43464f", "#f4f5f7", "#c3c7cf"
_MADE, _FAILED, _LIMIT = "#2fd3a0", "#f0625a", "#ffc857"
_TINY, _SMALL, _LABEL, _LARGE = 26, 30, 32, 40
_MARGIN = 30
_TITLE, _SUBTITLE, _LEGEND = 64, 104, 142
"""Heights in pixels from the top: of two baselines, and of the middle of the legend's line."""
_TOP, _BOTTOM, _DAYS = 182, 528, 540
"""Heights in pixels from the top: of the axis' ends, and of the upper edge of the text below."""
_SQUARE, _GAP = 22, 12
_FILLED = 0.75
"""Width of a bar, as a share of the distance from one to the next."""
_LINE, _DASH, _SPACE = 4, 16, 10
_HALO = 6


@dataclass(frozen=True, slots=True)
class _Plot:
    """The area of the bars. `end` is the highest number on the axis."""

    left: float
    right: float
    end: int
    bars: int

    @property
    def slot(self) -> float:
        """Return the width in pixels from one bar to the next."""
        return (self.right - self.left) / self.bars

    def height(self, number: int) -> int:
        """Return how far below the top of the picture a number is, in pixels."""
        return round(_BOTTOM - (_BOTTOM - _TOP) * number / self.end)

    def middle(self, bar: int) -> float:
        """Return how far from the left of the picture the middle of a bar is, in pixels."""
        return self.left + self.slot * (bar + 0.5)


def draw(chart: Chart) -> bytes:
    """Return the chart as a PNG of WIDTH by HEIGHT pixels. Raise OSError if a font is missing.

    This blocks for 20 to 40 milliseconds, so run it in a thread. It holds the GIL for 5 at a time.
    """
    image = Image.new("RGB", (WIDTH, HEIGHT), _BACKGROUND)
    _Drawing(chart, ImageDraw.Draw(image)).draw()
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


class _Drawing:
    def __init__(self, chart: Chart, canvas: ImageDraw.ImageDraw) -> None:
        self._chart = chart
        self._canvas = canvas
        self._small = load_font(chart.language, _SMALL)
        axis = max(self._small.getlength(text) for text in chart.ticks.values())
        self._plot = _Plot(_MARGIN + axis + _GAP, WIDTH - _MARGIN, max(chart.ticks), len(chart.bars))

    def draw(self) -> None:
        """Draw everything, with what is in front last."""
        self._draw_heading()
        self._draw_legend()
        self._draw_axes()
        for number in range(len(self._chart.bars)):
            self._draw_bar(number)
        if self._chart.limit is not None:
            self._draw_limit(self._plot.height(self._chart.limit))
        self._draw_labels()

    def _draw_heading(self) -> None:
        title = load_font(self._chart.language, _LARGE, bold=True)
        self._canvas.text((_MARGIN, _TITLE), self._chart.title, _INK, title, "ls")
        self._canvas.text((_MARGIN, _SUBTITLE), self._chart.subtitle, _LIMIT, self._small, "ls")

    def _draw_legend(self) -> None:
        left, half = float(_MARGIN), _SQUARE / 2
        for name, colour in ((self._chart.made, _MADE), (self._chart.failed, _FAILED)):
            self._canvas.rectangle((left, _LEGEND - half, left + _SQUARE, _LEGEND + half), colour)
            left += _SQUARE + _GAP
            self._canvas.text((left, _LEGEND), name, _INK, self._small, "lm")
            left += self._small.getlength(name) + 2 * _GAP

    def _draw_axes(self) -> None:
        for number, text in self._chart.ticks.items():
            y = self._plot.height(number)
            self._canvas.line((self._plot.left, y, self._plot.right, y), _GRID, 2)
            self._canvas.text((self._plot.left - _GAP, y), text, _FAINT, self._small, "rm")
        for number, text in self._chart.days.items():
            self._canvas.text((self._plot.middle(number), _DAYS), text, _FAINT, self._small, "ma")

    def _draw_bar(self, number: int) -> None:
        bar, middle = self._chart.bars[number], self._plot.middle(number)
        half = self._plot.slot * _FILLED / 2
        for low, high, colour in ((0, bar.made, _MADE), (bar.made, bar.total, _FAILED)):
            if high > low:
                top, bottom = self._plot.height(high), self._plot.height(low)
                box = (round(middle - half), min(top, bottom - 1), round(middle + half), bottom)
                self._canvas.rectangle(box, colour)

    def _draw_limit(self, y: int) -> None:
        for left in range(round(self._plot.left), round(self._plot.right), _DASH + _SPACE):
            right = min(left + _DASH, self._plot.right)
            self._canvas.rectangle((left, y - _LINE // 2, right, y + _LINE // 2 - 1), _LIMIT)

    def _draw_labels(self) -> None:
        large, tiny = (load_font(self._chart.language, size, bold=True) for size in (_LABEL, _TINY))
        for number, label in self._chart.labels.items():
            x, y = self._plot.middle(number), self._plot.height(self._chart.bars[number].total)
            self._draw_label((x, y - 10), label.made, _MADE, large)
            if label.failed:
                self._draw_label((x, y - 44), self._fitting(label, tiny), _FAILED, tiny)

    def _draw_label(
        self, position: tuple[float, float], text: str, colour: str, font: ImageFont.FreeTypeFont
    ) -> None:
        """Draw a text with a margin of the background, so that the limit's line does not cross it."""
        self._canvas.text(position, text, _BACKGROUND, font, "ms", stroke_width=_HALO)
        self._canvas.text(position, text, colour, font, "ms")

    def _fitting(self, label: BarLabel, font: ImageFont.FreeTypeFont) -> str:
        """Return the longest text that doesn't reach into the next bar's."""
        return next(
            (text for text in label.failed if font.getlength(text) < self._plot.slot - _GAP), label.failed[-1]
        )
