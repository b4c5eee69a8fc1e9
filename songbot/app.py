"""Create the bot from its parts. `bot.py` uses the real ones; the sandbox and the tests replace some."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random, SystemRandom

import aiohttp

from cogs.context_menu import MessageContextMenuCog
from cogs.direct_messages import DirectMessagesCog
from cogs.help import HelpCog
from cogs.ideas import Ideas
from cogs.language import LanguageCog
from cogs.library._cog import LibraryCog
from cogs.library._export import LibraryExport
from cogs.library._song import LibrarySong, no_files
from cogs.owner import OwnerCog
from cogs.privacy import PrivacyCog
from cogs.quota._cog import QuotaCog
from cogs.remix import SongVariations
from cogs.song import SongCog
from cogs.song_buttons import SongButtons
from cogs.usage import UsageCog
from songbot.delivery import old_edits
from songbot.delivery.links import LinkRefresher
from songbot.delivery.service import DiscordDelivery
from songbot.interactions.access import SongAccess
from songbot.interactions.channel_policy import ChannelPolicy
from songbot.interactions.channel_visibility import ChannelVisibility
from songbot.interactions.client import SongBot
from songbot.interactions.component_router import ComponentRouter
from songbot.interactions.debounce import Debouncer
from songbot.interactions.languages import Languages
from songbot.interactions.ordering import Ordering
from songbot.interactions.owners import ApplicationOwners
from songbot.interactions.start_log import StartLog
from songbot.media.downloader import MediaDownloader
from songbot.media.link_checker import LinkChecker
from songbot.ops.http_trace import discord_trace
from songbot.ops.invalid_requests import InvalidRequests
from songbot.ops.metrics import PrometheusTelemetry
from songbot.quotas.rules import OperatorLimits
from songbot.settings import Settings
from songbot.songs.durations import DurationEstimator
from songbot.songs.errors import StoreUnavailable
from songbot.songs.ports import Clock
from songbot.songs.provider import SongProvider
from songbot.storage.database import Database, open_database
from songbot.storage.repositories.privacy import LONGEST_WINDOW
from songbot.ui.help import Links
from songbot.ui.owner.status import ProcessStatus
from songbot.version import VERSION
from songbot.whisul_adapter import WhisulProvider
from songbot.worker.config import WorkerConfig
from songbot.worker.job_runner import WorkerDependencies
from songbot.worker.order_service import OrderService
from songbot.worker.provider_error_log import ErrorRecordingProvider, RecentErrors
from songbot.worker.retention import RetentionJob
from songbot.worker.throttle import RequestThrottle
from songbot.worker.worker import Worker
from whisul_api import WhisulClient

log = logging.getLogger(__name__)

LIVENESS_TIMEOUT = 60.0
"""The process counts as alive if the worker's loop has run within this many seconds."""
HANDLER_GRACE = 5.0
"""Seconds in which handlers can acknowledge an interaction (3 at most) and say that the bot is restarting."""
WORKER_PART = "tracker"
"""The worker's name in /readyz and in the metric `songbot_ready`. It never changes: alerts depend on it."""


class SystemClock:
    """A Clock that reads the machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass(frozen=True, slots=True)
class AppDependencies:
    """The parts of an app. All of them are open, and the database is migrated."""

    settings: Settings
    database: Database
    provider: SongProvider
    downloader: MediaDownloader
    telemetry: PrometheusTelemetry = field(default_factory=PrometheusTelemetry)
    clock: Clock = field(default_factory=SystemClock)


class App:
    """The running bot: its Discord client and its background work.

    `background` ends only if it is cancelled, or with an error after which the process must exit.
    """

    def __init__(self, dependencies: AppDependencies, estimator: DurationEstimator) -> None:
        self.dependencies = dependencies
        self._database = dependencies.database
        self._clock = dependencies.clock
        self.telemetry = dependencies.telemetry
        self.router = ComponentRouter()
        self._languages = Languages(dependencies.database.languages, dependencies.clock)
        self._channel_policy = ChannelPolicy(self._database.channel_rules, self._clock.monotonic)
        self.bot = SongBot(
            state=dependencies.database.app_state,
            on_login=self._on_login,
            on_unreadable=dependencies.telemetry.unreadable_event,
            http_trace=_http_trace(dependencies),
            shard_count=dependencies.settings.shard_count,
            shard_ids=dependencies.settings.shard_ids,
        )
        self._access = SongAccess(ChannelVisibility(self.bot), dependencies.database.library)
        self._started_at = dependencies.clock.monotonic()
        self._provider_errors = RecentErrors()
        self._delivery = DiscordDelivery(
            self.bot,
            dependencies.downloader,
            attach_audio=dependencies.settings.attach_audio,
            clock=dependencies.clock,
            parents=dependencies.database.songs,
            languages=self._languages,
        )
        self.starts = StartLog(
            dependencies.database.app_state, dependencies.settings.shard_ids, dependencies.clock.now
        )
        self._worker_dependencies = _worker_dependencies(
            dependencies, self._delivery, estimator, self._provider_errors
        )
        self.worker = Worker(self._worker_dependencies, new_worker_id())
        self.telemetry.watch(self.bot.shard_latencies, self.worker.counts)
        self.order_service = OrderService(
            dependencies.database.songs, self.worker, dependencies.clock, dependencies.telemetry
        )
        self.background: asyncio.Task[None] | None = None

    async def add_cogs(self) -> None:
        """Add all cogs. If one fails to load, the error stops the startup."""
        ordering = Ordering(self.order_service, self._channel_policy, self._languages)
        self.bot.add_listener(self.router.on_interaction)
        self.bot.add_listener(self._languages.on_interaction)
        await self._add_songs(ordering)
        await self._add_library()
        await self._add_quotas()
        await self._add_privacy()
        await self._add_owner()
        await self.bot.add_cog(HelpCog(lambda: self.bot.command_ids, self._links, self._languages))

    def _links(self) -> Links:
        """Return the links to the policies set in the application's Discord settings, and to support."""
        application = self.bot.application
        support = self.dependencies.settings.support_url
        if application is None:
            return Links(support=support)
        return Links(application.privacy_policy_url, application.terms_of_service_url, support)

    async def _add_owner(self) -> None:
        owners = ApplicationOwners(self.bot.application_info, self._clock.monotonic)
        cog = OwnerCog(self._database.admin, self.process_status, owners, self._clock)
        await self.bot.add_cog(cog)

    async def _add_library(self) -> None:
        library, dependencies = self._database.library, self.dependencies
        links = LinkRefresher(self.bot, LinkChecker(dependencies.settings.whisul_api_url).find_dead)
        fetch_files = dependencies.downloader.fetch if dependencies.settings.attach_audio else no_files
        debouncer = Debouncer(self._clock.monotonic)
        song = LibrarySong(
            library,
            self._database.songs,
            self._access,
            links,
            self._languages,
            fetch_files=fetch_files,
            debouncer=debouncer,
        )
        cog = LibraryCog(library, self._access, song, LibraryExport(library, self._access, links))
        cog.register(self.router)
        await self.bot.add_cog(cog)

    async def _add_quotas(self) -> None:
        cog = QuotaCog(
            self.bot,
            quotas=self._database.quotas,
            channels=self._database.channel_rules,
            policy=self._channel_policy,
            clock=self._clock,
            operator_limits=operator_limits_from_settings(self.dependencies.settings),
            languages=self._languages,
        )
        cog.register(self.router)
        await self.bot.add_cog(cog)
        await self.bot.add_cog(UsageCog(self._database.quotas, self._clock))
        await self.bot.add_cog(LanguageCog(self._languages))

    async def _add_privacy(self) -> None:
        cog = PrivacyCog(
            self._database.privacy,
            retention_days=max(self.dependencies.settings.retention_days, LONGEST_WINDOW.days),
            forget_user=self._forget_user,
            command_ids=lambda: self.bot.command_ids,
        )
        cog.register(self.router)
        await self.bot.add_cog(cog)

    def _forget_user(self, user_id: int) -> None:
        self.worker.reconcile_soon()
        self._languages.forget_user(user_id)

    async def _add_songs(self, ordering: Ordering) -> None:
        """Add all commands that order songs, and the buttons under songs."""
        database, channels = self._database, self._channel_policy
        debouncer = Debouncer(self._clock.monotonic)
        menu = MessageContextMenuCog(self.bot.tree, ordering, channels)
        messages = DirectMessagesCog(
            database.quotas,
            database.library,
            ordering,
            debouncer,
            languages=self._languages,
            clock=self._clock,
        )
        SongVariations(database.songs, self._access, ordering, debouncer, channels).register(self.router)
        SongButtons(database.songs, database.library, self._access, self._clock).register(self.router)
        Ideas(SystemRandom().random, channels).register(self.router)
        menu.register(self.router)
        messages.register(self.router)
        for cog in (SongCog(ordering, database.library), menu, messages):
            await self.bot.add_cog(cog)

    async def _on_login(self) -> None:
        """Start the worker once Discord has accepted the token, since delivery does not need the gateway."""
        await self.worker.start()
        await self._languages.load()
        self.background = asyncio.create_task(self._run_background(), name="background")
        if pause := await self.starts.begin():
            log.warning("the bot has crashed repeatedly within an hour: it connects in %.0f s", pause)
            await asyncio.sleep(pause)

    async def _run_background(self) -> None:
        """Run the worker and the retention job. If either ends, the process ends."""
        retention = RetentionJob(self._database.privacy, self.dependencies.settings.retention_days)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.worker.run(), name="worker")
            tasks.create_task(retention.run(), name="retention")
            tasks.create_task(self._delivery.run(), name="delivery")
            tasks.create_task(self._languages.run(), name="languages")

    async def stop(self) -> None:
        """Accept no new songs, save unfinished work, and wait for handlers that are replying to people."""
        await self.order_service.shutdown()
        if self.background is not None:
            self.background.cancel()
            await asyncio.gather(self.background, return_exceptions=True)
        await self.bot.wait_for_handlers(HANDLER_GRACE)

    def is_alive(self, timeout: float) -> bool:
        """Return whether the worker's loop has run within the last `timeout` seconds."""
        return self._clock.monotonic() - self.worker.last_tick <= timeout

    async def process_status(self) -> ProcessStatus:
        """Return what `/owner status` shows about this process."""
        estimator, throttle = self._worker_dependencies.estimator, self._worker_dependencies.throttle
        uptime = timedelta(seconds=self._clock.monotonic() - self._started_at)
        return ProcessStatus(
            version=VERSION,
            up_since=self._clock.now() - uptime,
            latencies=self.bot.shard_latencies(),
            not_ready=[part for part, is_ready in self.readiness().items() if not await is_ready()],
            songs_lost=self.telemetry.songs_lost,
            median_seconds=estimator.quantile(0.5),
            p90_seconds=estimator.quantile(0.9),
            throttle_state=throttle.state,
            rate_limit=throttle.rate_limit,
            retry_in_seconds=throttle.retry_in(),
            errors=self._provider_errors.recent(),
        )

    def readiness(self) -> dict[str, Callable[[], Awaitable[bool]]]:
        """Return the checks of /readyz: gateway, database and worker."""

        async def gateway() -> bool:
            return self.bot.is_ready()

        async def database() -> bool:
            try:
                await self._database.check()
            except StoreUnavailable:
                return False
            return True

        async def worker() -> bool:
            return self.is_alive(LIVENESS_TIMEOUT)

        return {"gateway": gateway, "database": database, WORKER_PART: worker}


@asynccontextmanager
async def open_app(
    settings: Settings,
    *,
    provider: SongProvider | None = None,
    clock: Clock | None = None,
    durations: Sequence[float] | None = None,
) -> AsyncIterator[App]:
    """Open the services in the settings, migrate the database, create the app; close everything at the end.

    `provider` replaces Whisul, `clock` the machine's clock, and `durations` (in seconds) those of the latest
    songs. May raise BadDatabaseUrl, DatabaseTooNew or StoreUnavailable.
    """
    clock, telemetry = clock or SystemClock(), PrometheusTelemetry()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(
            open_database(
                settings.database_url.get_secret_value(),
                operator_limits=operator_limits_from_settings(settings),
                now=clock.now,
            )
        )
        await database.migrate()
        if provider is None:
            client = WhisulClient(settings.whisul_api_key.get_secret_value(), settings.whisul_api_url)
            provider = WhisulProvider(await stack.enter_async_context(client), telemetry.whisul_status)
        downloader = await stack.enter_async_context(MediaDownloader(settings.whisul_api_url))
        dependencies = AppDependencies(settings, database, provider, downloader, telemetry, clock)
        yield await create_app(dependencies, durations)


async def create_app(dependencies: AppDependencies, durations: Sequence[float] | None = None) -> App:
    """Create the app. Nothing runs before the bot logs in. May raise StoreUnavailable."""
    if durations is None:
        durations = await dependencies.database.songs.recent_durations(200)
    app = App(dependencies, DurationEstimator(durations))
    await app.add_cogs()
    return app


def _http_trace(dependencies: AppDependencies) -> aiohttp.TraceConfig:
    telemetry, clock = dependencies.telemetry, dependencies.clock
    trace = discord_trace(telemetry.discord_status, telemetry.acknowledged, clock.now)
    trace.on_request_end.append(InvalidRequests(telemetry.invalid_request, clock.monotonic).on_request_end)
    trace.on_request_end.append(old_edits.on_request_end)  # last, because it may raise
    return trace


def worker_config_from_settings(settings: Settings) -> WorkerConfig:
    return WorkerConfig(
        poll_interval_min=settings.poll_seconds_min,
        poll_interval_max=settings.poll_seconds_max,
        max_concurrent=settings.songs_at_once,
        max_concurrent_per_user=settings.songs_at_once_per_user,
    )


def operator_limits_from_settings(settings: Settings) -> OperatorLimits:
    return OperatorLimits(
        server=settings.server_songs_per_day,
        member=settings.member_songs_per_day,
        direct=settings.dm_songs_per_day,
        operator=settings.operator_songs_per_day,
    )


def new_worker_id() -> str:
    """Return an id that is unique for each start, and that shows in the database which process it is."""
    return f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"


def _worker_dependencies(
    dependencies: AppDependencies,
    delivery: DiscordDelivery,
    estimator: DurationEstimator,
    errors: RecentErrors,
) -> WorkerDependencies:
    random = Random(secrets.randbits(64))  # noqa: S311  # spreads requests, protects nothing
    return WorkerDependencies(
        repository=dependencies.database.songs,
        provider=ErrorRecordingProvider(dependencies.provider, errors, dependencies.clock),
        delivery=delivery,
        clock=dependencies.clock,
        config=worker_config_from_settings(dependencies.settings),
        estimator=estimator,
        throttle=RequestThrottle(dependencies.clock.monotonic, random.random),
        random=random,
        telemetry=dependencies.telemetry,
    )
