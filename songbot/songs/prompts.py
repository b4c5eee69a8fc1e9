"""The prompt: what people typed, made fit to send, and the helpers' words added to it."""

from __future__ import annotations

import unicodedata

MAX_PROMPT = 1000
"""Characters. Whisul names no limit; this one is ours."""

_DROPPED = frozenset({"Cc", "Cs", "Co"})
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_INVISIBLE = frozenset("\u200b\u2060\ufeff\u00ad\u180e\u2800\u3164\u115f\u1160\uffa0")


class EmptyPrompt(ValueError):
    """Nothing is left of the prompt."""


class PromptTooLong(ValueError):
    """The prompt is over MAX_PROMPT characters; `length` says how long it is."""

    def __init__(self, length: int) -> None:
        super().__init__(f"the prompt has {length} characters, {MAX_PROMPT} is the most")
        self.length = length


def clean_prompt(text: str) -> str:
    """Without control, bidirectional and invisible characters, white space collapsed.

    Raises EmptyPrompt or PromptTooLong. Joiners inside emoji and scripts that need them stay.
    """
    cleaned = _cleaned(text)
    if not _has_visible_text(cleaned):
        raise EmptyPrompt
    if len(cleaned) > MAX_PROMPT:
        raise PromptTooLong(len(cleaned))
    return cleaned


def _cleaned(text: str) -> str:
    return " ".join("".join(_replacement(character) for character in text).split())


def _has_visible_text(cleaned: str) -> bool:
    return any(unicodedata.category(character) not in ("Cf", "Mn", "Zs") for character in cleaned)


def _replacement(character: str) -> str:
    if character.isspace():
        return " "
    if character in _BIDI or character in _INVISIBLE or unicodedata.category(character) in _DROPPED:
        return ""
    return character


def with_options(prompt: str, style: str | None, bpm: int | None, *, instrumental: bool = False) -> str:
    """The helpers as words in the prompt, since words are all that Whisul takes.

    An empty prompt stays empty: helpers go with words of the person's own.
    """
    if not _has_visible_text(_cleaned(prompt)):
        return prompt
    styles = [part.strip() for part in (style or "").split(",")]
    parts = [part for part in styles if part]
    if bpm is not None:
        parts.append(f"{bpm} bpm")
    if instrumental:
        parts.append("instrumental, no vocals")
    return ", ".join([prompt, *parts])
