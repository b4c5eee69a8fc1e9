"""A small world for the tracker: songs in a dict, a Whisul that does as told, a courier that remembers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from songbot.quotas.rules import Decision, LimitKind, LimitUsage, Period, Rule, Window
from songbot.songs.durations import DurationEstimator
from songbot.songs.errors import StoreUnavailable
from songbot.songs.models import UNFINISHED, DeliveryState, FailureReason, ReplyTarget, Result, Song, State
from songbot.songs.orders import Accepted, Order, OrderOutcome
from songbot.songs.ports import Delivered, RetryLater, Undeliverable
from songbot.songs.progress import Progress
from songbot.songs.provider import JobReport, JobState
from songbot.songs.provider_errors import JobNotFound, ProviderUnavailable
from songbot.songs.telemetry import Telemetry
from songbot.worker.config import WorkerConfig
from songbot.worker.job_runner import WorkerDependencies
from songbot.worker.order_service import OrderService
from songbot.worker.throttle import RequestThrottle
from songbot.worker.worker import Worker

from .virtual_clock import EPOCH, VirtualClock

RESULT = Result(song_url="https://cdn.whisul.com/audio/1.mp3", title="Midnight Grid", bpm=140)


def a_decision() -> Decision:
    usage = LimitUsage(Rule(LimitKind.DEFAULT, 5, Period.DAY), 0, Window(EPOCH, EPOCH))
    return Decision(usage, (), (), 0, uses_grant=False, blocked_by=None)


class InMemorySongRepository:
    """SongRepository in a dict. `broken` makes every call fail; `writes` names those that wrote."""

    single_process = False

    def __init__(self) -> None:
        self.songs: dict[int, Song] = {}
        self.lease_owners: dict[int, str | None] = {}
        self.workers: dict[str, datetime] = {}
        self.writes: list[str] = []
        self.broken = False

    def _check(self) -> None:
        if self.broken:
            raise StoreUnavailable("the test broke it")

    def _change(
        self, song_id: int, name: str, *states: State, worker_id: str | None = None, **fields
    ) -> bool:
        self._check()
        song = self.songs[song_id]
        if song.state not in states or (worker_id is not None and self.lease_owners[song_id] != worker_id):
            return False
        self.songs[song_id] = replace(song, **fields)
        self.writes.append(name)
        return True

    async def create(self, order: Order, worker_id: str, now: datetime) -> OrderOutcome:
        self._check()
        song = Song(
            id=len(self.songs) + 1,
            user_id=order.user_id,
            guild_id=order.guild_id,
            quota_guild_id=order.quota_guild_id,
            prompt=order.prompt,
            private=order.private,
            reply=order.reply,
            created_at=now,
        )
        self.songs[song.id], self.lease_owners[song.id] = song, worker_id
        self.writes.append("create")
        return Accepted(song, a_decision())

    def _queue_order(self) -> list[Song]:
        ranks: dict[int, int] = {}
        served: dict[int, float] = {}
        for song in self.songs.values():
            if song.submitted_at is not None:
                served[song.user_id] = max(served.get(song.user_id, 0), song.submitted_at.timestamp())
            if song.state in (State.SUBMITTING, State.COMPOSING):
                ranks[song.user_id] = ranks.get(song.user_id, 0) + 1
        ranked = []
        for song in self.songs.values():
            if song.state is State.QUEUED:
                ranks[song.user_id] = rank = ranks.get(song.user_id, 0) + 1
                ranked.append((rank, served.get(song.user_id, 0), song.id))
        return [self.songs[song_id] for _, _, song_id in sorted(ranked)]

    async def admit(self, worker_id, slots, slots_per_user, now) -> list[Song]:
        self._check()
        active = [s for s in self.songs.values() if s.state in (State.SUBMITTING, State.COMPOSING)]
        free = slots - len(active)
        admitted = []
        for song in self._queue_order():
            mine = sum(1 for s in [*active, *admitted] if s.user_id == song.user_id)
            if len(admitted) >= free:
                break
            if mine < slots_per_user and self.lease_owners[song.id] == worker_id:
                self.songs[song.id] = replace(song, state=State.SUBMITTING, submitted_at=now)
                admitted.append(self.songs[song.id])
        if admitted:
            self.writes.append("admit")
        return admitted

    async def queue(self) -> list[int]:
        return [song.id for song in self._queue_order()]

    async def requeue(self, song_id, worker_id, unavailable_since) -> bool:
        return self._change(
            song_id,
            "requeue",
            State.SUBMITTING,
            worker_id=worker_id,
            state=State.QUEUED,
            unavailable_since=unavailable_since,
            submitted_at=None,
        )

    async def mark_submitted(self, song_id, job_id) -> bool:
        return self._change(song_id, "mark_submitted", State.SUBMITTING, state=State.COMPOSING, job_id=job_id)

    async def mark_completed(self, song_id, worker_id, result, now) -> bool:
        return self._change(
            song_id,
            "mark_completed",
            State.COMPOSING,
            worker_id=worker_id,
            state=State.COMPLETED,
            result=result,
            finished_at=now,
        )

    async def mark_failed(self, song_id, worker_id, reason, error, now) -> bool:
        return self._change(
            song_id,
            "mark_failed",
            *UNFINISHED,
            worker_id=worker_id,
            state=State.FAILED,
            reason=reason,
            error=error,
            finished_at=now,
            refunded_at=now,
        )

    async def mark_delivered(self, song_id, worker_id, reply, now) -> bool:
        return self._change(
            song_id,
            "mark_delivered",
            State.COMPLETED,
            State.FAILED,
            worker_id=worker_id,
            delivery=DeliveryState.DELIVERED,
            reply=reply,
            delivered_at=now,
        )

    async def mark_undeliverable(self, song_id, worker_id, now) -> bool:
        return self._change(
            song_id,
            "mark_undeliverable",
            State.COMPLETED,
            State.FAILED,
            worker_id=worker_id,
            delivery=DeliveryState.UNDELIVERABLE,
        )

    def _open(self) -> Iterator[Song]:
        return (s for s in self.songs.values() if not s.finished or s.delivery is DeliveryState.PENDING)

    async def lease_time(self) -> datetime:
        self._check()
        return EPOCH + timedelta(seconds=asyncio.get_running_loop().time())

    async def claim(self, worker_id, now, limit) -> list[Song]:
        self._check()
        living = {name for name, until in self.workers.items() if until > now}
        found = [s for s in self._open() if self.lease_owners[s.id] not in living][:limit]
        for song in found:
            self.lease_owners[song.id] = worker_id
        return found

    async def leased(self, worker_id) -> dict[int, State]:
        self._check()
        return {s.id: s.state for s in self._open() if self.lease_owners[s.id] == worker_id}

    async def heartbeat(self, worker_id, now, lease_until) -> bool:
        self._check()
        if self.workers.get(worker_id, now) <= now:
            return False
        self.workers[worker_id] = lease_until
        return True

    async def register_worker(self, worker_id, now, lease_until) -> None:
        self.workers[worker_id] = lease_until

    async def unregister_worker(self, worker_id) -> None:
        self._check()
        self.workers.pop(worker_id, None)

    async def get(self, song_id) -> Song | None:
        return self.songs.get(song_id)

    async def recent_durations(self, limit) -> list[float]:
        return []

    async def subscribers(self, song_id) -> list[int]:
        self._check()
        return []


@dataclass
class FakeProvider:
    """Composer. Jobs take `seconds`; the errors are raised first, in order."""

    clock: VirtualClock
    seconds: float = 60.0
    submit_errors: list[Exception] = field(default_factory=list)
    poll_errors: list[Exception] = field(default_factory=list)
    ending: Callable[[str], JobReport] = lambda _job: JobReport(JobState.COMPLETED, result=RESULT)
    down: bool = False
    submit_takes: float = 0.0
    posts: list[str] = field(default_factory=list)
    polls: list[tuple[str, float]] = field(default_factory=list)
    jobs: dict[str, float] = field(default_factory=dict)

    async def submit(self, prompt: str) -> str:
        await asyncio.sleep(self.submit_takes)
        if self.down:
            raise ProviderUnavailable
        if self.submit_errors:
            raise self.submit_errors.pop(0)
        self.posts.append(prompt)
        job_id = f"job-{len(self.posts)}"
        self.jobs[job_id] = self.clock.monotonic()
        return job_id

    async def poll(self, job_id: str) -> JobReport:
        self.polls.append((job_id, self.clock.monotonic()))
        if self.down:
            raise ProviderUnavailable
        if self.poll_errors:
            raise self.poll_errors.pop(0)
        if job_id not in self.jobs:
            raise JobNotFound
        if self.clock.monotonic() - self.jobs[job_id] < self.seconds:
            return JobReport(JobState.RUNNING)
        return self.ending(job_id)


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
    """A desk and a tracker on the small world, running until the `async with` ends."""

    def __init__(self, repository: InMemorySongRepository | None = None, **config: float) -> None:
        self.clock = VirtualClock()
        self.repository = repository or InMemorySongRepository()
        self.whisul = FakeProvider(self.clock)
        self.delivery = RecordingDelivery(self.clock)
        self.random = Random(7)
        self.throttle = RequestThrottle(self.clock.monotonic, self.random.random)
        self.estimator = DurationEstimator()
        self.config = replace(WorkerConfig(max_concurrent=1000, max_concurrent_per_user=1000), **config)
        self.order_count = 0

    @asynccontextmanager
    async def open(self):
        deps = WorkerDependencies(
            self.repository,
            self.whisul,
            self.delivery,
            self.clock,
            self.config,
            self.estimator,
            self.throttle,
            self.random,
            Telemetry(),
        )
        names = iter(range(1000))
        self.worker = Worker(deps, lambda: f"{id(self)}-{next(names)}")
        self.order_service = OrderService(self.repository, self.worker, self.clock, Telemetry())
        await self.worker.start()
        self.task = asyncio.create_task(self.worker.run())
        try:
            yield self
        finally:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    async def order(self, user_id: int = 1, prompt: str = "rain") -> Song:
        self.order_count += 1
        order = Order(f"{self.order_count}", user_id, prompt, private=False, reply=ReplyTarget(10, 20))
        outcome = await self.order_service.place_order(order)
        assert isinstance(outcome, Accepted)
        return outcome.song
