"""Provide what the worker uses in tests: the real SQL in memory, and a scripted Whisul and delivery."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any, TypeVar

from sqlalchemy import Connection, func, select, update

from songbot.quotas.rules import OperatorLimits
from songbot.songs.durations import DurationEstimator
from songbot.songs.errors import StoreUnavailable
from songbot.songs.models import FailureReason, ReplyTarget, Song, State
from songbot.songs.orders import Accepted, Order
from songbot.songs.ports import Delivered, RetryLater, Undeliverable
from songbot.songs.progress import Progress
from songbot.songs.telemetry import Telemetry
from songbot.storage.queries.mapping import song_from_row
from songbot.storage.repositories.songs import SqlSongRepository
from songbot.storage.schema.tables import songs, workers
from songbot.worker.config import WorkerConfig
from songbot.worker.job_runner import WorkerDependencies
from songbot.worker.order_service import OrderService
from songbot.worker.throttle import RequestThrottle
from songbot.worker.worker import Worker

from .inline_connector import InlineSqliteConnector
from .provider import FakeProvider
from .virtual_clock import EPOCH, VirtualClock, run

T = TypeVar("T")
NO_LIMITS = OperatorLimits(server=10**6, member=10**6, direct=10**6)


class FragileConnector(InlineSqliteConnector):
    """Simulates failures. `away` makes every call fail. `answers_lost` is the number of writes still to be
    committed without confirmation."""

    away = False
    answers_lost = 0

    async def read(self, work: Callable[[Connection], T]) -> T:
        self._check()
        return await super().read(work)

    async def write(self, work: Callable[[Connection], T], *, durable: bool = False) -> T:
        self._check()
        result = await super().write(work, durable=durable)
        if self.answers_lost:
            self.answers_lost -= 1
            raise StoreUnavailable("the test lost the answer")
        return result

    def _check(self) -> None:
        if self.away:
            raise StoreUnavailable("the test took the database away")


class SharedDatabase:
    """A database that several environments can use: one at a time if `alone`, as on SQLite."""

    def __init__(self, *, alone: bool = True) -> None:
        self.alone = alone
        self.connector = FragileConnector(shared=not alone)

    def song(self, song_id: int = 1) -> Song:
        query = select(songs).where(songs.c.id == song_id)
        return self.connector.run(lambda connection: song_from_row(connection.execute(query).one()))

    def owner(self, song_id: int = 1) -> str | None:
        query = select(songs.c.lease_owner).where(songs.c.id == song_id)
        return self.connector.run(lambda connection: connection.scalar(query))

    def workers(self) -> list[str]:
        return self.connector.run(lambda connection: list(connection.scalars(select(workers.c.name))))

    def change(self, song_id: int, **columns: Any) -> None:
        change = update(songs).where(songs.c.id == song_id).values(**columns)
        self.connector.run(lambda connection: connection.execute(change))

    def leave_behind(self, state: State, **columns: Any) -> int:
        """Insert a song that belonged to a worker named "dead" when its process died. Return its ID."""
        values = {
            "generation": 0 if state is State.QUEUED else 1,
            "created_at": EPOCH - timedelta(seconds=60),
        }
        values |= {"lease_owner": None if state is State.QUEUED else "dead"} | columns
        row = {
            "user_id": 1,
            "quota_scope": 0,
            "prompt": "rain",
            "search_text": "rain",
            "private": False,
            "state": state,
            "delivery": "pending",
            "channel_id": 10,
            "message_id": 20,
            "bot_in_channel": True,
            "upload_limit": 10,
            "charged_at": EPOCH,
            "granted": False,
            **values,
        }
        self.connector.run(lambda connection: connection.execute(songs.insert().values(**row)))
        return self.connector.run(lambda connection: connection.scalar(select(func.max(songs.c.id)))) or 0


class RecordingRepository(SqlSongRepository):
    """Records in `writes` which methods changed something."""

    def __init__(self, database: SharedDatabase, clock: VirtualClock) -> None:
        super().__init__(database.connector, NO_LIMITS, clock.now)
        self.writes: list[str] = []
        for name in ("create", "admit", "requeue", *(name for name in dir(self) if name.startswith("mark_"))):
            setattr(self, name, self._recorded(name, getattr(self, name)))

    def _recorded(self, name: str, write: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def recorded(*arguments: Any) -> Any:
            if outcome := await write(*arguments):
                self.writes.append(name)
            return outcome

        return recorded


@dataclass
class RecordingDelivery:
    clock: VirtualClock
    outcomes: list[Delivered | Undeliverable | RetryLater] = field(default_factory=list)
    progress_updates: list[tuple[float, int, Progress]] = field(default_factory=list)
    delivered: list[tuple[float, Song, int]] = field(default_factory=list)

    async def update_progress(self, song: Song, progress: Progress) -> bool:
        self.progress_updates.append((self.clock.monotonic(), song.id, progress))
        return True

    async def deliver(self, song: Song, subscribers: Sequence[int], attempt: int):
        self.delivered.append((self.clock.monotonic(), song, attempt))
        return self.outcomes.pop(0) if self.outcomes else Delivered(song.reply, "token")

    def reasons(self) -> list[FailureReason | None]:
        return [song.reason for _, song, _ in self.delivered]


class WorkerEnvironment:
    """An order service and a worker on a database in memory, running until the `async with` ends.

    Without `database`, it creates its own, which it uses alone unless `alone` is False.
    """

    def __init__(
        self,
        database: SharedDatabase | None = None,
        *,
        alone: bool = True,
        name: str = "worker",
        **config: float,
    ) -> None:
        self.clock = VirtualClock()
        self.database = database or SharedDatabase(alone=alone)
        self.connector = self.database.connector
        self.repository = RecordingRepository(self.database, self.clock)
        self.whisul = FakeProvider(self.clock)
        self.delivery = RecordingDelivery(self.clock)
        self.random = Random(7)
        self.throttle = RequestThrottle(self.clock.monotonic, self.random.random)
        self.estimator = DurationEstimator()
        self.telemetry = Telemetry()
        self.config = replace(WorkerConfig(max_concurrent=1000, max_concurrent_per_user=1000), **config)
        self.name = name
        self.order_count = 0

    def build(self) -> None:
        deps = WorkerDependencies(
            self.repository,
            self.whisul,
            self.delivery,
            self.clock,
            self.config,
            self.estimator,
            self.throttle,
            self.random,
            self.telemetry,
        )
        self.worker = Worker(deps, self.name)
        self.order_service = OrderService(self.repository, self.worker, self.clock, self.telemetry)

    @asynccontextmanager
    async def open(self):
        self.build()
        await self.worker.start()
        self.task = asyncio.create_task(self.worker.run())
        try:
            yield self
        finally:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    async def order(self, user_id: int = 1, prompt: str = "rain") -> Song:
        self.order_count += 1
        key = f"{self.name}-{self.order_count}"
        order = Order(key, user_id, prompt, private=False, reply=ReplyTarget(10, 20))
        outcome = await self.order_service.place_order(order)
        assert isinstance(outcome, Accepted)
        return outcome.song

    def song(self, song_id: int = 1) -> Song:
        return self.database.song(song_id)

    def kill(self) -> None:
        """Make the worker stop at the end of the `async with` block without releasing anything."""

        async def nothing() -> None: ...

        self.worker._stop = nothing


def run_scenario(
    scenario: Callable[[WorkerEnvironment], Awaitable[None]], **config: Any
) -> WorkerEnvironment:
    """Run `scenario(env)` while the worker runs, and return the environment."""

    async def live() -> WorkerEnvironment:
        env = WorkerEnvironment(**config)
        async with env.open():
            await scenario(env)
        return env

    return run(live())
