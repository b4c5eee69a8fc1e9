"""Measure a song from order to card: its cost for process, Whisul and database, and the delay of the card."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.wire.discord_server.interaction_record import InteractionRecord

from .harness import COUNTING, THIS, TUTORIAL, Bot, Kind, Stage, open_stage, running
from .history import fill, finished_songs
from .report import Scale, Table, count, middle, ms, over_runs, percentile, ratio

LONGEST = 240.0


@dataclass(frozen=True)
class SongLifecycle:
    """The result of one run. `requests` went to Whisul and `discord_requests` to Discord's REST API. `lags`
    are the seconds from a song's end at Whisul to its card on Discord."""

    songs: int
    cpu_seconds: float
    requests: int
    discord_requests: int
    edits: int
    lags: list[float]
    written: dict[str, int] = field(default_factory=dict)

    @property
    def cpu(self) -> float:
        return self.cpu_seconds / self.songs

    @property
    def requests_each(self) -> float:
        return self.requests / self.songs

    @property
    def discord_requests_each(self) -> float:
        return self.discord_requests / self.songs

    @property
    def edits_each(self) -> float:
        return self.edits / self.songs

    @property
    def median_lag(self) -> float:
        return percentile(self.lags, 50)

    @property
    def p95_lag(self) -> float:
        return percentile(self.lags, 95)


def card_at(record: InteractionRecord) -> float | None:
    """Return when the card reached Discord, in seconds of the monotonic clock, or None if it has not."""
    for message in record.messages:
        for edit in message.history:
            # This bot's message has an embed from its first line on; the link to the song makes it the card.
            if any(embed.get("url") for embed in edit.body.get("embeds") or ()):
                return edit.at
    return None


async def all_delivered(records: Sequence[InteractionRecord], seconds: float) -> None:
    """Wait until every card has arrived. Raise TimeoutError after `seconds`."""
    waiting = list(records)
    deadline = time.monotonic() + seconds
    while waiting := [record for record in waiting if card_at(record) is None]:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(waiting)} cards are missing, such as for {waiting[0].describe()}")
        await asyncio.sleep(1)


async def run_songs(stage: Stage, bot: Bot, kind: Kind, songs: int) -> SongLifecycle:
    """Order all songs at once, and wait until all are delivered and the process is idle."""
    before, requests_before = bot.cpu_seconds(), stage.discord.request_count
    records = await stage.give(kind, songs)
    await all_delivered(records, LONGEST)
    await bot.settle()
    return SongLifecycle(
        songs,
        bot.cpu_seconds() - before,
        sum(n for (_, what, _), n in stage.whisul.requests.items() if what in ("generate", "job")),
        stage.discord.request_count - requests_before,
        sum(len(message.history) for record in records for message in record.messages),
        lags_of(stage, records),
    )


def lags_of(stage: Stage, records: Sequence[InteractionRecord]) -> list[float]:
    """Return the lags, converting between Whisul's wall clock and Discord's monotonic one."""
    apart = time.time() - time.monotonic()
    finished = {job.prompt: job.finishes for job in stage.whisul.jobs.values()}
    lags: list[float] = []
    for record in records:
        (prompt,) = (option["value"] for option in record.payload["data"]["options"])
        lags.append((card_at(record) or float("inf")) + apart - finished[prompt])
    return lags


async def song_lifecycle(
    kind: Kind, scale: Scale, folder: Path, *, songs: int, history: int = 0, attach: bool = False
) -> SongLifecycle:
    """Run one bot with its own servers and with `history` songs in its database."""
    async with open_stage(folder, scale.compose_seconds) as stage:
        if history:
            await fill(f"sqlite:///{stage.database}", finished_songs(history, scale.compose_seconds))
        counts = folder / "counts.json"
        async with running(stage, kind, ATTACH_AUDIO=str(attach).lower(), COUNTS=str(counts)) as bot:
            life = await run_songs(stage, bot, kind, songs)
        if kind is COUNTING:
            life.written.update(json.loads(counts.read_text()))
        return life


HISTORY = 200
DISCORD_REQUESTS_BEFORE = 6.75
"""Of version 1.0.0 with 200 songs known, from its RESULTS.md: each state of the reply was one request, and no
others were made."""
COLD, WARM = "this bot, new", "this bot, 200 songs known"


async def _round(scale: Scale, folder: Path, *, attach: bool, counted: bool) -> dict[str, SongLifecycle]:
    """Run the bots side by side, starting each a little later, so that their bursts do not coincide."""
    plans: dict[str, tuple[Kind, int, int]] = {
        TUTORIAL.name: (TUTORIAL, scale.songs, 0),
        COLD: (THIS, scale.songs, 0),
        WARM: (THIS, scale.songs, HISTORY),
    }
    if counted:
        plans[COUNTING.name] = (COUNTING, max(10, scale.songs // 10), HISTORY)

    async def run(position: int, name: str) -> SongLifecycle:
        kind, songs, history = plans[name]
        await asyncio.sleep(4 * position)
        where = folder / name.replace(" ", "-").replace(",", "")
        return await song_lifecycle(kind, scale, where, songs=songs, history=history, attach=attach)

    lives = await asyncio.gather(*[run(position, name) for position, name in enumerate(plans)])
    return dict(zip(plans, lives, strict=True))


async def measure(scale: Scale, folder: Path) -> list[Table]:
    tables: list[Table] = []
    for attach in (False, True):
        rounds = [
            await _round(scale, folder / f"attach-{attach}-{run}", attach=attach, counted=not attach)
            for run in range(scale.runs)
        ]
        tables.append(_table(rounds, scale, attach=attach))
        if not attach:
            tables.append(_writes_table([one[COUNTING.name] for one in rounds]))
    return tables


_FIGURES: tuple[tuple[str, Callable[[SongLifecycle], float], Callable[[float], str], float, str], ...] = (
    ("CPU a song, whole life", lambda life: life.cpu, ms, 1.0, "no more than the tutorial bot's"),
    ("requests to Whisul a song", lambda life: life.requests_each, count, 0.7, "at most 0.70x"),
    ("end of the song to card, median", lambda life: life.median_lag, ms, 1.0, "no worse"),
    ("end of the song to card, p95", lambda life: life.p95_lag, ms, 1.0, "no worse"),
)


def _table(rounds: list[dict[str, SongLifecycle]], scale: Scale, *, attach: bool) -> Table:
    names = (TUTORIAL.name, COLD, WARM)
    title = f"A song's life, {scale.songs} ordered at once, attachments {'on' if attach else 'off'}"
    table = Table(title, [*names, "ratio, new", "ratio, 200 known"])
    for figure, read, shown, most, to_reach in _FIGURES:
        runs = {name: [read(one[name]) for one in rounds] for name in names}
        tutorial, cold, warm = (middle(runs[name]) for name in names)
        values = {name: over_runs(numbers, shown) for name, numbers in runs.items()}
        values |= {"ratio, new": ratio(cold, tutorial), "ratio, 200 known": ratio(warm, tutorial)}
        # The comparison is with a tutorial bot, whose waits end slightly earlier or later by chance.
        table.add(figure, values, to_reach, warm <= most * tutorial)
    asked = {name: [one[name].discord_requests_each for one in rounds] for name in names}
    values = {name: over_runs(numbers, count) for name, numbers in asked.items()}
    to_reach = f"at most {DISCORD_REQUESTS_BEFORE:.2f}, as 1.0.0"
    is_comparable = scale.compose_seconds == Scale().compose_seconds
    reached = middle(asked[WARM]) <= DISCORD_REQUESTS_BEFORE if is_comparable else None
    table.add("requests to Discord a song", values, to_reach, reached)
    edits = {name: over_runs([one[name].edits_each for one in rounds], count) for name in names}
    table.add("states of the reply that people see", edits)
    table.notes.append(
        f"Songs of {scale.compose_seconds[0]:.0f} to {scale.compose_seconds[1]:.0f} s. CPU is user and "
        "system time of the process, from the first order until it is at rest again. The bot learns how long "
        "songs take: once its database was empty, once it knew 200 songs of that length, as any bot does "
        "that has run for a day; `reached` is about the latter. All run side by side, a few seconds apart."
    )
    table.notes.append(
        "The tutorial's bot makes some 15 requests a song, all songs' at the same moment, and that is all it "
        "does. This bot asks Whisul less often and shows progress on Discord instead, each song in its own "
        "time, and writes to its database five times a song: see where the CPU goes."
    )
    table.notes.append(
        "Both wait 5 s after an answer before they ask again, so the lags of both lie evenly between 0 and "
        "5 s. By chance alone a run of 300 songs is off by some 0.14 s in its median and 0.06 s in its p95; "
        "what is more than that would be this bot's own."
    )
    if attach:
        table.notes.append(
            "An MP3 of 24 kB and a cover of 101 kB, a PNG, are fetched from Whisul and uploaded."
        )
    return table


def _writes_table(lives: list[SongLifecycle]) -> Table:
    table = Table("Database writes", ["this bot"])

    def of_songs(life: SongLifecycle) -> float:
        return sum(n for tables, n in life.written.items() if tables != "workers") / life.songs

    writes = [of_songs(life) for life in lives]
    table.add(
        "committed writes a song", {"this bot": over_runs(writes, count)}, "at most 6", middle(writes) <= 6
    )
    polls = [life.requests_each - 1 for life in lives]
    table.add("polls a song, of which all but the last change nothing", {"this bot": over_runs(polls, count)})
    beside = [float(life.written.get("workers", 0)) for life in lives]
    table.add("heartbeats of the process in that time", {"this bot": over_runs(beside, count)})
    table.notes.append(
        f"Counted at SQLAlchemy's commits over the life of {lives[0].songs} songs, the few of the start "
        "(migration, commands) included."
    )
    return table
