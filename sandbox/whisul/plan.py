"""Turn a prompt into the plan of a song. Pure: the same prompt and take always give the same plan."""

from __future__ import annotations

import hashlib
import math
import random
import re
from dataclasses import dataclass
from typing import Final

from sandbox.whisul.genres import GENRE_WORDS, GENRES, MOODS, SCALES, TITLE_FIRST, TITLE_LAST, Genre, Mood
from sandbox.whisul.prompt_words import HUGE, without_words, words_of

SAMPLE_RATE: Final = 44_100
HUGE_BYTES: Final = 11 * 1024 * 1024
BPM_LIMITS: Final = (40, 240)

_FRAME_SAMPLES = 1152
_MUSIC_SECONDS = 20
_TAIL_SECONDS = 1.2
_SMALL_SECONDS = 3
_BPM = re.compile(r"(?<!\d)(?:(\d{2,3})\s*bpm\b|\bbpm\s*(?:of|[:=])?\s*(\d{2,3})(?!\d))", re.IGNORECASE)
_TITLE_WORD = re.compile(r"(?<![\w'])[A-Za-z]{4,11}(?![\w'])")
_DULL = frozenset(
    {"song", "songs", "about", "with", "that", "this", "from", "like", "track", "tune", "music", "beat"}
)


@dataclass(frozen=True, slots=True)
class SongPlan:
    """Everything that is decided before any sound is made.

    `seconds` is the length of the encoded audio, `tune_seconds` that of the tune before encoding, and `kbps`
    the bit rate. `repeats` exceeds 1 only for a huge song, in which the encoded tune is repeated that often.
    """

    seed: int
    genre: Genre
    genre_name: str
    scale: str
    root: int
    bpm: int
    bars: int
    rain: bool
    title: str
    tags: tuple[str, ...]
    tune_seconds: int
    channels: int
    kbps: int
    repeats: int

    @property
    def seconds(self) -> int:
        """Return the length of the audio in whole seconds. LAME adds one frame and pads the last one."""
        frames = math.ceil(self.tune_seconds * SAMPLE_RATE / _FRAME_SAMPLES) + 1
        return round(self.repeats * frames * _FRAME_SAMPLES / SAMPLE_RATE)

    @property
    def cover_type(self) -> str:
        """Return `png` for one song in four, else `jpg`, since Whisul's documentation shows both."""
        return "png" if self.seed % 4 == 3 else "jpg"

    @property
    def steps(self) -> tuple[int, ...]:
        """Return the scale in semitones above the root."""
        return SCALES[self.scale]


def seed_of(prompt: str) -> int:
    """Return a number that is the same for a prompt on every machine, even if it contains lone surrogates."""
    digest = hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big")


def plan_song(prompt: str, *, take: int = 0, small: bool = False) -> SongPlan:
    """Plan a song for the prompt. Each `take` gives a different one.

    `small` makes it three seconds of mono, for tests.
    """
    text = without_words(prompt).lower()
    seed = seed_of(f"{prompt}\n{take}" if take else prompt)
    dice = random.Random(seed)
    genre_name = _genre_named_in(text) or dice.choice(sorted(GENRES))
    genre = GENRES[genre_name]
    moods = _moods_in(text)
    bpm = _bpm_of(text, genre, moods, dice)
    bars, tune_seconds = _length(genre, bpm, small=small)
    scale = next((mood.scale for mood in moods if mood.scale), genre.scale)
    kbps = 64 if small else 112
    repeats = 1
    if HUGE in words_of(prompt):
        kbps = 320
        repeats = HUGE_BYTES // (kbps * 125 * tune_seconds) + 1
    return SongPlan(
        seed=seed,
        genre=genre,
        genre_name=genre_name,
        scale=scale,
        root=dice.randint(45, 56),
        bpm=bpm,
        bars=bars,
        rain=any(mood.tag == "rain" for mood in moods),
        title=_title(without_words(prompt), scale, dice),
        tags=tuple(dict.fromkeys((*genre.tags, *(mood.tag for mood in moods)))),
        tune_seconds=tune_seconds,
        channels=1 if small else 2,
        kbps=kbps,
        repeats=repeats,
    )


def _first_at(word: str, text: str) -> int | None:
    found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)
    return found.start() if found else None


def _genre_named_in(text: str) -> str | None:
    positions = [
        (position, -len(word), word)
        for word in GENRE_WORDS
        if (position := _first_at(word, text)) is not None
    ]
    return GENRE_WORDS[min(positions)[2]] if positions else None


def _moods_in(text: str) -> list[Mood]:
    return [mood for word, mood in MOODS.items() if _first_at(word, text) is not None]


def _bpm_of(text: str, genre: Genre, moods: list[Mood], dice: random.Random) -> int:
    low, high = BPM_LIMITS
    drawn = dice.randint(*genre.bpm)
    for found in _BPM.finditer(text):
        asked = int(found[1] or found[2])
        if low <= asked <= high:
            return asked
    return min(high, max(low, round(drawn * math.prod(mood.tempo for mood in moods))))


def _length(genre: Genre, bpm: int, *, small: bool) -> tuple[int, int]:
    if small:
        return 2, _SMALL_SECONDS
    bar_seconds = genre.beats * 60 / bpm
    bars = max(4, 2 * round(_MUSIC_SECONDS / bar_seconds / 2))
    return bars, math.ceil(bars * bar_seconds + _TAIL_SECONDS)


def _title(prompt: str, scale: str, dice: random.Random) -> str:
    first = dice.choice(TITLE_FIRST["bright" if scale in {"major", "lydian", "mixolydian"} else "dark"])
    last = dice.choice(TITLE_LAST)
    own = [word for word in _TITLE_WORD.findall(prompt) if word.lower() not in _DULL]
    if own and dice.random() < 0.4:
        last = own[-1].capitalize()
    return f"{first} {last}" if first != last else last
