"""Complete a list of genres and moods from a catalogue. Pure.

A catalogue holds the names in the person's language by their English names, which Whisul knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

MAX_CHOICES = 25
MAX_CHOICE_LENGTH = 100
"""Discord's limits for autocomplete ("Application Command Option Choice Structure")."""
_COMMA = re.compile("[,、，]")
"""Commas, including those of Chinese and Japanese."""
_NO_MATCH = 3


def split_styles(typed: str) -> list[str]:
    """Return the parts of a comma-separated list that are not empty."""
    return [part.strip() for part in _COMMA.split(typed) if part.strip()]


def autocomplete_styles(typed: str, catalogue: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return up to 25 completions of what was typed as (label, value), each at most 100 characters long.

    Labels are in the person's language, values in English. `typed` is a comma-separated list: complete its
    last part, keep the others, and do not offer them again. What was typed comes first, because Discord's
    client takes the first choice on Enter. Then come styles that begin with the last part, then those with a
    word that begins with it, then those that contain it.
    """
    if len(typed) > MAX_CHOICE_LENGTH:
        return []
    *finished, partial = _COMMA.split(typed)
    chosen = split_styles(",".join(finished))
    chosen_english = english_styles(chosen, catalogue)
    taken = {style.casefold() for style in chosen_english}
    own, wanted = partial.strip(), " ".join(partial.split()).casefold()
    last_parts = [(own, *english_styles([own], catalogue))] if wanted else []
    last_parts += [(catalogue[style], style) for style in _matching(wanted, catalogue) if style not in taken]
    choices: dict[str, str] = {}
    for label, style in last_parts:
        choices.setdefault(", ".join([*chosen, label]), ", ".join([*chosen_english, style]))
    return [pair for pair in choices.items() if max(map(len, pair)) <= MAX_CHOICE_LENGTH][:MAX_CHOICES]


def english_styles(parts: list[str], catalogue: Mapping[str, str]) -> list[str]:
    """Replace names in the person's language by the English ones. Keep English and unknown names."""
    if not parts:
        return []  # most orders have no styles, and a burst of them waits for this
    by_name = {name.casefold(): style for style, name in reversed(list(catalogue.items()))}
    return [part if part.casefold() in catalogue else by_name.get(part.casefold(), part) for part in parts]


def _matching(wanted: str, catalogue: Mapping[str, str]) -> Iterator[str]:
    """Yield the English names of styles whose name in either language contains `wanted`, best matches
    first."""
    ranks = {
        style: min(_rank(wanted, style), _rank(wanted, name.casefold())) for style, name in catalogue.items()
    }
    yield from sorted((style for style in ranks if ranks[style] < _NO_MATCH), key=ranks.__getitem__)


def _rank(wanted: str, name: str) -> int:
    if name.startswith(wanted):
        return 0
    if f" {wanted}" in name:
        return 1
    return 2 if wanted in name else _NO_MATCH
