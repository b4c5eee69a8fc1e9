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

from cogs.context_menu import MessageMenu
from cogs.direct_messages import DirectMessages
from cogs.help import HelpCog
from cogs.library._cog import LibraryCog
from cogs.library._export import LibraryExport
from cogs.library._song import LibrarySong, no_files
from cogs.owner import OwnerCog
from cogs.privacy import PrivacyCog
from cogs.quota._cog import QuotaCog
from cogs.remix import SongAgain
from cogs.song import SongCog
from cogs.song_buttons import CardButtons
from cogs.usage import UsageCog
from songbot.delivery.links import FreshLinks, LinkProbe
from songbot.delivery.service import DiscordCourier
from songbot.interactions.client import SongBot
from songbot.interactions.component_listener import Forms
from songbot.interactions.component_router import SongActions
from songbot.interactions.debounce import PressGuard
from songbot.interactions.ordering import Ordering
from songbot.interactions.owners import Owners
from songbot.media.downloader import Downloads
from songbot.ops.http_trace import discord_trace
from songbot.ops.metrics import PrometheusTelemetry
from songbot.quotas.rules import Ceilings
from songbot.settings import Settings
from songbot.songs.durations import Pace
from songbot.songs.ports import Clock, Composer, StoreUnavailable
from songbot.storage.database import Database
from songbot.storage.repositories.privacy import LONGEST_WINDOW
from songbot.ui.dm_confirmation import DirectButton
from songbot.ui.library.components import OpenSelect, TurnButton
from songbot.ui.owner.status import Works
from songbot.ui.privacy import ForgetButton
from songbot.ui.quota.audit_log import LogButton
from songbot.ui.song_buttons import Action, SongButton
from songbot.version import VERSION
from songbot.worker.config import Limits
from songbot.worker.job_runner import World
from songbot.worker.order_service import Desk
from songbot.worker.provider_error_log import RecentErrors, WatchedComposer
from songbot.worker.retention import Housekeeping
from songbot.worker.throttle import Gate
from songbot.worker.worker import Tracker

TICK_WITHIN = 60.0
"""Seconds in which the tracker goes round at least once, or the process is not alive."""


class SystemClock:
    """Clock: the machine's own."""

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
        self._parts = parts
        self._database = parts.database
        self._clock = parts.clock
        self.telemetry = parts.telemetry
        self.actions = SongActions()
        self.bot = SongBot(
            state=parts.database.state,
            on_login=self._begin,
            actions=self.actions,
            http_trace=discord_trace(
                parts.telemetry.discord_status, parts.telemetry.acknowledged, parts.clock.now
            ),
            shard_count=parts.settings.shard_count,
            shard_ids=parts.settings.shard_ids,
        )
        errors = RecentErrors()
        world = _world(parts, self.bot, pace, errors)
        self._works = Works(VERSION, parts.clock.monotonic(), pace, world.gate, errors)
        self.tracker = Tracker(world, new_worker_name)
        self.telemetry.watch(lambda: self.bot.latencies, self.tracker.counts)
        self.desk = Desk(parts.database.songs, self.tracker, parts.clock, parts.telemetry)
        self.background: asyncio.Task[None] | None = None

    async def add_cogs(self) -> None:
        """A cog that fails to load stops the start."""
        ordering = Ordering(self.desk)
        self.bot.add_dynamic_items(SongButton, DirectButton)
        await self._add_songs(ordering)
        await self._add_library()
        await self._add_quotas()
        await self._add_privacy()
        await self._add_owner()
        await self.bot.add_cog(HelpCog(lambda: self.bot.command_ids))

    async def _add_owner(self) -> None:
        owners = Owners(self.bot.application_info, self._clock.monotonic)
        cog = OwnerCog(self._database.overview, self._works, owners, lambda: self.bot.latencies, self._clock)
        await self.bot.add_cog(cog)

    async def _add_library(self) -> None:
        library, parts = self._database.library, self._parts
        links = FreshLinks(self.bot, LinkProbe(parts.settings.whisul_api_url).dead)
        files_of = parts.downloads.files_of if parts.settings.attach_audio else no_files
        guard = PressGuard(self._clock.monotonic)
        song = LibrarySong(library, self._database.songs, links, files_of, guard)
        self.actions.add(Action.POST, song.post)
        self.bot.add_dynamic_items(TurnButton, OpenSelect)
        await self.bot.add_cog(LibraryCog(library, song, LibraryExport(library, links)))

    async def _add_quotas(self) -> None:
        self.bot.add_dynamic_items(LogButton)
        book = self._database.quotas
        await self.bot.add_cog(QuotaCog(self.bot, book, self._clock, ceilings_of(self._parts.settings)))
        await self.bot.add_cog(UsageCog(book, self._clock))

    async def _add_privacy(self) -> None:
        self.bot.add_dynamic_items(ForgetButton)
        cog = PrivacyCog(
            self._database.privacy,
            retention_days=max(self._parts.settings.retention_days, LONGEST_WINDOW.days),
            drop_songs_of=self.tracker.drop_songs_of,
            command_ids=lambda: self.bot.command_ids,
        )
        await self.bot.add_cog(cog)

    async def _add_songs(self, ordering: Ordering) -> None:
        """Wherever a song can begin, and what the buttons under songs do."""
        database, guard = self._database, PressGuard(self._clock.monotonic)
        menu = MessageMenu(self.bot.tree, ordering)
        messages = DirectMessages(database.quotas, ordering, guard, self._clock)
        SongAgain(database.songs, ordering, guard).register(self.actions)
        CardButtons(database.songs, database.library).register(self.actions)
        menu.register(self.actions)
        messages.register(self.actions)
        for cog in (SongCog(ordering, database.library), menu, messages, Forms(self.actions)):
            await self.bot.add_cog(cog)

    async def _begin(self) -> None:
        """Discord has taken the token: songs may be delivered, gateway or not."""
        await self.tracker.start()
        self.background = asyncio.create_task(self._work(), name="background")

    async def _work(self) -> None:
        """All that goes on beside Discord; what ends one of them ends the process."""
        housekeeping = Housekeeping(self._database.privacy, self._parts.settings.retention_days)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.tracker.run(), name="tracker")
            tasks.create_task(housekeeping.run(), name="housekeeping")

    async def stop(self) -> None:
        """No new songs, what is in hand is written, then Discord is left. People are told meanwhile."""
        await self.desk.close()
        if self.background is not None:
            self.background.cancel()
            await asyncio.gather(self.background, return_exceptions=True)
        await self.bot.answers_given(within=1.0)

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


def _world(parts: Parts, bot: SongBot, pace: Pace, errors: RecentErrors) -> World:
    random = Random(secrets.randbits(64))  # noqa: S311  # spreads requests; guards nothing
    return World(
        store=parts.database.songs,
        composer=WatchedComposer(parts.composer, errors, parts.clock),
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
