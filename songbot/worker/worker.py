"""The tracker: holds all songs in the works of one process and sees each to its end.

Songs come from the desk (new orders) and from the database (found after a restart, or left behind by a
process that died). If one of its loops ends in an error, `run` raises it and takes the process down with it,
rather than leaving a deaf bot.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

from songbot.songs.errors import StoreUnavailable
from songbot.songs.log_context import current_song_id
from songbot.songs.models import Song, State

from .active_job import ActiveJob
from .job_runner import JobRunner, WorkerDependencies
from .scheduler import JobScheduler, coalesced_due_time
from .wakeup import Wakeup

log = logging.getLogger(__name__)

CLAIM_BATCH = 500
MAX_SLEEP = 30.0
ADMISSION_INTERVAL = 5.0
RECOVERY_GRACE = 120.0


class LeaseLost(Exception):
    """Another process uses this database, which only one may: stop the other one, or use PostgreSQL."""


class Worker:
    """`new_worker_name` gives a fresh name for each lease, unique over all processes."""

    def __init__(self, deps: WorkerDependencies, new_worker_id: Callable[[], str]) -> None:
        self._deps = deps
        self._new_worker_id = new_worker_id
        self.worker_id = new_worker_id()
        self._jobs: dict[int, ActiveJob] = {}
        self._scheduler = JobScheduler()
        self._runs: set[asyncio.Task[None]] = set()
        self._jobs_due = Wakeup()
        self._slots_free = Wakeup()
        self._runner = JobRunner(deps, lambda: self.worker_id, self._slots_free.notify)
        self._queue_read_at = float("-inf")
        self.last_tick = deps.clock.monotonic()

    def __len__(self) -> int:
        return len(self._jobs)

    def counts(self) -> dict[State, int]:
        """How many songs of this process are in each state."""
        counts: dict[State, int] = {}
        for job in self._jobs.values():
            counts[job.song.state] = counts.get(job.song.state, 0) + 1
        return counts

    async def start(self) -> None:
        """Make this worker known, so that orders can be leased to it. Raises StoreUnavailable."""
        now = await self._deps.repository.lease_time()
        await self._deps.repository.register_worker(
            self.worker_id, now, now + timedelta(seconds=self._deps.config.lease_duration)
        )

    async def run(self) -> None:
        """Until cancelled; then steps that are under way get a moment to write what they have in hand."""
        try:
            async with asyncio.TaskGroup() as loops:
                loops.create_task(self._run_loop(), name="tracker-visits")
                loops.create_task(self._admission_loop(), name="tracker-admission")
                loops.create_task(self._lease_loop(), name="tracker-lease")
        finally:
            await self._stop()

    def track(self, song: Song) -> None:
        """Take a song in. Taking it in twice does nothing."""
        if song.id in self._jobs:
            return
        clock = self._deps.clock
        started_at = clock.monotonic()
        if song.submitted_at is not None:
            # However long nobody looked, Whisul is asked for a while before a song is given up.
            max_elapsed = self._deps.config.job_timeout - RECOVERY_GRACE
            started_at -= min(max_elapsed, max(0.0, (clock.now() - song.submitted_at).total_seconds()))
        self._jobs[song.id] = ActiveJob(song, started_at=started_at)
        if song.state is State.QUEUED:
            self._slots_free.notify()
            self._schedule_in(song.id, 1.0)
        else:
            self._schedule_in(song.id, self._deps.random.random() * min(2.0, len(self._jobs) / 50))

    def drop_user(self, user_id: int) -> None:
        """No longer follow this person's songs."""
        for song_id in [i for i, job in self._jobs.items() if job.song.user_id == user_id]:
            self._drop(song_id)

    # -------------------------------------------------------------------- visits

    def _schedule_in(self, song_id: int, seconds: float) -> None:
        due = coalesced_due_time(self._deps.clock.monotonic(), seconds)
        earlier = due < self._scheduler.next_due()
        self._scheduler.set(song_id, due)
        if earlier:
            self._jobs_due.notify()

    def _drop(self, song_id: int) -> None:
        self._jobs.pop(song_id, None)
        self._scheduler.discard(song_id)

    async def _run_loop(self) -> None:
        clock = self._deps.clock
        while True:
            now = self.last_tick = clock.monotonic()
            for song_id in self._scheduler.pop_due(now):
                self._start_run(song_id)
            await self._jobs_due.wait(min(MAX_SLEEP, self._scheduler.next_due() - clock.monotonic()))

    def _start_run(self, song_id: int) -> None:
        job = self._jobs.get(song_id)
        if job is None or job.running:
            return
        job.running = True
        run = asyncio.create_task(self._run_job(job), name=f"song-{song_id}")
        self._runs.add(run)
        run.add_done_callback(self._runs.discard)

    async def _run_job(self, job: ActiveJob) -> None:
        song_id, was_queued = job.song.id, job.song.state is State.QUEUED
        current_song_id.set(song_id)
        try:
            delay = await self._runner.advance(job)
        except Exception:  # the door: one broken song fails alone, and is tried again
            job.failures += 1
            delay = min(300.0, 10.0 * 2 ** min(job.failures, 5))
            log.exception("a step failed; next try in %.0f s", delay, extra={"song": song_id})
        finally:
            job.running = False
        if delay is None:
            self._drop(song_id)
        elif song_id in self._jobs:
            admitted = was_queued and job.song.state is State.SUBMITTING
            self._schedule_in(song_id, 0.0 if admitted else delay)

    # ----------------------------------------------------------------- admission

    async def _admission_loop(self) -> None:
        while True:
            try:
                delay = await self._admit()
            except StoreUnavailable as error:
                log.warning("songs can't be admitted: %s", error)
                delay = ADMISSION_INTERVAL
            await self._slots_free.wait(delay)

    async def _admit(self) -> float:
        queued = [job for job in self._jobs.values() if job.song.state is State.QUEUED]
        self._deps.telemetry.queue(len(queued))
        if not queued:
            return MAX_SLEEP
        if (retry_in := await self._runner.retry_in()) > 0:
            return max(0.5, min(ADMISSION_INTERVAL, retry_in))
        config, now = self._deps.config, self._deps.clock.now()
        admitted = await self._deps.repository.admit(
            self.worker_id, config.max_concurrent, config.max_concurrent_per_user, now
        )
        for song in admitted:
            self._on_admitted(song)
        if len(admitted) < len(queued):
            await self._refresh_queue_positions()
        return ADMISSION_INTERVAL

    def _on_admitted(self, song: Song) -> None:
        """The first word counts: a song that left the queue before must not be submitted again."""
        job = self._jobs.get(song.id)
        if job is None or job.song.state is not State.QUEUED:
            return
        job.song, job.queue_position = song, None
        job.started_at = self._deps.clock.monotonic()
        waited = max(0.0, (self._deps.clock.now() - song.created_at).total_seconds())
        self._deps.telemetry.admitted(waited)
        log.info("has a place after %.1f s in line", waited, extra={"song": song.id})
        self._schedule_in(song.id, 0.0)

    async def _refresh_queue_positions(self) -> None:
        """Learn each queued song's place, no more often than it can be shown."""
        now = self._deps.clock.monotonic()
        if now - self._queue_read_at < self._deps.config.progress_interval:
            return
        self._queue_read_at = now
        for position, song_id in enumerate(await self._deps.repository.queue(), start=1):
            if (job := self._jobs.get(song_id)) is not None:
                job.queue_position = position

    # --------------------------------------------------------------------- lease

    async def _lease_loop(self) -> None:
        while True:
            try:
                await self._renew()
                await self._claim()
                await self._reconcile()
                await asyncio.sleep(self._deps.config.heartbeat_interval)
            except StoreUnavailable as error:
                log.warning("the lease can't be renewed: %s", error)
                await asyncio.sleep(self._deps.config.heartbeat_interval / 2)

    async def _claim(self) -> None:
        """Take over what was left behind, oldest first."""
        while True:
            now = await self._deps.repository.lease_time()
            songs = await self._deps.repository.claim(self.worker_id, now, CLAIM_BATCH)
            for song in songs:
                log.info("found %s; carrying on", song.state.value, extra={"song": song.id})
                self._adopt(song)
            if len(songs) < CLAIM_BATCH:
                return

    def _adopt(self, song: Song) -> None:
        """What is followed here already is known better here: its POST may be under way."""
        if song.id in self._jobs:
            return
        self.track(song)
        self._jobs[song.id].orphaned = song.state is State.SUBMITTING

    async def _renew(self) -> None:
        now = await self._deps.repository.lease_time()
        until = now + timedelta(seconds=self._deps.config.lease_duration)
        if await self._deps.repository.heartbeat(self.worker_id, now, until):
            return
        if self._deps.repository.single_process:
            raise LeaseLost(LeaseLost.__doc__)
        log.warning("the lease ran out; starting over with what others have not taken")
        for song_id, job in list(self._jobs.items()):
            if not job.running:
                self._drop(song_id)
        self.worker_id = self._new_worker_id()
        await self.start()

    async def _reconcile(self) -> None:
        """Hold in memory just what the database says this worker holds. They differ when a write's answer
        was lost, or when a person had everything about them deleted."""
        before = list(self._jobs.items())
        leased = await self._deps.repository.leased(self.worker_id)
        for song_id, job in before:
            if song_id not in leased and not job.running:
                self._drop(song_id)
            elif job.song.state is State.QUEUED and leased.get(song_id) is State.SUBMITTING:
                await self._reload(song_id, self._on_admitted)
        for song_id in leased.keys() - self._jobs.keys():
            await self._reload(song_id, self._adopt)

    async def _reload(self, song_id: int, on_loaded: Callable[[Song], None]) -> None:
        song = await self._deps.repository.get(song_id)
        if song is not None:
            on_loaded(song)

    # ---------------------------------------------------------------------- stop

    async def _stop(self) -> None:
        """No new steps; those under way may finish and write within the grace."""
        if self._runs:
            _, late = await asyncio.wait(self._runs, timeout=self._deps.config.shutdown_timeout)
            for run in late:
                run.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        try:
            async with asyncio.timeout(2):
                await self._release()
        except (StoreUnavailable, TimeoutError) as error:
            log.warning("the lease could not be given back: %s", error)

    async def _release(self) -> None:
        """Orders that were admitted but never sent queue again; then others may have all songs."""
        for song in [job.song for job in self._jobs.values() if job.not_submitted]:
            await self._deps.repository.requeue(song.id, self.worker_id, song.unavailable_since)
        await self._deps.repository.unregister_worker(self.worker_id)
