"""Numbers, lists and dates are CLDR's, though most of its data is dropped."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date

from babel import localedata

from songbot.wording.language import NAMES, cldr_name, find_language

# Runs in a process of its own, where nothing has been dropped.
_WHOLE_CLDR = """
import json, sys
from datetime import date
from babel import Locale, dates, lists, numbers
def texts(name):
    cldr = Locale.parse(name)
    return [
        numbers.format_decimal(1234567, "#,##0", locale=cldr),
        numbers.format_decimal(1234.56, "#,##0.#", locale=cldr),
        numbers.format_percent(0.9, locale=cldr),
        *(lists.format_list(["a", "b", "c"], style, locale=cldr) for style in ("standard", "or")),
        *(dates.format_skeleton(one, date(2026, 5, 14), locale=cldr) for one in ("E", "MMMd", "MMMMd")),
    ]
print(json.dumps({name: texts(name) for name in sys.argv[1:]}))
"""


def _texts(tag: str) -> list[str]:
    language, day = find_language(tag), date(2026, 5, 14)
    return [
        language.number(1234567),
        language.number(1234.56, 1),
        language.percent(0.9),
        language.listed(["a", "b", "c"]),
        language.listed(["a", "b", "c"], "or"),
        *(language.day(day, skeleton) for skeleton in ("E", "MMMd", "MMMMd")),
    ]


def test_every_language_writes_as_with_the_whole_of_cldr() -> None:
    command = [sys.executable, "-c", _WHOLE_CLDR, *map(cldr_name, NAMES)]
    expected = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=120).stdout)
    assert {cldr_name(tag): _texts(tag) for tag in NAMES} == expected


def test_a_language_keeps_a_tenth_of_its_data() -> None:
    language = find_language("de")
    assert language.number(1234) == "1.234"
    data = localedata.load("de")
    assert "number_symbols" in data
    assert not {"unit_patterns", "currency_names", "territories", "languages"} & data.keys()
