"""Find the words in square brackets that trigger a fault, as in `a trap song [fail]`."""

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
"""How many polls of a `[garbage]` job get broken JSON before valid responses begin."""

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
"""Every word and its effect, as shown on the page at `/`."""

_BRACKETED = re.compile(r"\[\s*(" + "|".join(map(re.escape, MEANINGS)) + r")\s*\]", re.IGNORECASE)


def words_of(prompt: str) -> frozenset[str]:
    """Return the fault words in a prompt, in lower case and without brackets."""
    return frozenset(word.lower() for word in _BRACKETED.findall(prompt))


def without_words(prompt: str) -> str:
    """Return the prompt for the composer, without fault words."""
    return _BRACKETED.sub(" ", prompt)
