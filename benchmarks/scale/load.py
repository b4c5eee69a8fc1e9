"""Run one cluster under load from the first order to the last card."""

from __future__ import annotations

import asyncio
import gc
import random
import sys
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from benchmarks.harness import Stage, open_stage
from benchmarks.history import fill, finished_songs
from sandbox.whisul import jobs
from tests.storage.postgres import postgres_server

from .answer_counter import AnswerCounter
from .audit import Audit, audit
from .cluster import Cluster
from .crowd import BATCH, MEMBER_SONGS, SERVER_SONGS, SONGS_AT_ONCE_PER_USER, Crowd
from .postgres_meter import PostgresMeter, Spent

IDLE_SECONDS = 20.0
HISTORY = 200
FROZEN_SECONDS = 45.0
"""A lease lasts 30 s."""
TAKEOVER_SECONDS = 60.0
"""A killed process is started again after so long, when others have taken over its songs."""
REPORT_SECONDS = 15.0
HELD = 24 * 3600.0
"""How long the first songs take until the line is full: it would hardly grow while they end."""


@dataclass(frozen=True)
class Load:
    """What to run. `in_works` and `in_line` are numbers of songs, `seconds` is how long a song takes on
    average. With `faults`, one process is killed, and another one frozen for longer than its lease."""

    processes: int
    in_works: int
    in_line: int
    seconds: float
    faults: bool = False

    @property
    def compose_seconds(self) -> tuple[float, float]:
        """Return a wide range, so that the first songs, which start together, don't end together too."""
        return 0.5 * self.seconds, 1.5 * self.seconds

    @property
    def poll_seconds(self) -> tuple[float, float]:
        """Return the settings of the polls, which make about ten for each song, as with songs of a minute."""
        return max(0.5, min(30.0, self.seconds / 15)), max(1.0, min(60.0, self.seconds / 8))

    def settings(self, database_url: str) -> dict[str, str]:
        poll_min, poll_max = self.poll_seconds
        return {
            "DATABASE_URL": database_url,
            "SONGS_AT_ONCE": str(self.in_works),
            "SONGS_AT_ONCE_PER_USER": str(SONGS_AT_ONCE_PER_USER),
            "SERVER_SONGS_PER_DAY": str(SERVER_SONGS),
            "MEMBER_SONGS_PER_DAY": str(MEMBER_SONGS),
            "POLL_SECONDS_MIN": f"{poll_min:g}",
            "POLL_SECONDS_MAX": f"{poll_max:g}",
        }


@dataclass
class Result:
    """What a load cost.

    `cpu` is in seconds of all bot processes, without what they use when idle; `servers_cpu` is that of this
    process, which is Discord and Whisul. `size` is in bytes of the table of songs with its indexes.
    """

    load: Load
    songs: int = 0
    cpu: float = 0.0
    database: Spent = field(default_factory=lambda: Spent(0.0, 0.0, 0))
    servers_cpu: float = 0.0
    ordering_seconds: float = 0.0
    seconds: float = 0.0
    most_in_works: int = 0
    most_in_line: int = 0
    most_memory: int = 0
    size: int = 0
    polls: int = 0
    discord_requests: int = 0
    acknowledged: list[float] = field(default_factory=list)
    audit: Audit | None = None
    problems: list[str] = field(default_factory=list)


class Run:
    """One load on one cluster."""

    def __init__(self, load: Load, stage: Stage, cluster: Cluster, meter: PostgresMeter) -> None:
        self._load, self._stage, self._cluster, self._meter = load, stage, cluster, meter
        self._counter = AnswerCounter()
        stage.discord.message_store.keep_edit = self._counter.keep_edit
        stage.whisul.posts = deque()  # without the server's limit of 100,000
        # More than are needed, since some may be refused. Without a line, nobody waits for their own songs.
        most = load.in_works + 2 * load.in_line
        self._crowd = Crowd(stage.discord, most, MEMBER_SONGS if load.in_line else SONGS_AT_ONCE_PER_USER)
        self._result = Result(load)
        self._saved = 0

    async def measure(self, connection: asyncpg.Connection) -> Result:
        """Run the load, and return what it cost."""
        result = self._result
        await self._cluster.start()
        idle = await self._idle_rate()
        started, cpu, servers = time.monotonic(), self._cluster.cpu_seconds(), time.process_time()
        spent, requests = await self._meter.read(), self._stage.discord.request_count
        reporting = asyncio.create_task(self._report(), name="report")
        try:
            await self._order(connection)
            self._release()
            if self._load.faults:
                await self._kill_and_freeze()
            await self._answered(self._saved, self._longest())
            await self._cluster.settle()
        finally:
            reporting.cancel()
        result.seconds = time.monotonic() - started
        result.songs = self._saved
        result.cpu = self._cluster.cpu_seconds() - cpu - idle * result.seconds
        result.database = await self._meter.read() - spent
        result.servers_cpu = time.process_time() - servers
        result.discord_requests = self._stage.discord.request_count - requests
        result.polls = sum(n for (_, what, _), n in self._stage.whisul.requests.items() if what == "job")
        result.size = await connection.fetchval("SELECT pg_total_relation_size('songs')") or 0
        result.most_memory = self._cluster.most_memory
        result.acknowledged = [record.ack_seconds for record in self._crowd.records]
        result.audit = await audit(connection, self._stage, self._crowd.records, self._counter)
        result.problems = self._cluster.problems()
        return result

    async def _idle_rate(self) -> float:
        """Return the CPU seconds per second of all processes together while nobody orders."""
        before = self._cluster.cpu_seconds()
        await asyncio.sleep(IDLE_SECONDS)
        return (self._cluster.cpu_seconds() - before) / IDLE_SECONDS

    async def _order(self, connection: asyncpg.Connection) -> None:
        """Order until the line is full, and wait for the last orders to be saved."""

        async def saved() -> int:
            newest: int = await connection.fetchval("SELECT max(id) FROM songs") or 0
            self._saved = newest - HISTORY
            return self._saved

        started = time.monotonic()
        await self._crowd.order_until(self._is_line_full, saved, BATCH * self._load.processes)
        self._result.ordering_seconds = time.monotonic() - started
        before = -1
        while before < await saved():
            before = self._saved
            await asyncio.sleep(10)

    def _release(self) -> None:
        """Let the songs that were held end one after the other, and later ones after their usual time."""
        shortest, longest = self._load.compose_seconds
        self._stage.whisul.compose_seconds = shortest, longest
        for job in self._stage.whisul.jobs.values():
            if job.seconds == HELD:
                job.seconds = time.time() - job.created + random.uniform(0, longest - shortest)

    def _is_line_full(self) -> bool:
        in_line = self._saved - len(self._stage.whisul.posts)
        return 0 < self._load.in_line <= in_line

    async def _kill_and_freeze(self) -> None:
        """Kill the last process and freeze the first one, when a third and two thirds have their answer."""
        orders, killed = self._saved, self._load.processes - 1
        answered = len(self._counter.answers)
        await self._answered(answered + (orders - answered) // 3, self._longest())
        _say("killing a process")
        await self._cluster.kill(killed)
        await asyncio.sleep(TAKEOVER_SECONDS)
        await self._cluster.restart(killed)
        await self._answered(answered + (orders - answered) * 2 // 3, self._longest())
        _say("freezing a process")
        self._cluster.freeze(0)
        await asyncio.sleep(FROZEN_SECONDS)
        self._cluster.thaw(0)

    async def _answered(self, wanted: int, longest: float) -> None:
        """Wait until so many songs have an answer on Discord, or until `longest` seconds without any."""
        progress_at, before = time.monotonic(), 0
        while (now := len(self._counter.answers)) < wanted:
            if now > before:
                progress_at, before = time.monotonic(), now
            if time.monotonic() - progress_at > longest:
                _say(f"{wanted - now} answers are missing")
                return
            await asyncio.sleep(0.5)

    def _longest(self) -> float:
        return 3 * self._load.seconds + 120

    async def _report(self) -> None:
        """Note the sizes, and print them."""
        while True:
            posted, ordered = len(self._stage.whisul.posts), len(self._crowd.records)
            answered = len(self._counter.answers)
            works, line = posted - answered, self._saved - posted
            self._result.most_in_works = max(self._result.most_in_works, works)
            self._result.most_in_line = max(self._result.most_in_line, line)
            self._cluster.note_memory()
            gc.freeze()  # walking millions of kept messages would stop Discord and Whisul for seconds
            _say(
                f"{ordered:,} ordered, {line:,} in line, {works:,} in the works, {answered:,} answered; CPU: "
                f"bots {self._cluster.cpu_seconds():.0f} s, PostgreSQL {self._meter.cpu_seconds():.0f} s, "
                f"Discord and Whisul {time.process_time():.0f} s"
            )
            await asyncio.sleep(REPORT_SECONDS)


def _say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def _keep_all_jobs() -> None:
    """Let Whisul keep its jobs for longer than an hour, and more than 50,000 of them."""
    jobs.KEPT_SECONDS, jobs.KEPT_JOBS = 24 * 3600.0, 10_000_000


@asynccontextmanager
async def _database() -> AsyncIterator[tuple[str, PostgresMeter, asyncpg.Connection]]:
    """Start a PostgreSQL, and yield the URL of an empty database, its meter, and a connection to it."""
    with postgres_server() as server:
        url = server.url("postgres")
        connection = await asyncpg.connect(url)
        try:
            yield url, PostgresMeter(server, connection), connection
        finally:
            await connection.close()


async def run_load(load: Load, folder: Path) -> Result:
    """Run a load with servers, a database and bots of its own."""
    _say(f"{load.processes} process(es), {load.in_works:,} in the works, {load.in_line:,} in line")
    _keep_all_jobs()
    async with _database() as (url, meter, connection), open_stage(folder, load.compose_seconds) as stage:
        await fill(url, finished_songs(HISTORY, load.compose_seconds))
        if load.in_line:
            stage.whisul.compose_seconds = HELD, HELD
        cluster = Cluster(stage, load.processes, load.settings(url))
        try:
            return await Run(load, stage, cluster, meter).measure(connection)
        finally:
            await cluster.stop()
