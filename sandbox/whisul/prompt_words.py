"""Words in a prompt that bring a fault, written in square brackets: `a trap song [fail]`."""

from __future__ import annotations

import re
from typing import Final

FAIL: Final = "fail"
SLOW: Final = "slow"
NEVER: Final = "never"
RATE_LIMITED: Final = "429"
SERVER_ERROR: Final = "500"
VANISHED: Final = "404"
GARBAGE: Final = "garbage"
NO_AUDIO: Final = "no-audio"
NO_COVER: Final = "no-cover"
HUGE: Final = "huge"

GARBAGE_POLLS: Final = 3
"""So many polls of a `[garbage]` job answer with broken JSON before the right answers begin."""

MEANINGS: Final[dict[str, str]] = {
    FAIL: "the job ends as failed, with an error text",
    SLOW: "the job takes three times as long",
    NEVER: "the job runs for ever",
    RATE_LIMITED: "the first POST of this prompt answers 429 with Retry-After: 2; the next one works",
    SERVER_ERROR: "the POST answers 500, and no job is made",
    VANISHED: "the POST is accepted, but every GET of the job answers 404",
    GARBAGE: f"the first {GARBAGE_POLLS} GETs of the job answer with broken JSON, later ones are right",
    NO_AUDIO: "the job completes, and its result has no song_url",
    NO_COVER: "the job completes, and its result has no image_url",
    HUGE: "the audio is a valid MP3 of more than 11 MiB",
}
"""Every word, and what it does: the page at `/` shows this."""

_BRACKETED = re.compile(r"\[\s*(" + "|".join(map(re.escape, MEANINGS)) + r")\s*\]", re.IGNORECASE)


def words_of(prompt: str) -> frozenset[str]:
    """The fault words in a prompt, in lower case and without brackets."""
    return frozenset(word.lower() for word in _BRACKETED.findall(prompt))


def without_words(prompt: str) -> str:
    """The prompt as the composer should read it."""
    return _BRACKETED.sub(" ", prompt)
