"""The picture is whole and true for any numbers, and holds only what its font can draw."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from songbot.quotas.repository import DailyUsage
from songbot.ui.quota import chart as chart_module
from songbot.ui.quota.chart import HEIGHT, WIDTH, Chart, compact, draw_chart, drawable

COUNTS = st.integers(0, 10**7)
GREEN, RED, YELLOW = (0x2F, 0xD3, 0xA0), (0xFF, 0x7A, 0x72), (0xFF, 0xC8, 0x57)


def chart(counts: list[tuple[int, int]], limit: int = 50, top: tuple[tuple[str, int], ...] = ()) -> Chart:
    start = date(2026, 3, 1)
    days = (DailyUsage(start + timedelta(days=n), *count) for n, count in enumerate(counts))
    return Chart(tuple(days), limit, top)


def drawn(asked: Chart) -> Image.Image:
    return Image.open(BytesIO(draw_chart(asked)))


def pixels(image: Image.Image, colour: tuple[int, int, int], box: tuple[int, int, int, int]) -> int:
    return sum(count for count, found in image.crop(box).getcolors(10**6) or [] if found == colour)


PLOT = (chart_module._LEFT, chart_module._TOP - 4, chart_module._RIGHT, chart_module._BOTTOM)


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([7, 30, 90]).flatmap(
        lambda n: st.lists(st.tuples(COUNTS, COUNTS), min_size=n, max_size=n)
    ),
    st.integers(0, 100_000),
    st.lists(st.tuples(st.text(max_size=40), COUNTS), max_size=5),
)
def test_any_numbers_and_names_give_a_picture_of_one_size(counts, limit, top):
    image = drawn(chart(counts, limit, tuple(top)))
    assert (image.format, image.mode, image.size) == ("PNG", "RGB", (WIDTH, HEIGHT))


def test_made_and_failed_songs_are_stacked_to_scale():
    image = drawn(chart([(0, 0)] * 6 + [(30, 10)], limit=40))
    assert pixels(image, GREEN, PLOT) == pytest.approx(3 * pixels(image, RED, PLOT), rel=0.05)


def test_a_server_without_songs_has_no_bars_and_its_limit_all_the_same():
    image = drawn(chart([(0, 0)] * 30))
    assert pixels(image, GREEN, PLOT) == pixels(image, RED, PLOT) == 0
    assert pixels(image, YELLOW, PLOT) > 0


def test_a_few_songs_are_seen_under_a_limit_of_a_hundred_thousand():
    image = drawn(chart([(1, 0)] * 7, limit=100_000))
    assert pixels(image, GREEN, PLOT) > 10_000


@pytest.mark.parametrize("limit", [0, 1, 49, 50, 51, 200])
def test_the_scale_holds_all_days_and_a_limit_that_is_near(limit):
    scale = chart_module._scale(chart([(50, 0)], limit))
    assert scale.top >= max(50, limit)
    assert scale.top / scale.step <= 5


@given(st.integers(1, 10**8))
def test_steps_are_round_and_few(highest):
    step = chart_module._step(highest)
    assert int(str(step).rstrip("0") or "1") in (1, 2, 5)
    assert step >= 1
    assert -(-highest // step) <= 5


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1k"),
        (1500, "1.5k"),
        (99_950, "100k"),
        (150_000, "150k"),
        (2_000_000, "2M"),
    ],
)
def test_large_numbers_are_short(count, shown):
    assert compact(count) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("ann", "ann"),
        ("Zoë Ångström", "Zoe Angstrom"),
        ("𝓕𝓪𝓷𝓬𝔂", "Fancy"),
        ("Weiß", "Weiss"),
        ("日本語", ""),
        ("x\n\u202ey", "x y"),
        ("*ann*", "*ann*"),
    ],
)
def test_names_are_drawn_as_far_as_the_font_goes(name, shown):
    assert drawable(name) == shown


@given(st.text(max_size=40))
def test_what_is_drawable_stays_so(name):
    assert drawable(drawable(name)) == drawable(name)
