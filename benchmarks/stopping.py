"""Measure the time from SIGTERM to the end of the process while songs are in progress."""

from __future__ import annotations

import time
from pathlib import Path

from .harness import THIS, open_stage
from .report import Scale, Table, ms, over_runs

MOST = 10
"""Seconds. Docker kills a container ten seconds after asking it to stop."""


async def stop(folder: Path, songs: int) -> float:
    async with open_stage(folder, compose_seconds=(600.0, 700.0)) as stage:
        bot = await stage.start(THIS)
        try:
            await stage.acknowledged(await stage.give(THIS, songs))
            await stage.discord.wait_until(lambda: len(stage.whisul.posts) >= songs / 2, timeout=60)
        finally:
            begun = time.monotonic()
            await bot.stop()
        return time.monotonic() - begun


async def measure(scale: Scale, folder: Path) -> list[Table]:
    taken = [await stop(folder / f"stop-{run}", scale.songs) for run in range(scale.runs)]
    column = f"{scale.songs:,} songs in the works"
    table = Table("Stopping", (column,))
    reached = max(taken) < MOST
    table.add("SIGTERM to the end", {column: over_runs(taken, ms)}, f"under {MOST} s", reached)
    table.notes.append("Asked to stop when half of the songs have been sent to Whisul.")
    return [table]
