"""A language of accented letters and longer texts: what is plain English in it was not translated."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator, Mapping
from string import ascii_letters
from typing import Any

from babel import Locale

from songbot.wording.language import Language

_ACCENTED = "ăƀċđĕƒĝĥĭĵķľṁňŏṗǫřśťŭṽŵẋŷžĂƁĊĐĔƑĜĤĬĴĶĽṀŇŎṖǪŘŚŤŬṼŴẊŶŽ"
_PADDING = "\u02d1"
_LENGTHENING = 0.4
_LONGEST_VALUE = 40
"""Characters that are assumed for each placeholder, as the check of the catalogs does."""

_KEPT = re.compile(r"\{\w*\}|`[^`]*`|</?[^>]*>|https?://\S+")
"""Placeholders, code, mentions and timestamps, and addresses."""
_ACCENTS = str.maketrans(ascii_letters, _ACCENTED)
_PLAIN = str.maketrans(_ACCENTED, ascii_letters, _PADDING)
_WORD = re.compile(r"(?<!\w)[A-Za-z]{3,}(?!\w)")

ALLOWED = frozenset({"Whisul", "Discord", "AutoMod", "BPM", "UTC", "SQLite", "PostgreSQL"})
"""Names, which are the same in all languages."""


class PseudoTexts(gettext.NullTranslations):
    """Accents the English texts. `limits` are the lengths that some of them must not exceed."""

    def __init__(self, limits: Mapping[str, int]) -> None:
        super().__init__()
        self._limits = limits

    def gettext(self, message: str) -> str:
        return accented(message, self._limits.get(message, 2000))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return accented(super().ngettext(msgid1, msgid2, n))

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)


def pseudo_language(tag: str, limits: Mapping[str, int], cldr: str = "el") -> Language:
    """The language in place of another. Greek dates and lists show that they are not written in English."""
    return Language(tag, PseudoTexts(limits), Locale.parse(cldr))


def accented(text: str, max_length: int = 2000) -> str:
    """The text in accented letters and 40% longer, unless it would then exceed `max_length`."""
    longest = len(re.sub(r"\{\w*\}", "x" * _LONGEST_VALUE, text))
    parts, kept = _KEPT.split(text), [*_KEPT.findall(text), ""]
    room = max(0, min(int(sum(map(len, parts)) * _LENGTHENING), max_length - longest))
    letters = "".join(part.translate(_ACCENTS) + same for part, same in zip(parts, kept, strict=True))
    return letters if text != text.rstrip() else letters + _PADDING * room


def plain(value: Any) -> Any:
    """Whatever was sent, with all its texts as they were in English."""
    if isinstance(value, str):
        return value.translate(_PLAIN)
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def english_words(text: str) -> list[str]:
    """The plain English words of a text."""
    return [word for word in _WORD.findall(_KEPT.sub(" ", text)) if word not in ALLOWED]


def texts_sent(path: str, payload: Any) -> Iterator[str]:
    """What people read of a request to Discord (its "Message", "Embed" and "Component Reference")."""
    if path.endswith("/commands"):
        return  # these have an English text and beside it all languages
    yield from _texts(payload)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    if not isinstance(value, Mapping):
        return
    for key, inner in value.items():
        is_field = key == "value" and "inline" in value  # the value of a choice is not shown
        if isinstance(inner, str) and (key in _TEXTS or is_field):
            yield inner
        elif key not in _NO_TEXTS:
            yield from _texts(inner)


_TEXTS = frozenset({"content", "title", "description", "label", "placeholder", "text", "name"})
_NO_TEXTS = frozenset({"emoji"})
