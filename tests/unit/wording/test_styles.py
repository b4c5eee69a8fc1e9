"""The names of styles in each language."""

from __future__ import annotations

import gettext

import pytest
from babel import Locale

from songbot.songs.styles import english_styles
from songbot.wording.language import ENGLISH, NAMES, Language, find_language
from songbot.wording.styles import style_names


class Translations(gettext.NullTranslations):
    """Replaces a word in every text."""

    def __init__(self, old: str, new: str) -> None:
        super().__init__()
        self._old, self._new = old, new

    def gettext(self, message: str) -> str:
        return message.replace(self._old, self._new)


def german(old: str, new: str) -> Language:
    return Language("de", Translations(old, new), Locale.parse("de"))


def test_a_style_has_the_name_that_its_line_gives_it():
    names = style_names(german("lullaby, ", "Wiegenlied、"))
    assert names["lullaby"] == "Wiegenlied"
    assert names["christmas"] == "christmas"


@pytest.mark.parametrize("mistake", ["", "Wiegenlied, Schlaflied, "])
def test_a_line_with_too_few_or_too_many_names_stays_english(mistake: str):
    assert style_names(german("lullaby, ", mistake)) == style_names(ENGLISH)


@pytest.mark.parametrize("tag", NAMES)
def test_every_language_names_every_style_and_each_name_leads_back_to_a_style(tag: str):
    names = style_names(find_language(tag))
    assert list(names) == list(style_names(ENGLISH))
    english = {style.casefold() for style in english_styles(list(names.values()), names)}
    assert english <= set(names)
    assert all(0 < len(name) <= 40 for name in names.values())
