"""Measure the memory per unfinished song with thousands of them, and whether they raise the CPU cost per
song."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from .harness import FLOOR, THIS, TUTORIAL, Bot, Kind, Stage, open_stage, running
from .history import fill, finished_songs
from .idle import what_idling_weighs
from .report import Scale, Table, count, kb, mib, middle, ms, over_runs, ratio
from .song_lifecycle import HISTORY, LONGEST, all_delivered

FEW = 100
AT_ONCE = 50
"""Users who order at the same moment. The next ones order when these songs are composing, because orders
waiting for the database use memory too."""


@dataclass(frozen=True)
class ManySongs:
    """The result of one run. Sizes are in bytes, `cpu` is in seconds per song."""

    idle: int
    full: int
    songs: int
    cpu: float

    @property
    def each(self) -> float:
        return (self.full - self.idle) / self.songs


async def run_many_songs(kind: Kind, scale: Scale, folder: Path, songs: int) -> ManySongs:
    """Order `songs`, measure the process while all are composing, and wait for all of them to end."""
    ordering = songs / 150
    longest = scale.compose_seconds[1] + ordering
    async with open_stage(folder, (longest - 10, longest + 10)) as stage:
        if kind is THIS:
            await fill(f"sqlite:///{stage.database}", finished_songs(HISTORY, scale.compose_seconds))
        async with running(stage, kind) as bot:
            return await _watch(stage, bot, kind, songs)


async def _watch(stage: Stage, bot: Bot, kind: Kind, songs: int) -> ManySongs:
    idle, before = bot.rss(), bot.cpu_seconds()
    records = []
    for first in range(0, songs, AT_ONCE):
        batch = await stage.give(kind, min(AT_ONCE, songs - first), first=first)
        await stage.acknowledged(batch)
        await _composing(stage, first + len(batch))
        records += batch
    await asyncio.sleep(5)
    full = bot.rss()
    await all_delivered(records, LONGEST)
    await bot.settle()
    return ManySongs(idle, full, songs, (bot.cpu_seconds() - before) / songs)


async def _composing(stage: Stage, songs: int) -> None:
    """Wait until Whisul has this many jobs."""
    async with asyncio.timeout(LONGEST):
        while len(stage.whisul.jobs) < songs:
            await asyncio.sleep(0.02)


async def idle_size(kind: Kind, folder: Path) -> int:
    """Return the bytes used when idle, with a database that an earlier start migrated."""
    async with open_stage(folder) as stage:
        if kind is THIS:
            await fill(f"sqlite:///{stage.database}", lambda _connection: None)
        async with running(stage, kind) as bot:
            await asyncio.sleep(3)
            return bot.rss()


async def measure(scale: Scale, folder: Path) -> list[Table]:
    idle = {
        kind.name: await asyncio.gather(
            *[
                idle_size(kind, folder / f"idle-{kind.name}-{run}".replace(" ", "-"))
                for run in range(scale.runs)
            ]
        )
        for kind in (FLOOR, TUTORIAL, THIS)
    }
    few_of = [run_many_songs(THIS, scale, folder / f"few-{run}", FEW) for run in range(scale.runs)]
    few = await asyncio.gather(*few_of)
    many = [
        await run_many_songs(THIS, scale, folder / f"many-{run}", scale.pile) for run in range(scale.runs)
    ]
    table = Table("Many songs in the works", ["floor", "tutorial bot", "this bot", "ratio"])
    ours, floor = middle(idle[THIS.name]), middle(idle[FLOOR.name])
    sizes = {name: over_runs(runs, mib) for name, runs in idle.items()} | {"ratio": ratio(ours, floor)}
    table.add("memory of the process when idle", sizes, "at most 1.5x the floor's", ours <= 1.5 * floor)
    weights = [run.each for run in many]
    table.add(
        f"memory a waiting song, of {scale.pile:,}",
        {"this bot": over_runs(weights, kb)},
        "under 12 kB",
        middle(weights) < 12_000,
    )
    _growth(table, few, many, scale)
    return [table, await what_idling_weighs(ours)]


def _growth(table: Table, few: list[ManySongs], many: list[ManySongs], scale: Scale) -> None:
    small, large = [run.cpu for run in few], [run.cpu for run in many]
    table.add(f"CPU a song, {FEW} in the works", {"this bot": over_runs(small, ms)})
    growth = middle(large) / middle(small)
    table.add(
        f"CPU a song, {scale.pile:,} in the works",
        {"this bot": over_runs(large, ms), "ratio": f"{count(growth)}x"},
        f"at most 1.2x that of {FEW}",
        growth <= 1.2,
    )
    table.notes.append(
        f"Ordered {AT_ONCE} at a time, each batch when the one before is being composed. A song weighs the "
        "resident memory with all songs being composed, less that of the idle process: what a first order "
        "loads is in it. Thousands ordered within seconds wait in memory for the database, and the pages "
        "this takes stay with the process."
    )
