"""Run the real process, `python bot.py`, against the loopback Discord and the local Whisul."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from sandbox.whisul import WhisulServer
from tests.support.hang_guard import HANG_GUARD

from .discord_server import Channel, DiscordServer, Guild, User
from .forks import ROOT, ForkedProcess, fork_bot

KEY = "a-key-for-wire-tests-only"
TOKEN = "wire-tests-only.not-a-token"
Process = asyncio.subprocess.Process | ForkedProcess


@dataclass
class BotProcess:
    """One process. `log` is its output: read it after the process has ended, or in a failed test's report.

    `earlier_sessions` were opened at the gateway before it was started.
    """

    process: Process
    log_file: Path
    earlier_sessions: int

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    async def ends(self) -> int:
        """Wait for the process to end, and return its exit code."""
        await asyncio.wait_for(self.process.wait(), HANG_GUARD)
        assert self.process.returncode is not None
        return self.process.returncode

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, even to a process that has just ended.

        `process.send_signal` polls for the exit code first, after which asyncio can't find it and reports
        255.
        """
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, number)

    async def kill(self) -> None:
        """Kill the process with SIGKILL."""
        if self.process.returncode is None:
            self.signal(signal.SIGKILL)
        await self.process.wait()

    async def terminate(self) -> int:
        self.signal(signal.SIGTERM)
        return await self.ends()


@dataclass
class Stage:
    """Provides Discord with a guild, a channel and people; Whisul; a database; and as many bots as a test
    starts.

    At the end, a test fails if the bot used anything that Discord calls deprecated.
    """

    discord: DiscordServer
    whisul: WhisulServer
    folder: Path
    ann: User
    max: User
    guild: Guild
    channel: Channel
    bots: list[BotProcess] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)

    def environment(self, **changes: str) -> dict[str, str]:
        """Return only the bot's own settings, without this machine's environment or an `.env`."""
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "DISCORD_TOKEN": TOKEN,
            "DISCORD_API_URL": self.discord.api_url,
            "WHISUL_API_KEY": KEY,
            "WHISUL_API_URL": self.whisul.base_url,
            "DATABASE_URL": f"sqlite:///{self.folder / 'songs.db'}",
            "POLL_SECONDS_MIN": "0.2",
            "POLL_SECONDS_MAX": "0.4",
            "SHARD_COUNT": "1",
            "MEMBER_SONGS_PER_DAY": "100000",
            "SERVER_SONGS_PER_DAY": "100000",
            "SONGS_AT_ONCE": "100000",
            "SONGS_AT_ONCE_PER_USER": "100000",
            **self.settings,
            **changes,
        }

    async def start(self, script: Path = ROOT / "bot.py", *arguments: str, **settings: str) -> BotProcess:
        """Start the bot in a new interpreter, without waiting for it."""
        command = [sys.executable, "-m", "tests.wire.fair_bot", str(script), *arguments]
        environment = self.environment(**settings)

        async def execute(log: BinaryIO) -> asyncio.subprocess.Process:
            return await asyncio.create_subprocess_exec(
                *command, cwd=self.folder, env=environment, stdout=log, stderr=log
            )

        return await self._start(execute)

    async def start_ready(self, **settings: str) -> BotProcess:
        """Start the bot in a forked process, and wait until it is ready.

        That takes half the time of a new interpreter. Only, the modules are loaded already.
        """
        environment = self.environment(**settings)
        return await self.ready(await self._start(lambda log: fork_bot(self.folder, environment, log)))

    async def ready(self, bot: BotProcess) -> BotProcess:
        """Wait until the bot is connected to the gateway and its commands are registered."""
        await self.discord.wait_until(
            lambda: (
                len(self.discord.gateway.identifies) > bot.earlier_sessions
                or bot.process.returncode is not None
            )
        )
        assert bot.process.returncode is None, bot.log
        await self.discord.commands_registered("song")
        return bot

    async def _start(self, run: Callable[[BinaryIO], Awaitable[Process]]) -> BotProcess:
        log_file = self.folder / f"bot-{len(self.bots)}.log"
        earlier_sessions = len(self.discord.gateway.identifies)
        with log_file.open("wb") as log:
            process = await run(log)
        self.discord.cpu_wait.watch(process.pid)
        self.bots.append(BotProcess(process, log_file, earlier_sessions))
        return self.bots[-1]


@asynccontextmanager
async def open_stage(folder: Path, *, check_schema: bool = True) -> AsyncIterator[Stage]:
    """Provide a stage. At the end, kill every process and check that all requests fit Discord's schema."""
    async with (
        DiscordServer(token=TOKEN, check_schema=check_schema) as discord,
        WhisulServer(api_key=KEY, compose_seconds=(0.5, 0.8), small_audio=True) as whisul,
    ):
        discord.cpu_wait.watch(os.getpid())
        discord.session_starts.interval = 0  # these tests restart bots more often than every 5 seconds
        guild = discord.state.add_guild("Song Lab")
        channel = discord.state.add_channel(guild, "general")
        ann = discord.state.add_user("ann")
        stage = Stage(discord, whisul, folder, ann, discord.state.add_user("max"), guild, channel)
        try:
            yield stage
        finally:
            for bot in stage.bots:
                await bot.kill()
            for bot in stage.bots:
                print(f"--- {bot.log_file.name}\n{bot.log}")  # noqa: T201  # the story of a failing test
        problems = [*map(str, discord.schema_violations), *discord.unknown_routes]
        problems += discord.interactions.deprecations
        assert not problems, problems
