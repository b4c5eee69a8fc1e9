"""Break down the CPU time of a song."""

from __future__ import annotations

import pstats
from pathlib import Path

from .harness import PROFILED, THIS, open_stage, running
from .history import fill, finished_songs
from .report import Scale, Table
from .song_lifecycle import HISTORY, LONGEST, all_delivered

STEPS = (
    ("acknowledging", "songbot/interactions/acknowledge.py", "acknowledge"),
    ("handing in a song at Whisul", "songbot/whisul_adapter.py", "submit"),
    ("polls", "songbot/whisul_adapter.py", "poll"),
    ("progress, as edits of the line", "songbot/delivery/service.py", "update_progress"),
    ("delivering the card", "songbot/delivery/service.py", "deliver"),
    ("crossing over to the database's threads", "songbot/storage/connectors/sqlite.py", "_run"),
    ("writing the log", "logging/__init__.py", "_log"),
)
"""The parts, each as the end of a file's path and a function. None calls another, but all of them log."""


async def measure(scale: Scale, folder: Path) -> list[Table]:
    """Run once under cProfile, which slows everything down, and Python code the most."""
    dump = folder / "bot.profile"
    async with open_stage(folder, scale.compose_seconds) as stage:
        await fill(f"sqlite:///{stage.database}", finished_songs(HISTORY, scale.compose_seconds))
        async with running(stage, PROFILED, PROFILE=str(dump)) as bot:
            before = bot.thread_seconds()
            await all_delivered(await stage.give(THIS, scale.songs), LONGEST)
            await bot.settle()
            after = bot.thread_seconds()
    spent = {thread: seconds - before.get(thread, 0.0) for thread, seconds in after.items()}
    main_thread = spent.pop(bot.process.pid)
    return [_table(pstats.Stats(str(dump)), scale.songs, main_thread, sum(spent.values()))]


def _table(profile: pstats.Stats, songs: int, main_thread: float, other_threads: float) -> Table:
    table = Table(f"Where the CPU goes, {songs} songs ordered at once", ["ms a song", "share"])
    whole = main_thread + other_threads

    def row(what: str, seconds: float) -> None:
        share = f"{seconds / whole:.0%}"
        table.add(what, {"ms a song": f"{seconds / songs * 1000:.2f}", "share": share})

    told_apart = 0.0
    for what, file, function in STEPS:
        seconds = cumulative(profile, file, function)
        told_apart += seconds
        row(what, seconds)
    row("the database itself, in threads of its own", other_threads)
    row("the rest: event loop, sockets, answers of Discord, the tracker", main_thread - told_apart)
    table.notes.append(
        "From a run under cProfile, which makes all of this slower: the shares count, not the milliseconds. "
        "A coroutine's time is what it runs, not what it waits."
    )
    return table


def cumulative(profile: pstats.Stats, file: str, function: str) -> float:
    """Return the seconds spent in a function, including everything it calls."""
    stats: dict[tuple[str, int, str], tuple[int, int, float, float, object]] = vars(profile)["stats"]
    return sum(
        seconds
        for (name, _, called), (_, _, _, seconds, _) in stats.items()
        if called == function and name.endswith(file)
    )
