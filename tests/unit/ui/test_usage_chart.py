"""Test the usage chart: what it shows, and that it is drawn."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from songbot.quotas.repository import DailyUsage
from songbot.ui.quota import chart_picture
from songbot.ui.quota.chart import bars_of, chart_of, ticks_to
from songbot.ui.quota.chart_picture import HEIGHT, WIDTH, draw
from songbot.ui.quota.draw_chart import ChartNotDrawn, draw_chart
from songbot.wording import usage_chart as wording
from songbot.wording.language import ENGLISH, find_language

TODAY = date(2026, 5, 14)
BACKGROUND, MADE, FAILED, LIMIT = (
    (0x23, 0x25, 0x2B),
    (0x2F, 0xD3, 0xA0),
    (0xF0, 0x62, 0x5A),
    (0xFF, 0xC8, 0x57),
)


def days(count: int, made: int = 3, failed: int = 1) -> tuple[DailyUsage, ...]:
    return tuple(DailyUsage(TODAY - timedelta(days=back), made, failed) for back in reversed(range(count)))


def drawn(usage: tuple[DailyUsage, ...], limit: int) -> Image.Image:
    return Image.open(BytesIO(draw(chart_of(ENGLISH, usage, limit)))).convert("RGB")


def column(picture: Image.Image, x: int) -> list[object]:
    """The colours of the area of the bars, from top to bottom."""
    return [picture.getpixel((x, y)) for y in range(182, 528)]


def test_days_are_bars_and_long_times_are_drawn_by_week():
    assert len(bars_of(days(7))) == 7
    assert len(bars_of(days(30))) == 30
    weeks = bars_of(days(91))
    assert [(bar.made, bar.failed) for bar in weeks] == [(21, 7)] * 13
    assert weeks[-1].first_day == TODAY - timedelta(days=6)


def test_made_and_failed_are_told_apart_in_legend_and_labels():
    chart = chart_of(ENGLISH, days(7), 10)
    assert (chart.made, chart.failed) == ("21 made", "7 failed")
    assert {(label.made, label.failed) for label in chart.labels.values()} == {("3", ("1 failed", "1"))}


def test_days_without_songs_have_no_label_and_days_without_failures_name_none():
    chart = chart_of(ENGLISH, (*days(2, made=0, failed=0), *days(1, failed=0)), 10)
    assert {number: label.failed for number, label in chart.labels.items()} == {2: ()}
    assert chart_of(ENGLISH, days(30), 10).labels == {}


def test_a_limit_in_range_is_a_line_at_its_height():
    chart = chart_of(ENGLISH, days(7), 10)
    assert (chart.limit, chart.subtitle) == (10, "limit 10 per day")


def test_a_limit_out_of_range_is_named_and_not_drawn():
    chart = chart_of(ENGLISH, days(7), 13)
    assert (chart.limit, chart.subtitle) == (None, "limit 13 per day (off the chart)")
    assert chart_of(ENGLISH, days(7), 12).limit == 12


def test_by_week_the_limit_is_seven_days():
    chart = chart_of(ENGLISH, days(91), 5)
    assert (chart.limit, chart.subtitle) == (35, "limit 35 per week")


def test_a_week_names_each_day_and_a_month_some():
    assert list(chart_of(ENGLISH, days(7), 10).days.values()) == [
        "Fri",
        "Sat",
        "Sun",
        "Mon",
        "Tue",
        "Wed",
        "Thu",
    ]
    assert list(chart_of(ENGLISH, days(30), 10).days) == [2, 8, 14, 20, 26]


def test_dates_and_numbers_are_those_of_the_language():
    german, russian = find_language("de"), find_language("ru")
    day = date(2026, 5, 14)
    assert [wording.day_label(language, day, 30) for language in (ENGLISH, german, russian)] == [
        "14 May",
        "14. Mai",
        "14 мая",
    ]
    assert wording.day_label(german, day, 7) == "Do"
    assert list(chart_of(german, days(7, made=900), 2000).ticks.values())[-1] == "2.000"


@pytest.mark.parametrize(
    ("end", "ticks"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (5, [0, 1, 2, 3, 4, 5]),
        (5.2, [0, 2, 4, 6]),
        (11, [0, 5, 10, 15]),
        (50, [0, 10, 20, 30, 40, 50]),
        (260, [0, 100, 200, 300]),
        (90_000, [0, 20_000, 40_000, 60_000, 80_000, 100_000]),
    ],
)
def test_the_axis_has_round_numbers_and_ends_above_the_highest(end: float, ticks: list[int]):
    assert list(ticks_to(end)) == ticks


@pytest.mark.parametrize("count", [7, 30, 91])
@pytest.mark.parametrize(
    ("made", "failed", "limit"), [(0, 0, 50), (0, 0, 0), (0, 3, 0), (90_000, 10, 100_000)]
)
def test_any_chart_is_drawn_and_has_a_description_of_at_most_1024_characters(count, made, failed, limit):
    assert drawn(days(count, made, failed), limit).size == (WIDTH, HEIGHT)
    assert len(wording.alternative_text(ENGLISH, days(count, made, failed), limit)) <= 1024


def test_a_week_is_described_day_by_day():
    said = wording.alternative_text(ENGLISH, days(7), 10)
    assert "14 May: 3 made, 1 failed" in said
    assert "21 songs made. 7 failed (not counted)." in said


def test_bars_are_as_high_as_their_numbers():
    picture = drawn(days(30, made=6, failed=3), 10)
    assert picture.getpixel((0, 0)) == BACKGROUND
    tallest = max((column(picture, x) for x in range(900, 970)), key=lambda colours: colours.count(MADE))
    assert tallest.count(MADE) == pytest.approx(346 * 6 / 10, abs=2)
    assert tallest.count(FAILED) == pytest.approx(346 * 3 / 10, abs=2)
    assert tallest.index(FAILED) < tallest.index(MADE)


def test_the_limit_is_a_dashed_line_at_its_height():
    picture = drawn(days(30, made=6, failed=3), 5)
    at_limit = [picture.getpixel((x, round(528 - 346 * 5 / 10))) for x in range(100, 960)]
    assert 0.5 < at_limit.count(LIMIT) / len(at_limit) < 0.8
    assert LIMIT not in [picture.getpixel((x, 250)) for x in range(100, 960)]


def test_a_single_song_beside_thousands_is_visible():
    picture = drawn((*days(6, made=90_000, failed=0), *days(1, made=1, failed=0)), 100_000)
    last = [column(picture, x) for x in range(880, 965)]
    assert any(MADE in colours for colours in last)


def test_a_label_too_long_for_its_bar_is_just_the_number(monkeypatch: pytest.MonkeyPatch):
    written: list[str] = []
    draw_label = chart_picture._Drawing._draw_label

    def note(self: chart_picture._Drawing, position: tuple[float, float], text: str, *style: Any) -> None:
        written.append(text)
        draw_label(self, position, text, *style)

    monkeypatch.setattr(chart_picture._Drawing, "_draw_label", note)
    drawn(days(7, failed=1), 10)
    drawn(days(7, failed=1234), 10)
    assert set(written) == {"3", "1 failed", "1,234"}


async def test_it_is_drawn_outside_the_event_loop(monkeypatch: pytest.MonkeyPatch):
    threads: list[threading.Thread] = []
    monkeypatch.setattr(chart_picture, "draw", lambda _: threads.append(threading.current_thread()) or b"png")
    assert await draw_chart(ENGLISH, days(7), 10) == b"png"
    assert threads != [threading.current_thread()]


async def test_a_missing_font_means_that_no_chart_is_drawn(monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object, **__: object) -> None:
        raise OSError("cannot open resource")

    monkeypatch.setattr(chart_picture, "load_font", fail)
    with pytest.raises(ChartNotDrawn, match="cannot open resource"):
        await draw_chart(ENGLISH, days(7), 10)
