"""Run Discord and Whisul on loopback, one bot process, and users who request songs from it."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psutil

from sandbox.whisul import WhisulServer, media
from sandbox.whisul.cover import draw_cover
from sandbox.whisul.plan import plan_song
from sandbox.whisul.tune import compose_mp3
from tests.wire.discord_server import Channel, DiscordServer, User
from tests.wire.discord_server.interaction_record import InteractionRecord

ROOT = Path(__file__).parents[1]
TOKEN = "benchmarks-only.not-a-token"
KEY = "a-key-for-benchmarks-only"
PEOPLE, CHANNELS = 500, 20
COMPOSE_SECONDS = (50.0, 70.0)


@dataclass(frozen=True)
class Kind:
    """A bot to measure: its script, the command that users call, and extra settings."""

    name: str
    script: str
    command: str = "song"
    settings: dict[str, str] = field(default_factory=dict)


FLOOR = Kind("floor", "benchmarks/floor_bot.py", "ping")
FLOOR_UVLOOP = Kind("floor on uvloop", "benchmarks/floor_bot.py", "ping", {"LOOP": "uvloop"})
DEFAULTS = Kind("discord.py's defaults", "benchmarks/floor_bot.py", "ping", {"INTENTS": "default"})
TUTORIAL = Kind("tutorial bot", "benchmarks/tutorial_bot.py")
THIS = Kind("this bot", "bot.py")
COUNTING = Kind("this bot, counted", "benchmarks/counting_bot.py")
PROFILED = Kind("this bot, profiled", "benchmarks/profiled_bot.py")


@dataclass
class Bot:
    """A bot's process. `started_at` is in seconds of the monotonic clock."""

    process: asyncio.subprocess.Process
    log_file: Path
    started_at: float

    def __post_init__(self) -> None:
        self._meter = psutil.Process(self.process.pid)

    def cpu_seconds(self) -> float:
        """Return the CPU seconds of all threads since the start. Raise RuntimeError if the process has
        ended."""
        try:
            times = self._meter.cpu_times()
        except psutil.NoSuchProcess:
            raise RuntimeError(f"the bot ended: {self.log_file.read_text()[-2000:]}") from None
        return times.user + times.system

    def thread_seconds(self) -> dict[int, float]:
        """Return the CPU seconds of each thread. The main thread's ID is the process ID."""
        return {thread.id: thread.user_time + thread.system_time for thread in self._meter.threads()}

    def rss(self) -> int:
        """Return the resident memory in bytes."""
        return self._meter.memory_info().rss

    async def settle(self, longest: float = 15) -> None:
        """Wait until the process has been idle for a second."""
        quiet, before = 0, self.cpu_seconds()
        for _ in range(int(longest * 4)):
            await asyncio.sleep(0.25)
            now = self.cpu_seconds()
            quiet = quiet + 1 if now - before <= 0.011 else 0
            before = now
            if quiet >= 4:
                return

    async def stop(self) -> None:
        """Ask the process to stop, and wait until it has."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(self.process.wait(), 20)


@dataclass
class Stage:
    """The servers and users around one bot."""

    discord: DiscordServer
    whisul: WhisulServer
    folder: Path
    people: list[User]
    channels: list[Channel]

    @property
    def database(self) -> Path:
        return self.folder / "songs.db"

    def _environment(self, kind: Kind, changes: dict[str, str]) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "DISCORD_TOKEN": TOKEN,
            "DISCORD_API_URL": self.discord.api_url,
            "WHISUL_API_KEY": KEY,
            "WHISUL_API_URL": self.whisul.base_url,
            "DATABASE_URL": f"sqlite:///{self.database}",
            "ATTACH_AUDIO": "false",
            **dict.fromkeys(("MEMBER_SONGS_PER_DAY", "SERVER_SONGS_PER_DAY"), "100000"),
            **dict.fromkeys(("SONGS_AT_ONCE", "SONGS_AT_ONCE_PER_USER"), "100000"),
            **kind.settings,
            **changes,
        }

    async def start(self, kind: Kind, **settings: str) -> Bot:
        """Start the process and wait until it is connected to the gateway with its commands registered.

        If it has a shard of its own (SHARD_IDS), wait for that one.
        """
        shard = int(settings["SHARD_IDS"]) if "SHARD_IDS" in settings else None
        log_file = self.folder / f"{kind.name.replace(' ', '-')}.log"
        started_at = time.monotonic()
        with log_file.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                str(ROOT / kind.script),
                cwd=self.folder,
                env=self._environment(kind, settings),
                stdout=log,
                stderr=log,
            )
        bot = Bot(process, log_file, started_at)
        await self.discord.wait_until(
            lambda: self.discord.gateway.connected(shard) or process.returncode is not None, timeout=60
        )
        if process.returncode is not None:
            raise RuntimeError(f"{kind.name} ended: {log_file.read_text()[-2000:]}")
        await self.discord.commands_registered(kind.command)
        return bot

    async def give(self, kind: Kind, count: int, *, first: int = 0) -> list[InteractionRecord]:
        """Send the command for `count` users at once, each with their own prompt."""
        records: list[InteractionRecord] = []
        for number in range(first, first + count):
            options: dict[str, Any] = {}
            if kind.command == "song":
                options["prompt"] = f"a trap song about rain, number {number}"
            person = self.people[number % PEOPLE]
            channel = self.channels[number % CHANNELS]
            records.append(await self.discord.slash(person, channel, kind.command, **options))
        return records

    async def acknowledged(self, records: list[InteractionRecord], timeout: float = 60) -> None:
        """Wait until each user has a response."""
        waiting = iter(records)
        current = next(waiting, None)
        deadline = time.monotonic() + timeout
        while current is not None:
            if current.ack is not None:
                current = next(waiting, None)
            elif time.monotonic() > deadline:
                raise TimeoutError(f"not acknowledged: {current.describe()}")
            else:
                await asyncio.sleep(0.05)


@cache
def _one_song(_plan: object = None) -> bytes:
    return compose_mp3(plan_song("rain", small=True))


@cache
def _one_cover(_plan: object = None) -> bytes:
    return draw_cover(plan_song("rain", small=True))


def same_media_for_all() -> None:
    """Give every song the same media, since composing 300 of them within seconds would starve the bots of
    CPU."""
    media.compose_mp3 = lambda _plan: _one_song()
    media.draw_cover = lambda _plan: _one_cover()


def _lax_discord() -> DiscordServer:
    """A Discord that measures the bot, not its own limits: those are the wire tests' business."""
    return DiscordServer(
        token=TOKEN,
        check_schema=False,
        keep_files=False,
        record_requests=False,
        rate_limits=False,
        enforce_deadline=False,
    )


@asynccontextmanager
async def open_stage(
    folder: Path, compose_seconds: tuple[float, float] = COMPOSE_SECONDS
) -> AsyncIterator[Stage]:
    """Start fresh servers and create `folder`. The caller stops the bots."""
    folder.mkdir(parents=True, exist_ok=True)
    same_media_for_all()
    async with (
        _lax_discord() as discord,
        WhisulServer(api_key=KEY, compose_seconds=compose_seconds, small_audio=True) as whisul,
    ):
        discord.session_starts.interval = 0
        guild = discord.state.add_guild("Song Lab")
        channels = [discord.state.add_channel(guild, f"songs-{number}") for number in range(CHANNELS)]
        people = [discord.state.add_user(f"person-{number}") for number in range(PEOPLE)]
        gc.collect()
        gc.freeze()
        yield Stage(discord, whisul, folder, people, channels)


@asynccontextmanager
async def running(stage: Stage, kind: Kind, **settings: str) -> AsyncIterator[Bot]:
    """Yield a bot that is ready but has not served anybody yet. Stop it at the end."""
    bot = await stage.start(kind, **settings)
    try:
        await bot.settle()
        yield bot
    finally:
        await bot.stop()
