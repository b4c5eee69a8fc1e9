"""Measure how long people wait for the first response when many use a command at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from .harness import FLOOR, FLOOR_UVLOOP, THIS, TUTORIAL, Kind, open_stage, running
from .report import Scale, Table, middle, ms, over_runs, percentile, ratio

KINDS = (FLOOR, FLOOR_UVLOOP, TUTORIAL, THIS)
WARM_UP = 5


async def burst(kind: Kind, size: int, folder: Path) -> list[float]:
    """Return the seconds from each dispatch to its acknowledgement. The bot is warmed up first."""
    async with open_stage(folder) as stage, running(stage, kind) as bot:
        await stage.acknowledged(await stage.give(kind, WARM_UP))
        await bot.settle(3)
        records = await stage.give(kind, size, first=WARM_UP)
        await stage.acknowledged(records)
        await asyncio.sleep(0)
        return [record.ack_seconds for record in records]


async def measure(scale: Scale, folder: Path) -> list[Table]:
    table = Table("Acknowledging a burst", [kind.name for kind in KINDS] + ["ratio to the floor"])
    for size in (scale.songs, scale.burst):
        waits: dict[str, list[list[float]]] = {kind.name: [] for kind in KINDS}
        for run in range(scale.runs):
            for kind in KINDS:
                run_folder = folder / f"{kind.name}-{size}-{run}".replace(" ", "-")
                waits[kind.name].append(await burst(kind, size, run_folder))
        _rows(table, size, waits, is_large=size == scale.burst)
    table.notes.append(
        "A `/ping` for the floor, `/song` for the others; each run in a new process that has answered "
        f"{WARM_UP} people before. This bot runs on uvloop, the floor on asyncio's own loop as a bare client "
        "does, and on uvloop for comparison. The clock starts when the interaction is written to the gateway "
        "and stops when the answer's request has arrived whole."
    )
    return [table]


def _rows(table: Table, size: int, waits: dict[str, list[list[float]]], *, is_large: bool) -> None:
    for figure, percent in (("p50", 50.0), ("p99", 99.0), ("slowest", 100.0)):
        runs = {name: [percentile(run, percent) for run in lists] for name, lists in waits.items()}
        ours, floor = middle(runs[THIS.name]), middle(runs[FLOOR.name])
        to_reach, reached = "", None
        if figure == "p99" and not is_large:
            to_reach, reached = "at most 1.1x the floor's", ours <= 1.1 * floor
        if figure == "slowest" and is_large:
            to_reach, reached = "under 3 s", max(runs[THIS.name]) < 3
        values = {name: over_runs(times, ms) for name, times in runs.items()}
        values["ratio to the floor"] = ratio(ours, floor)
        table.add(f"burst of {size:,}: {figure}", values, to_reach, reached)
