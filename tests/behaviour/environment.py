"""Run the real bot in SimCord's Discord, with a real SQLite database and a scripted Whisul."""

from __future__ import annotations

import asyncio
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


class QuickEnv(simcord.Env):
    """Checks every 5 ms whether the bot is idle, instead of SimCord's 50 ms, since database calls take about
    1 ms.

    On a busy machine the bot may still be working when SimCord's timeout on the wall clock expires. Then it
    is checked again, for up to a minute.
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
        """Let time pass. SimCord's settle timeout decides which sleeps are skipped after an action, which
        needs a low value, and how long this call may take on the wall clock, which needs a high one."""
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
    """Log the bot in and wait until it is ready. `changes` are settings."""
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
            yield BotEnvironment(env, app, database, whisul, clock, guild, channel, ann, max_)
        finally:
            await env.shutdown()
        if check_errors:
            env._raise_errors_since(env._errors_acknowledged)
