"""The real bot in SimCord's Discord, with a real SQLite database and a Whisul that does as told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
import simcord

from songbot.app import App, open_app
from songbot.settings import Settings
from songbot.songs import provider_errors
from songbot.songs.models import Result
from songbot.songs.provider import JobReport, JobState
from songbot.storage.database import Database

SONG_URL = "https://cdn.whisul.com/audio/81fa5ff7.mp3"
RESULT = Result(
    song_url=SONG_URL,
    title="Midnight Grid",
    bpm=140,
    duration_seconds=167,
    image_url="https://cdn.whisul.com/covers/81fa5ff7.jpg",
    tags=("trap", "dark", "808s"),
)


EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""Where SimCord's time begins."""


class SimClock:
    """Clock in SimCord's time."""

    def __init__(self) -> None:
        self.env: simcord.Env | None = None

    def now(self) -> datetime:
        return self.env.now() if self.env else EPOCH

    def monotonic(self) -> float:
        return self.env.backend.clock.elapsed if self.env else 0.0


@dataclass
class FakeProvider:
    """Composer: each job takes `seconds`; errors are raised first, in order,
    also to a look whether Whisul is back."""

    clock: SimClock
    seconds: float = 60.0
    result: Result | None = RESULT
    submit_errors: list[provider_errors.ProviderError] = field(default_factory=list)
    error: str | None = None
    fails: bool = False
    posts: list[str] = field(default_factory=list)
    jobs: dict[str, float] = field(default_factory=dict)

    async def submit(self, prompt: str) -> str:
        if self.submit_errors:
            raise self.submit_errors.pop(0)
        self.posts.append(prompt)
        job_id = f"job-{len(self.posts)}"
        self.jobs[job_id] = self.clock.monotonic()
        return job_id

    async def poll(self, job_id: str) -> JobReport:
        if job_id == provider_errors.HEALTH_CHECK_JOB_ID and self.submit_errors:
            raise self.submit_errors.pop(0)
        if job_id not in self.jobs:
            raise provider_errors.JobNotFound
        if self.clock.monotonic() - self.jobs[job_id] < self.seconds:
            return JobReport(JobState.RUNNING)
        if self.fails:
            return JobReport(JobState.FAILED, error=self.error)
        return JobReport(JobState.COMPLETED, result=self.result)


class QuickEnv(simcord.Env):
    """Looks every 5 ms whether the bot is done, where SimCord looks every 50: the database answers in one.

    On a busy machine the bot may not be done when SimCord's patience, by the wall clock, is over: then it is
    looked at again, for a minute.
    """

    async def _settle_internal(self, *, idle: float = 0.005, **options: Any) -> None:
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + 60.0
        while True:
            try:
                return await super()._settle_internal(idle=idle, **options)
            except TimeoutError:
                if loop.time() > give_up_at:
                    raise
                options.pop("_deadline", None)


@dataclass
class BotEnvironment:
    """A server with `ann`, a member, and `max`, who may manage it; both can write to the bot directly."""

    env: simcord.Env
    app: App
    database: Database
    whisul: FakeProvider
    guild: Any
    channel: Any
    ann: Any
    max: Any

    async def wait(self, seconds: float) -> None:
        """Let time pass. The env's patience decides which sleeps are left alone after an action, and how
        long this may take on the wall clock: little for the one, much for the other."""
        default_timeout, self.env.settle_timeout = self.env.settle_timeout, 120.0
        try:
            await self.env.advance_time(seconds)
        finally:
            self.env.settle_timeout = default_timeout


def settings_for(path: Path, **changes: Any) -> Settings:
    return Settings(
        discord_token="a-token-for-tests-only",
        whisul_api_key="a-key-for-tests-only",
        database_url=f"sqlite:///{path}",
        attach_audio=False,
        shard_count=1,
        **changes,
    )


@asynccontextmanager
async def open_bot(path: Path, *, check_errors: bool = True, **changes: Any) -> AsyncIterator[BotEnvironment]:
    """The bot logged in and ready. `changes` are settings."""
    settings = settings_for(path, **changes)
    clock = SimClock()
    whisul = FakeProvider(clock)
    async with open_app(settings, provider=whisul, clock=clock) as app:
        database = app.dependencies.database
        env = QuickEnv(app.bot, settle_timeout=2.0, check_errors=check_errors)
        clock.env = env
        await env.start()
        guild = env.create_guild("Song Lab")
        channel = guild.create_text_channel("general")
        managers = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
        ann = guild.add_member(env.create_user("ann"))
        max_ = guild.add_member(env.create_user("max"), roles=[managers])
        try:
            yield BotEnvironment(env, app, database, whisul, guild, channel, ann, max_)
        finally:
            await env.shutdown()
        if check_errors:
            env._raise_errors_since(env._errors_acknowledged)
