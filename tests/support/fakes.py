"""A small world for the tracker: songs in a dict, a Whisul that does as told, a courier that remembers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from songbot.quotas.rules import Decision, Per, Rule, Standing, Who, Window
from songbot.songs.durations import Pace
from songbot.songs.models import UNFINISHED, Delivery, Reason, Reply, Result, Song, State
from songbot.songs.orders import Accepted, Order, Outcome
from songbot.songs.ports import Delivered, JobReport, JobState, Postponed, StoreUnavailable, Undeliverable
from songbot.songs.progress import Progress
from songbot.songs.provider_errors import Down, JobMissing
from songbot.songs.telemetry import Telemetry
from songbot.worker.config import Limits
from songbot.worker.job_runner import World
from songbot.worker.order_service import Desk
from songbot.worker.throttle import Gate
from songbot.worker.worker import Tracker

from .virtual_clock import EPOCH, WarpClock

RESULT = Result(song_url="https://cdn.whisul.com/audio/1.mp3", title="Midnight Grid", bpm=140)


def a_decision() -> Decision:
    standing = Standing(Rule(Who.DEFAULT, 5, Per.DAY), 0, Window(EPOCH, EPOCH))
    return Decision(standing, (), (), 0, uses_grant=False, refused_by=None)


class DictStore:
    """SongStore in a dict. `broken` makes every call fail; `writes` names those that wrote."""

    single_process = False

    def __init__(self) -> None:
        self.songs: dict[int, Song] = {}
        self.owner: dict[int, str | None] = {}
        self.workers: dict[str, datetime] = {}
        self.writes: list[str] = []
        self.broken = False

    def _check(self) -> None:
        if self.broken:
            raise StoreUnavailable("the test broke it")

    def _change(self, song_id: int, name: str, *states: State, worker: str | None = None, **fields) -> bool:
        self._check()
        song = self.songs[song_id]
        if song.state not in states or (worker is not None and self.owner[song_id] != worker):
            return False
        self.songs[song_id] = replace(song, **fields)
        self.writes.append(name)
        return True

    async def place(self, order: Order, worker: str, now: datetime) -> Outcome:
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
        self.songs[song.id], self.owner[song.id] = song, worker
        self.writes.append("place")
        return Accepted(song, a_decision())

    def _line(self) -> list[Song]:
        seen: dict[int, int] = {}
        served: dict[int, float] = {}
        for song in self.songs.values():
            if song.submitted_at is not None:
                served[song.user_id] = max(served.get(song.user_id, 0), song.submitted_at.timestamp())
            if song.state in (State.SUBMITTING, State.COMPOSING):
                seen[song.user_id] = seen.get(song.user_id, 0) + 1
        ranked = []
        for song in self.songs.values():
            if song.state is State.QUEUED:
                seen[song.user_id] = rank = seen.get(song.user_id, 0) + 1
                ranked.append((rank, served.get(song.user_id, 0), song.id))
        return [self.songs[song_id] for _, _, song_id in sorted(ranked)]

    async def admit(self, worker, places, places_per_user, now) -> list[Song]:
        self._check()
        active = [s for s in self.songs.values() if s.state in (State.SUBMITTING, State.COMPOSING)]
        free = places - len(active)
        admitted = []
        for song in self._line():
            mine = sum(1 for s in [*active, *admitted] if s.user_id == song.user_id)
            if len(admitted) >= free:
                break
            if mine < places_per_user and self.owner[song.id] == worker:
                self.songs[song.id] = replace(song, state=State.SUBMITTING, submitted_at=now)
                admitted.append(self.songs[song.id])
        if admitted:
            self.writes.append("admit")
        return admitted

    async def line(self) -> list[int]:
        return [song.id for song in self._line()]

    async def requeue(self, song_id, worker, unavailable_since) -> bool:
        return self._change(
            song_id,
            "requeue",
            State.SUBMITTING,
            worker=worker,
            state=State.QUEUED,
            unavailable_since=unavailable_since,
            submitted_at=None,
        )

    async def submitted(self, song_id, job_id) -> bool:
        return self._change(song_id, "submitted", State.SUBMITTING, state=State.COMPOSING, job_id=job_id)

    async def complete(self, song_id, worker, result, now) -> bool:
        return self._change(
            song_id,
            "complete",
            State.COMPOSING,
            worker=worker,
            state=State.COMPLETED,
            result=result,
            finished_at=now,
        )

    async def fail(self, song_id, worker, reason, error, now) -> bool:
        return self._change(
            song_id,
            "fail",
            *UNFINISHED,
            worker=worker,
            state=State.FAILED,
            reason=reason,
            error=error,
            finished_at=now,
            refunded_at=now,
        )

    async def delivered(self, song_id, worker, reply, now) -> bool:
        return self._change(
            song_id,
            "delivered",
            State.COMPLETED,
            State.FAILED,
            worker=worker,
            delivery=Delivery.DELIVERED,
            reply=reply,
            delivered_at=now,
        )

    async def undeliverable(self, song_id, worker, now) -> bool:
        return self._change(
            song_id,
            "undeliverable",
            State.COMPLETED,
            State.FAILED,
            worker=worker,
            delivery=Delivery.UNDELIVERABLE,
        )

    def _open(self) -> Iterator[Song]:
        return (s for s in self.songs.values() if not s.finished or s.delivery is Delivery.PENDING)

    async def lease_clock(self) -> datetime:
        self._check()
        return EPOCH + timedelta(seconds=asyncio.get_running_loop().time())

    async def claim(self, worker, now, limit) -> list[Song]:
        self._check()
        living = {name for name, until in self.workers.items() if until > now}
        found = [s for s in self._open() if self.owner[s.id] not in living][:limit]
        for song in found:
            self.owner[song.id] = worker
        return found

    async def held(self, worker) -> dict[int, State]:
        self._check()
        return {s.id: s.state for s in self._open() if self.owner[s.id] == worker}

    async def heartbeat(self, worker, now, lease_until) -> bool:
        self._check()
        if self.workers.get(worker, now) <= now:
            return False
        self.workers[worker] = lease_until
        return True

    async def enlist(self, worker, now, lease_until) -> None:
        self.workers[worker] = lease_until

    async def release(self, worker) -> None:
        self._check()
        self.workers.pop(worker, None)

    async def song(self, song_id) -> Song | None:
        return self.songs.get(song_id)

    async def recent_seconds(self, limit) -> list[float]:
        return []

    async def notify_list(self, song_id) -> list[int]:
        self._check()
        return []


@dataclass
class ScriptedWhisul:
    """Composer. Jobs take `seconds`; the errors are raised first, in order."""

    clock: WarpClock
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
            raise Down
        if self.submit_errors:
            raise self.submit_errors.pop(0)
        self.posts.append(prompt)
        job_id = f"job-{len(self.posts)}"
        self.jobs[job_id] = self.clock.monotonic()
        return job_id

    async def poll(self, job_id: str) -> JobReport:
        self.polls.append((job_id, self.clock.monotonic()))
        if self.down:
            raise Down
        if self.poll_errors:
            raise self.poll_errors.pop(0)
        if job_id not in self.jobs:
            raise JobMissing
        if self.clock.monotonic() - self.jobs[job_id] < self.seconds:
            return JobReport(JobState.RUNNING)
        return self.ending(job_id)


@dataclass
class RememberingCourier:
    clock: WarpClock
    outcomes: list[Delivered | Undeliverable | Postponed] = field(default_factory=list)
    shown: list[tuple[float, int, Progress]] = field(default_factory=list)
    delivered: list[tuple[float, Song, int]] = field(default_factory=list)

    async def show(self, song: Song, progress: Progress) -> bool:
        self.shown.append((self.clock.monotonic(), song.id, progress))
        return True

    async def deliver(self, song: Song, notify: Sequence[int], attempt: int):
        self.delivered.append((self.clock.monotonic(), song, attempt))
        return self.outcomes.pop(0) if self.outcomes else Delivered(song.reply, "token")

    def reasons(self) -> list[Reason | None]:
        return [song.reason for _, song, _ in self.delivered]


class House:
    """A desk and a tracker on the small world, running until the `async with` ends."""

    def __init__(self, store: DictStore | None = None, **limits: float) -> None:
        self.clock = WarpClock()
        self.store = store or DictStore()
        self.whisul = ScriptedWhisul(self.clock)
        self.courier = RememberingCourier(self.clock)
        self.random = Random(7)
        self.gate = Gate(self.clock.monotonic, self.random.random)
        self.pace = Pace()
        self.limits = replace(Limits(songs_at_once=1000, songs_at_once_per_user=1000), **limits)
        self.orders = 0

    @asynccontextmanager
    async def open(self):
        world = World(
            self.store,
            self.whisul,
            self.courier,
            self.clock,
            self.limits,
            self.pace,
            self.gate,
            self.random,
            Telemetry(),
        )
        names = iter(range(1000))
        self.tracker = Tracker(world, lambda: f"{id(self)}-{next(names)}")
        self.desk = Desk(self.store, self.tracker, self.clock, Telemetry())
        await self.tracker.start()
        self.task = asyncio.create_task(self.tracker.run())
        try:
            yield self
        finally:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    async def order(self, user_id: int = 1, prompt: str = "rain") -> Song:
        self.orders += 1
        order = Order(f"{self.orders}", user_id, prompt, private=False, reply=Reply(10, 20))
        outcome = await self.desk.order(order)
        assert isinstance(outcome, Accepted)
        return outcome.song
