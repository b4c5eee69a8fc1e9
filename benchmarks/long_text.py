"""Measure escaping and clamping of a megabyte of hostile text, which runs in the event loop."""

from __future__ import annotations

import time
from pathlib import Path

from songbot.wording import text

from .report import Scale, Table, ms, over_runs

TEXTS = {
    "asterisks": "*" * 10**6,
    "invisible": "\u202e" * 10**6,
    "combining": "a\u0301" * 500_000,
    "mentions": "@everyone " * 10**5,
    "emojis": "👍" * 10**6,
}
MOST = 0.2
"""Maximum seconds for which the event loop may block. Whisul's responses are the longest texts, at most 1
MiB."""


def clean(raw: str) -> float:
    begun = time.perf_counter()
    text.escape_and_clamp(raw, 256)
    text.file_name(raw, "mp3")
    return time.perf_counter() - begun


async def measure(scale: Scale, _folder: Path) -> list[Table]:
    taken = {name: [clean(raw) for _ in range(scale.runs)] for name, raw in TEXTS.items()}
    table = Table("Cleaning a megabyte of text", tuple(TEXTS))
    reached = max(max(runs) for runs in taken.values()) < MOST
    values = {name: over_runs(runs, ms) for name, runs in taken.items()}
    table.add("escape, clamp and name a file", values, f"under {MOST:g} s", reached)
    return [table]
