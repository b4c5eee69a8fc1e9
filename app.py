"""The bot as a whole, wired from its parts: `bot.py` gives the real ones, sandbox and tests others."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from cards.buttons import SongButton
from cards.courier import DiscordCourier
from cards.downloads import Downloads
from cogs.actions import SongActions
from cogs.ordering import Ordering
from cogs.retry import Retry
from cogs.song import SongCog
from cogs.song_bot import SongBot
from ops.metrics import PrometheusTelemetry
from settings import Settings
from songs.desk import Desk
from songs.gate import Gate
from songs.journey import World
from songs.limits import Limits
from songs.pace import Pace
from songs.ports import Clock, Composer, StoreUnavailable
from songs.quotas import Ceilings
from songs.tracker import Tracker
from storage.database import Database

TICK_WITHIN = 60.0
"""Seconds in which the tracker goes round at least once, or the process is not alive."""


class SystemClock:
    """songs.ports.Clock: the machine's own."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass(frozen=True, slots=True)
class Parts:
    """What an app is made of. All are open, and the database is migrated."""

    settings: Settings
    database: Database
    composer: Composer
    downloads: Downloads
    telemetry: PrometheusTelemetry = field(default_factory=PrometheusTelemetry)
    clock: Clock = field(default_factory=SystemClock)


class App:
    """The running bot: its Discord client, and what goes on beside it.

    `background` ends only when it is cancelled, or with an error after which the process must end too.
    """

    def __init__(self, parts: Parts, pace: Pace) -> None:
        self._database = parts.database
        self._clock = parts.clock
        self.telemetry = parts.telemetry
        self.actions = SongActions()
        self.bot = SongBot(
            state=parts.database.state,
            on_login=self._begin,
            actions=self.actions,
            shard_count=parts.settings.shard_count,
            shard_ids=parts.settings.shard_ids,
        )
        self.tracker = Tracker(_world(parts, self.bot, pace), new_worker_name)
        self.desk = Desk(parts.database.songs, self.tracker, parts.clock, parts.telemetry)
        self.background: asyncio.Task[None] | None = None

    async def add_cogs(self) -> None:
        """A cog that fails to load stops the start."""
        ordering = Ordering(self.desk, self.telemetry.acknowledged)
        self.bot.add_dynamic_items(SongButton)
        Retry(self._database.songs, ordering).register(self.actions)
        await self.bot.add_cog(SongCog(ordering))

    async def _begin(self) -> None:
        """Discord has taken the token: songs may be delivered, gateway or not."""
        await self.tracker.start()
        self.background = asyncio.create_task(self.tracker.run(), name="background")

    async def stop(self) -> None:
        """No new songs, what is in hand is written, then Discord is left. People are told meanwhile."""
        await self.desk.close()
        if self.background is not None:
            self.background.cancel()
            await asyncio.gather(self.background, return_exceptions=True)


    def ticking(self, within: float) -> bool:
        """Has the tracker gone round in the last `within` seconds?"""
        return self._clock.monotonic() - self.tracker.ticked_at <= within

    def readiness(self) -> dict[str, Callable[[], Awaitable[bool]]]:
        """For /readyz: is the gateway up, the database up, the tracker ticking?"""

        async def gateway() -> bool:
            return self.bot.is_ready()

        async def database() -> bool:
            try:
                await self._database.check()
            except StoreUnavailable:
                return False
            return True

        async def tracker() -> bool:
            return self.ticking(TICK_WITHIN)

        return {"gateway": gateway, "database": database, "tracker": tracker}


async def build(parts: Parts) -> App:
    """Wire the parts; nothing runs before the bot logs in. Raises StoreUnavailable."""
    app = App(parts, Pace(await parts.database.songs.recent_seconds(200)))
    await app.add_cogs()
    return app


def limits_of(settings: Settings) -> Limits:
    return Limits(
        poll_shortest=settings.poll_seconds_min,
        poll_longest=settings.poll_seconds_max,
        songs_at_once=settings.songs_at_once,
        songs_at_once_per_user=settings.songs_at_once_per_user,
    )


def ceilings_of(settings: Settings) -> Ceilings:
    return Ceilings(
        server=settings.server_songs_per_day,
        member=settings.member_songs_per_day,
        direct=settings.dm_songs_per_day,
        operator=settings.operator_songs_per_day,
    )


def new_worker_name() -> str:
    """Tells a reader of the database which process it is; unique for each lease."""
    return f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"


def _world(parts: Parts, bot: SongBot, pace: Pace) -> World:
    random = Random(secrets.randbits(64))  # noqa: S311  # spreads requests; guards nothing
    return World(
        store=parts.database.songs,
        composer=parts.composer,
        courier=DiscordCourier(
            bot,
            parts.downloads,
            attach_audio=parts.settings.attach_audio,
            clock=parts.clock,
            parents=parts.database.songs,
        ),
        clock=parts.clock,
        limits=limits_of(parts.settings),
        pace=pace,
        gate=Gate(parts.clock.monotonic, random.random),
        random=random,
        telemetry=parts.telemetry,
    )
