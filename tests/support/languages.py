"""Languages whose every text says which one it is, as in "[de] Delete"."""

from __future__ import annotations

import functools
import gettext

import pytest
from babel import Locale

from songbot.wording import language
from songbot.wording.language import ENGLISH, Language


class MarkedTexts(gettext.NullTranslations):
    """Returns the English texts with a mark."""

    def __init__(self, tag: str) -> None:
        super().__init__()
        self._mark = f"[{tag}] "

    def gettext(self, message: str) -> str:
        return self._mark + message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._mark + super().ngettext(msgid1, msgid2, n)

    def pgettext(self, context: str, message: str) -> str:
        return self._mark + message


@functools.cache
def marked(tag: str) -> Language:
    """Return the marked language, or English, which has no mark."""
    return ENGLISH if tag == "en" else Language(tag, MarkedTexts(tag), Locale.parse(tag, sep="-"))


@pytest.fixture
def marked_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the texts of all languages but English by marked ones."""
    monkeypatch.setattr(language, "_load", marked)
