"""Measure what a catalog costs to load, and what a message costs to word."""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from songbot.wording import buttons, progress
from songbot.wording.language import NAMES, Language, _load, find_language

from .report import Scale, Table, kb, ms, over_runs

TAGS = ("en", "de", "ja", "ru")
MOST = 0.05
"""Maximum seconds for which the event loop may wait: for a language at its first use, and while all are
loaded in a thread to register the commands."""
_MOMENT = datetime(2026, 5, 1, tzinfo=UTC)
SENTENCES: dict[str, Callable[[Language], str]] = {
    "a sentence": buttons.DELETED,
    "a sentence with a time": lambda language: progress.starting(language, _MOMENT),
    "a sentence with a number": lambda language: progress.own_songs_first(language, 1234),
    "a list": lambda language: language.listed(["a", "b", "c"]),
}


def load_seconds(tag: str) -> float:
    """Load a language as at its first use, though with CLDR's data at hand."""
    begun = time.perf_counter()
    _load.__wrapped__(tag)
    return time.perf_counter() - begun


def size(tag: str) -> int:
    """Return the bytes that a loaded language keeps in memory."""
    tracemalloc.start()
    language = _load.__wrapped__(tag)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del language
    return kept


def word_seconds(sentence: Callable[[Language], str], language: Language, times: int) -> float:
    begun = time.perf_counter()
    for _ in range(times):
        sentence(language)
    return (time.perf_counter() - begun) / times


def us(seconds: float) -> str:
    return f"{seconds * 1e6:.3g} µs"


async def loop_wait_while_loading() -> float:
    """Return the longest time that the event loop waited, in seconds, beyond the 1 ms that it sleeps."""
    longest = 0.0
    loading = asyncio.create_task(asyncio.to_thread(load_all), name="load")
    while not loading.done():
        begun = time.perf_counter()
        await asyncio.sleep(0.001)
        longest = max(longest, time.perf_counter() - begun - 0.001)
    await loading
    return longest


def load_all() -> None:
    for tag in NAMES:
        _load.__wrapped__(tag)


def worded(scale: Scale, language: Language, sentence: Callable[[Language], str]) -> str:
    return over_runs([word_seconds(sentence, language, scale.look_ups) for _ in range(scale.runs)], us)


async def measure(scale: Scale, _folder: Path) -> list[Table]:
    languages = {tag: find_language(tag) for tag in TAGS}
    table = Table("Languages", tuple(TAGS))
    taken = {tag: [load_seconds(tag) for _ in range(scale.runs)] for tag in TAGS}
    loading = {tag: over_runs(runs, ms) for tag, runs in taken.items()}
    table.add("load", loading, f"under {MOST:g} s", max(map(max, taken.values())) < MOST)
    waits = [await loop_wait_while_loading() for _ in range(scale.runs)]
    reached = max(waits) < MOST
    all_loaded = {"en": over_runs(waits, ms)}
    table.add("event loop waits while all are loaded", all_loaded, f"under {MOST:g} s", reached)
    table.add("memory", {tag: kb(size(tag)) for tag in TAGS})
    for name, sentence in SENTENCES.items():
        values = {tag: worded(scale, language, sentence) for tag, language in languages.items()}
        table.add(name, values)
    return [table]
