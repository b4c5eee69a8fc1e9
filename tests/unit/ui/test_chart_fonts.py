"""No chart has empty boxes for letters, and none has text that doesn't fit, in any language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import cast

import pytest
from PIL import ImageFont

from songbot.quotas.repository import DailyUsage
from songbot.ui.quota.chart import Chart, chart_of
from songbot.ui.quota.chart_fonts import load_font
from songbot.ui.quota.chart_picture import WIDTH
from songbot.wording.language import NAMES, find_language

EVERY_LANGUAGE = pytest.mark.parametrize("tag", NAMES)
LIMITS = (10, 1_000_000)
LARGE, SMALL, MARGIN = 40, 30, 30


def charts(tag: str) -> Iterator[Chart]:
    """Charts with days in all months and on all weekdays."""
    for count in (7, 30, 91):
        for first in range(0, 360, 30):
            days = tuple(
                DailyUsage(date(2026, 1, 1) + timedelta(days=first + n), 12_345, 1000) for n in range(count)
            )
            for limit in LIMITS:
                yield chart_of(find_language(tag), days, limit)


def texts(chart: Chart) -> Iterator[str]:
    """All that is written in the chart."""
    yield from (chart.title, chart.subtitle, chart.made, chart.failed)
    yield from chart.days.values()
    yield from chart.ticks.values()
    for label in chart.labels.values():
        yield from (label.made, *label.failed)


def missing(font: ImageFont.FreeTypeFont, text: Iterable[str]) -> list[str]:
    """The characters that would be drawn as an empty box."""
    box = picture(font, "\uffff")
    return [character for character in sorted(set(text)) if picture(font, character) == box]


def picture(font: ImageFont.FreeTypeFont, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(cast("Iterable[int]", mask))


def test_a_missing_character_is_found():
    assert missing(load_font("en", 40), "AŁŞ Їж曲") == ["曲"]


@EVERY_LANGUAGE
@pytest.mark.parametrize("bold", [False, True])
def test_the_font_has_every_character_in_the_chart(tag: str, bold: bool):
    characters = {character for chart in charts(tag) for text in texts(chart) for character in text}
    assert len(characters) > 20
    assert missing(load_font(tag, 40, bold=bold), characters) == []


@EVERY_LANGUAGE
def test_every_line_fits_into_the_picture(tag: str):
    large, small = load_font(tag, LARGE, bold=True), load_font(tag, SMALL)
    for chart in charts(tag):
        widths = [
            large.getlength(chart.title),
            small.getlength(chart.subtitle),
            small.getlength(chart.made) + small.getlength(chart.failed) + 4 * MARGIN,
        ]
        assert max(widths) <= WIDTH - 2 * MARGIN


@EVERY_LANGUAGE
def test_dates_have_space_between_them(tag: str):
    font = load_font(tag, SMALL)
    for chart in charts(tag):
        slot = (WIDTH - 2 * MARGIN - font.getlength("100,000") - MARGIN) / len(chart.bars)
        [gap] = {later - earlier for earlier, later in pairwise(chart.days)}
        assert max(font.getlength(day) for day in chart.days.values()) < slot * gap


def test_japanese_and_chinese_readers_get_their_own_shapes():
    shapes = {tag: picture(load_font(tag, 40), "過") for tag in ("ja", "zh-CN", "zh-TW")}
    assert len(set(shapes.values())) > 1


def test_bold_is_heavier_where_the_font_has_it():
    regular, bold = load_font("en", 40), load_font("en", 40, bold=True)
    assert bold.getlength("Songs") > regular.getlength("Songs")
