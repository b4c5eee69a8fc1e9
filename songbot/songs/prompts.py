"""Clean the prompt that people typed, and add the selected options to it."""

from __future__ import annotations

import unicodedata

MAX_PROMPT = 1000
"""Maximum length in characters. Whisul documents no limit; this one is the bot's."""

_DROPPED = frozenset({"Cc", "Cs", "Co"})
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_INVISIBLE = frozenset("\u200b\u2060\ufeff\u00ad\u180e\u2800\u3164\u115f\u1160\uffa0")


class EmptyPrompt(ValueError):
    """The prompt is empty after cleaning."""


class PromptTooLong(ValueError):
    """The prompt is longer than MAX_PROMPT characters; `length` is its length."""

    def __init__(self, length: int) -> None:
        super().__init__(f"the prompt has {length} characters, {MAX_PROMPT} is the most")
        self.length = length


def clean_prompt(text: str) -> str:
    """Remove control, bidirectional and invisible characters, and collapse white space.

    Keep the joiners that emoji and some scripts need. May raise EmptyPrompt or PromptTooLong.
    """
    cleaned = _cleaned(text)
    if not _has_visible_text(cleaned):
        raise EmptyPrompt
    if len(cleaned) > MAX_PROMPT:
        raise PromptTooLong(len(cleaned))
    return cleaned


def _cleaned(text: str) -> str:
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join("".join(_replacement(character) for character in text).split())


def _has_visible_text(cleaned: str) -> bool:
    return any(unicodedata.category(character) not in ("Cf", "Mn", "Zs") for character in cleaned)


def _replacement(character: str) -> str:
    if character.isspace():
        return " "
    if character in _BIDI or character in _INVISIBLE or unicodedata.category(character) in _DROPPED:
        return ""
    return character


def with_options(
    prompt: str, style: str | None, bpm: int | None, *, instrumental: bool = False
) -> tuple[str, list[str]]:
    """Append the options to the prompt as words, because Whisul accepts only a text.

    Return the prompt, and the names of the options that did not fit: a prompt is never refused because of an
    option. An empty prompt stays empty, since options alone are no prompt.
    """
    cleaned, left_out = _cleaned(prompt), list[str]()
    if not _has_visible_text(cleaned):
        return prompt, left_out
    styles = ", ".join(part for part in map(str.strip, (style or "").split(",")) if part)
    options = {
        "instrumental": "instrumental, no vocals" if instrumental else "",
        "bpm": "" if bpm is None else f"{bpm} bpm",
        "style": _cleaned(styles),
    }
    kept = dict.fromkeys(reversed(options), "")
    for name, words in options.items():
        if words and len(", ".join(part for part in (cleaned, *kept.values(), words) if part)) > MAX_PROMPT:
            left_out.append(name)
        else:
            kept[name] = words
    return ", ".join(part for part in (prompt, *kept.values()) if part), left_out
