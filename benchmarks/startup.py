"""Measure the time from a process's start to READY, and to its first poll of an unfinished song."""

from __future__ import annotations

import shutil
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from sandbox.whisul.jobs import Job

from .harness import FLOOR, THIS, Kind, Stage, open_stage
from .history import fill, unfinished_songs
from .report import Scale, Table, middle, ms, over_runs, ratio


@dataclass(frozen=True)
class Start:
    """The seconds from the start of the process to READY, and from there to the first poll."""

    ready: float
    polled: float = 0.0


async def start(kind: Kind, folder: Path, unfinished: int = 0) -> Start:
    async with open_stage(folder) as stage:
        if kind is THIS:
            await _leave_behind(stage, unfinished)
        bot = await stage.start(kind)
        ready = time.monotonic() - bot.started_at
        try:
            if not unfinished:
                return Start(ready)
            await stage.discord.wait_until(lambda: stage.whisul.requests, timeout=60)
            return Start(ready, time.monotonic() - bot.started_at - ready)
        finally:
            await bot.stop()


async def _leave_behind(stage: Stage, unfinished: int) -> None:
    """Create a database of songs whose jobs still run at Whisul. An empty database is migrated too."""
    now = time.time()
    jobs = [str(uuid.uuid4()) for _ in range(unfinished)]
    for job_id in jobs:
        stage.whisul.jobs[job_id] = Job(job_id, "a trap song about rain", now - 10, 600, small_audio=True)
    kept = stage.folder.parent / f"left-behind-{unfinished}.db"
    if unfinished or not kept.exists():
        make = unfinished_songs(jobs, stage.channels[0].id) if unfinished else (lambda _connection: None)
        await fill(f"sqlite:///{kept}", make)
    shutil.move(kept, stage.database)


async def measure(scale: Scale, folder: Path) -> list[Table]:
    floor, empty, full = [], [], []
    for run in range(scale.runs):
        floor.append(await start(FLOOR, folder / f"floor-{run}"))
        empty.append(await start(THIS, folder / f"empty-{run}"))
        full.append(await start(THIS, folder / f"full-{run}", scale.unfinished))
    names = ("floor", "empty database", f"{scale.unfinished:,} unfinished songs", "ratio")
    table = Table("Starting", names)
    ready = [[run.ready for run in runs] for runs in (floor, empty, full)]
    values = dict(zip(names, [over_runs(runs, ms) for runs in ready], strict=False))
    of_empty, of_full = middle(ready[1]), middle(ready[2])
    values["ratio"] = ratio(of_full, of_empty)
    table.add("start to ready", values, "under 2x that of an empty one", of_full < 2 * of_empty)
    polled = [run.polled for run in full]
    table.add("ready to the first poll", {names[2]: over_runs(polled, ms)}, "within 5 s", max(polled) <= 5)
    table.notes.append("Ready: the gateway has said READY and the commands are registered.")
    return [table]
