"""Run the real bot in SimCord's Discord, with a real SQLite database and a scripted Whisul."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import simcord

from songbot.app import App, open_app
from songbot.settings import Settings
from songbot.storage.database import Database
from tests.support.hang_guard import HANG_GUARD
from tests.support.provider import FakeProvider

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""Where SimCord's time begins."""


class SimClock:
    """Shows SimCord's time. `shift` moves only the wall clock, as if someone had set it."""

    def __init__(self) -> None:
        self.env: simcord.Env | None = None
        self.shift = timedelta()

    def now(self) -> datetime:
        return (self.env.now() if self.env else EPOCH) + self.shift

    def monotonic(self) -> float:
        return self.env.backend.clock.elapsed if self.env else 0.0


SHORT_TIMER = 2.0
"""Seconds. A test's action waits for the bot's timers up to this length, and leaves others to `wait`."""


class QuickEnv(simcord.Env):
    """Checks every 5 ms whether the bot is idle, instead of SimCord's 50 ms, since database calls take about
    1 ms.

    SimCord also lets timers expire on the wall clock, and waits for those of which less is left than its
    settle timeout. Here, that depends on the timer alone: a long one expires only when a test lets time pass.
    """

    async def _settle_internal(self, *, idle: float = 0.005, **options: Any) -> None:
        await super()._settle_internal(idle=idle, **options | {"timeout": HANG_GUARD})

    def _schedule_timer(self, record: Any, *how: Any) -> None:
        if record.when - self._virtual_time <= SHORT_TIMER:
            super()._schedule_timer(record, *how)


@dataclass
class BotEnvironment:
    """A server with `ann`, a member, and `max`, who may manage it. Both can send the bot direct messages."""

    env: simcord.Env
    app: App
    database: Database
    whisul: FakeProvider
    clock: SimClock
    guild: Any
    channel: Any
    ann: Any
    max: Any

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        await self.env.advance_time(seconds)


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
    """Log the bot in and wait until it is ready. `changes` are settings."""
    settings = settings_for(path, **changes)
    clock = SimClock()
    whisul = FakeProvider(clock)
    async with open_app(settings, provider=whisul, clock=clock) as app:
        database = app.dependencies.database
        env = QuickEnv(app.bot, settle_timeout=HANG_GUARD, check_errors=check_errors)
        clock.env = env
        await env.start()
        guild = env.create_guild("Song Lab")
        channel = guild.create_text_channel("general")
        managers = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
        ann = guild.add_member(env.create_user("ann"))
        max_ = guild.add_member(env.create_user("max"), roles=[managers])
        try:
            yield BotEnvironment(env, app, database, whisul, clock, guild, channel, ann, max_)
        finally:
            await env.shutdown()
        if check_errors:
            env._raise_errors_since(env._errors_acknowledged)
