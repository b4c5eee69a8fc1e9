"""Simulate one process: the real order service, worker, throttle and delivery with simulated neighbours."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextvars import copy_context
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, cast

import discord

from songbot.delivery.service import DiscordDelivery
from songbot.interactions.languages import Languages
from songbot.interactions.ordering import Ordering
from songbot.media.downloader import MediaDownloader
from songbot.songs.durations import DurationEstimator
from songbot.songs.telemetry import Telemetry
from songbot.storage.repositories.channel_rules import SqlChannelRuleRepository
from songbot.storage.repositories.library import SqlLibraryRepository
from songbot.storage.repositories.privacy import SqlPrivacyRepository
from songbot.storage.repositories.quotas import SqlQuotaRepository
from songbot.worker.job_runner import WorkerDependencies
from songbot.worker.order_service import OrderService
from songbot.worker.throttle import RequestThrottle
from songbot.worker.worker import Worker

from .channels import NO_CACHE, ProcessPolicy
from .database import ProcessConnector, ProcessSongs
from .loop import PROCESS
from .messenger import SimulatedMessenger
from .network import Link
from .provider import SimulatedProvider

if TYPE_CHECKING:
    from .world import World


BOUNDED = {"_dead_progress", "_budgets_by_token", "_refused_methods", "_unknown_outcomes"}
"""Attributes with a maximum size of their own, however many songs there are."""


class ProcessClock:
    """The clock of one machine. `shift` moves only its wall clock, as changing the time does."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.shift = timedelta()

    def monotonic(self) -> float:
        return self._world.loop.now

    def now(self) -> datetime:
        return self._world.now() + self.shift


class Process:
    """`number` counts from 1 and is never reused: a restarted process is a new one."""

    def __init__(self, world: World, number: int, slot: int, shift: timedelta) -> None:
        self.world, self.number, self.slot = world, number, slot
        self.name = f"process-{number}"
        self.random = Random(f"{world.seed}:{number}")
        self.clock = ProcessClock(world)
        self.clock.shift = shift
        self.database, self.whisul, self.discord = links = [
            Link(name, world.loop, self.random, partial(world.tell, number), kinds)
            for name, kinds in zip(("database", "Whisul", "Discord"), world.scenario.faults, strict=True)
        ]
        self.links: list[Link] = links
        self.alive = True
        self.frozen = False
        self.stopping = False
        self.main: asyncio.Task[None] | None = None
        self._build()

    @property
    def is_up(self) -> bool:
        """Return whether the process is neither killed, nor frozen, nor stopping."""
        return self.alive and not self.frozen and not self.stopping

    def _build(self) -> None:
        world, clock = self.world, self.clock
        connector = ProcessConnector(world.database, self.number, self.database)
        self.connector = connector
        limits = world.scenario.limits
        lease_time = world.now if world.scenario.shared else clock.now
        self.songs = ProcessSongs(connector, limits, lease_time, world.checks.on_order_outcome)
        self.library = SqlLibraryRepository(connector, clock.now)
        self.privacy = SqlPrivacyRepository(connector, clock.now)
        self.quotas = SqlQuotaRepository(connector, limits)
        self.throttle = RequestThrottle(clock.monotonic, self.random.random)
        self.delivery = DiscordDelivery(
            cast("discord.Client", NO_CACHE),
            cast("MediaDownloader", None),
            attach_audio=False,
            clock=clock,
            parents=self.songs,
        )
        messenger = SimulatedMessenger(
            world.discord, world.automod, self.number, self.discord, world.checks.on_discord_request
        )
        self.delivery._messenger = cast("Any", messenger)
        self.worker = Worker(self._dependencies(), self.name)
        self.orders = OrderService(self.songs, self.worker, clock, Telemetry())
        self.channel_rules = SqlChannelRuleRepository(connector)
        self.policy = ProcessPolicy(self)
        self.ordering = Ordering(self.orders, self.policy, cast("Languages", None))

    def _dependencies(self) -> WorkerDependencies:
        world, checks = self.world, self.world.checks
        return WorkerDependencies(
            repository=self.songs,
            provider=SimulatedProvider(
                world.whisul, self.number, self.whisul, checks.on_submit, checks.on_post, checks.on_poll
            ),
            delivery=self.delivery,
            clock=self.clock,
            config=world.scenario.config,
            estimator=DurationEstimator(),
            throttle=self.throttle,
            random=self.random,
            telemetry=Telemetry(),
        )

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run `work` inside this process."""
        context = copy_context()
        context.run(PROCESS.set, self.number)
        return self.world.loop.create_task(work, context=context)

    def start(self) -> None:
        self.main = self.spawn(self._run())

    async def _run(self) -> None:
        await self.worker.start()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.worker.run())
            if (run_delivery := getattr(self.delivery, "run", None)) is not None:
                tasks.create_task(run_delivery())

    async def stop(self) -> None:
        """Stop the process as SIGTERM does."""
        await self.orders.shutdown()
        if self.main is not None:
            self.main.cancel()
            await asyncio.gather(self.main, return_exceptions=True)

    def left_in_memory(self) -> list[str]:
        """Return what is still stored in memory about songs. This is empty once all have ended."""
        found = [f"worker: {len(self.worker)} songs"] if len(self.worker) else []
        for owner in (self.worker, self.delivery, self.orders):
            for name, value in vars(owner).items():
                if isinstance(value, (dict, set, list)) and value and name not in BOUNDED:
                    found.append(f"{type(owner).__name__}.{name}: {len(value)}")
        return found
