"""No picture has empty boxes for letters: all text in it is in the font that comes with the renderer."""

from __future__ import annotations

import functools
import json
import re
import struct
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest
import vl_convert
from babel import Locale
from PIL import ImageFont

from songbot.quotas.repository import DailyUsage
from songbot.ui.quota.chart import chart_spec
from songbot.ui.quota.chart_text import FONT, drawable
from songbot.wording import usage_chart as wording
from songbot.wording.language import ENGLISH, NAMES, Language, find_language

FONT_FILE = re.compile(rb"(?:\x00\x01\x00\x00|OTTO)\x00[\x08-\x20]")
"""How a TrueType or OpenType file begins: its version, and up to 32 tables."""


@functools.cache
def fonts() -> tuple[ImageFont.FreeTypeFont, ...]:
    """The font's regular and bold styles, read out of the renderer's library."""
    [library] = Path(vl_convert.__file__).parent.glob("vl_convert*.so")
    data = library.read_bytes()
    files = filter(None, (font_file(data, match.start()) for match in FONT_FILE.finditer(data)))
    loaded = [ImageFont.truetype(BytesIO(found), 40) for found in files]
    return tuple(font for font in loaded if font.getname() in {(FONT, "Regular"), (FONT, "Bold")})


def font_file(data: bytes, start: int) -> bytes | None:
    (tables,) = struct.unpack_from(">H", data, start + 4)
    entries = [struct.unpack_from(">4sIII", data, start + 12 + 16 * number) for number in range(tables)]
    if not {b"cmap", b"glyf", b"name"} <= {tag for tag, *_ in entries}:
        return None
    return data[start : start + max(offset + length for _, _, offset, length in entries)]


def missing(text: str) -> list[str]:
    """The characters that would be drawn as an empty box."""
    return [
        character
        for character in sorted(set(text))
        if any(picture(font, character) == picture(font, "\uffff") for font in fonts())
    ]


def picture(font: ImageFont.FreeTypeFont, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(cast("Iterable[int]", mask))


def days(count: int) -> tuple[DailyUsage, ...]:
    """Days in all months, and on all weekdays."""
    return tuple(DailyUsage(date(2026, 1, 1) + timedelta(days=4 * n), 12_345, 1000) for n in range(count))


def texts(spec: dict[str, Any]) -> Iterator[str]:
    """All that is written in the chart."""
    yield from spec["title"].values()
    yield spec["config"]["locale"]["number"]["thousands"]
    yield from written(spec["encoding"]["x"]["axis"]["labelExpr"])
    for layer in spec["layer"]:
        if layer["mark"]["type"] == "bar":
            yield from written(layer["encoding"]["color"]["legend"]["labelExpr"])
        if layer["mark"]["type"] == "text":
            yield from (row["text"] for row in layer["data"]["values"])


def written(expression: str) -> Iterator[str]:
    yield from json.loads(expression.removesuffix("[datum.value]")).values()


def test_the_font_is_found_and_lacks_chinese_japanese_and_korean():
    assert {font.getname()[1] for font in fonts()} == {"Regular", "Bold"}
    assert missing("AŁŞ Їж") == []
    assert missing("A曲노래") == ["曲", "노", "래"]


def test_the_font_has_every_character_that_counts_as_drawable():
    every = "".join(sign for number in range(0x10000) if drawable(sign := chr(number)))
    assert len(every) > 400
    assert missing(every) == []


@pytest.mark.parametrize("tag", NAMES)
@pytest.mark.parametrize("count", [7, 30, 91])
@pytest.mark.parametrize("limit", [10, 100_000])
def test_in_every_language_all_that_is_drawn_is_in_the_font(tag: str, count: int, limit: int):
    said = list(texts(chart_spec(find_language(tag), days(count), limit)))
    assert missing("".join(said)) == []
    assert sum(map(bool, said)) >= 7  # numbers and dates at least


class Chinese(NullTranslations):
    """A catalog in a script that the font lacks."""

    def gettext(self, message: str) -> str:
        return f"曲{message}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return "曲{count}首"


def test_words_that_the_font_lacks_stay_out_and_their_numbers_stay():
    spec = chart_spec(Language("zh-CN", Chinese(), Locale("zh", script="Hans")), days(7), 10)
    said = list(texts(spec))
    assert missing("".join(said)) == []
    assert spec["title"] == {"text": "", "subtitle": ""}
    assert {"86,415", "7,000", "12,345", "1,000", "1/1"} <= set(said)


@pytest.mark.parametrize("tag", ["ja", "ko", "zh-CN", "zh-TW"])
def test_where_the_font_lacks_a_script_dates_are_numbers(tag: str):
    axis = chart_spec(find_language(tag), days(7), 10)["encoding"]["x"]["axis"]["labelExpr"]
    assert all(re.fullmatch(r"\d+(/|\. )\d+\.?", label) for label in written(axis))


def test_what_cannot_be_drawn_is_replaced_by_what_can_or_stays_out():
    assert drawable("5月14日", "5/14") == "5/14"
    assert drawable("7日間の曲") == ""
    assert drawable("Łódź", "Lodz") == "Łódź"


def test_dates_and_numbers_are_those_of_the_language():
    german, russian = find_language("de"), find_language("ru")
    day = date(2026, 5, 14)
    assert [wording.day_label(language, day, 30) for language in (ENGLISH, german, russian)] == [
        "14 May",
        "14. Mai",
        "14 мая",
    ]
    assert wording.day_label(german, day, 7) == "Do"
    thousands = [
        chart_spec(one, days(7), 10)["config"]["locale"]["number"]["thousands"] for one in (ENGLISH, german)
    ]
    assert thousands == [",", "."]


def test_the_renderer_draws_with_no_other_font():
    """A letter that the font lacks is drawn by another one, if the machine has it."""
    spec = chart_spec(find_language("ru"), days(7), 10)
    pdf = vl_convert.vegalite_to_pdf(spec)
    assert {name.split(b"+")[-1] for name in re.findall(rb"/BaseFont */([\w+-]+)", pdf)} == {
        b"LiberationSans",
        b"LiberationSans-Bold",
    }
