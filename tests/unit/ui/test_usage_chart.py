"""Test the usage chart: its specification, and that the renderer draws it."""

from __future__ import annotations

import os
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from songbot.quotas.repository import DailyUsage
from songbot.ui.quota import chart
from songbot.ui.quota.chart import HEIGHT, WIDTH, ChartNotDrawn, bars_of, chart_spec, draw_chart
from songbot.wording import usage_chart as wording
from songbot.wording.language import ENGLISH

TODAY = date(2026, 5, 14)


def days(count: int, made: int = 3, failed: int = 1) -> tuple[DailyUsage, ...]:
    return tuple(DailyUsage(TODAY - timedelta(days=back), made, failed) for back in reversed(range(count)))


def layers(spec: dict[str, Any], mark: str) -> list[dict[str, Any]]:
    return [layer for layer in spec["layer"] if layer["mark"]["type"] == mark]


def test_days_are_bars_and_long_times_are_drawn_by_week():
    assert len(bars_of(days(7))) == 7
    assert len(bars_of(days(30))) == 30
    weeks = bars_of(days(91))
    assert [(bar.made, bar.failed) for bar in weeks] == [(21, 7)] * 13
    assert weeks[-1].first_day == TODAY - timedelta(days=6)


def test_made_and_failed_are_told_apart_in_colour_legend_and_labels():
    spec = chart_spec(ENGLISH, days(7), 10)
    [bars] = layers(spec, "bar")
    colours = bars["encoding"]["color"]["scale"]["range"]
    assert len(set(colours)) == 2
    assert '"21 made"' in bars["encoding"]["color"]["legend"]["labelExpr"]
    assert '"7 failed"' in bars["encoding"]["color"]["legend"]["labelExpr"]
    made, failed = layers(spec, "text")
    assert {row["text"] for row in made["data"]["values"]} == {"3"}
    assert {row["text"] for row in failed["data"]["values"]} == {"1 failed"}
    assert [made["mark"]["color"], failed["mark"]["color"]] == colours


def test_a_label_too_long_for_its_bar_is_just_the_number():
    _made, failed = layers(chart_spec(ENGLISH, days(7, failed=1234), 10), "text")
    assert {row["text"] for row in failed["data"]["values"]} == {"1,234"}


def test_a_limit_in_range_is_a_line_at_its_height():
    spec = chart_spec(ENGLISH, days(7), 10)
    [line] = layers(spec, "rule")
    assert line["data"]["values"] == [{"limit": 10}]
    assert spec["title"]["subtitle"] == "limit 10 per day"


def test_a_limit_out_of_range_is_named_and_not_drawn():
    spec = chart_spec(ENGLISH, days(7), 200)
    assert layers(spec, "rule") == []
    assert spec["title"]["subtitle"] == "limit 200 per day (off the chart)"


def test_by_week_the_limit_is_seven_days():
    spec = chart_spec(ENGLISH, days(91), 5)
    assert layers(spec, "rule")[0]["data"]["values"] == [{"limit": 35}]
    assert spec["title"]["subtitle"] == "limit 35 per week"


def test_names_are_left_to_the_message():
    assert "<@" not in str(chart_spec(ENGLISH, days(30), 5))


@pytest.mark.parametrize("count", [7, 30, 91])
@pytest.mark.parametrize(("made", "failed", "limit"), [(0, 0, 50), (0, 3, 0), (90_000, 10, 100_000)])
def test_any_chart_has_a_description_of_at_most_1024_characters(count, made, failed, limit):
    assert len(wording.alternative_text(ENGLISH, days(count, made, failed), limit)) <= 1024


def test_a_week_is_described_day_by_day():
    said = wording.alternative_text(ENGLISH, days(7), 10)
    assert "14 May: 3 made, 1 failed" in said
    assert "21 songs made. 7 failed (not counted)." in said


async def test_the_renderer_draws_it_with_its_own_background():
    picture = Image.open(BytesIO(await draw_chart(ENGLISH, days(7), 10)))
    assert (picture.format, picture.size) == ("PNG", (WIDTH, HEIGHT))
    corner = picture.convert("RGBA").getpixel((0, 0))
    assert corner == (0x23, 0x25, 0x2B, 255)


async def test_the_renderer_gets_none_of_the_bots_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path):
    script = tmp_path / "renderer.py"
    script.write_text("import os, sys\nsys.stdout.write(' '.join(os.environ))\n")
    monkeypatch.setattr(chart, "_SCRIPT", script)
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    names = (await draw_chart(ENGLISH, days(7), 10)).decode().split()
    assert "DISCORD_TOKEN" not in names
    assert ("PATH" in names) is ("PATH" in os.environ)


async def test_a_renderer_that_fails_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path):
    script = tmp_path / "renderer.py"
    script.write_text("raise SystemExit('no fonts')\n")
    monkeypatch.setattr(chart, "_SCRIPT", script)
    with pytest.raises(ChartNotDrawn, match="no fonts"):
        await draw_chart(ENGLISH, days(7), 10)


async def test_a_renderer_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path):
    script = tmp_path / "renderer.py"
    script.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(chart, "_SCRIPT", script)
    monkeypatch.setattr(chart, "RENDER_TIMEOUT", 0.3)
    with pytest.raises(ChartNotDrawn, match="in time"):
        await draw_chart(ENGLISH, days(7), 10)
