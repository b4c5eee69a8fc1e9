"""Admit songs, keep those of this process in memory, and handle each until it is done.

If one of its loops fails, `run` raises the error, so that the process exits and its supervisor restarts it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter

from songbot.songs.errors import StoreUnavailable
from songbot.songs.log_context import current_song_id
from songbot.songs.models import Song, State
from songbot.songs.ports import MAX_ADMITTED

from .active_job import ActiveJob
from .job_runner import JobRunner, WorkerDependencies
from .lease import Lease
from .progress_lines import ProgressLines
from .queue_display import QueueDisplay
from .scheduler import JobScheduler, coalesced_due_time
from .wakeup import Wakeup

log = logging.getLogger(__name__)

CLAIM_BATCH = 500
MAX_SLEEP = 30.0
ADMISSION_INTERVAL = 5.0
SENDING_INTERVAL = 0.2
"""Seconds until the next admission while the songs of the last ones are still being sent."""
ADMISSION_PAUSE, MAX_ADMISSION_PAUSE = 20.0, 1.0
"""The pause after an admission: a multiple of the time it took, and at most so many seconds. With tens of
thousands of songs an admission is slow, and without a pause each order and each free slot would begin one.
"""
LINE_INTERVAL = 2.5
"""Minimum seconds between two admission attempts, however many orders come in."""


class Worker:
    """Handles songs. `worker_id` is unique across all processes and restarts."""

    def __init__(self, deps: WorkerDependencies, worker_id: str) -> None:
        self._deps = deps
        self.worker_id = worker_id
        self._jobs: dict[int, ActiveJob] = {}
        self._scheduler = JobScheduler()
        self._runs: set[asyncio.Task[None]] = set()
        self._jobs_due = Wakeup()
        self._slots_free = Wakeup()
        self._line_grew = Wakeup()
        self._new_orders = 0
        self._reconcile_at = float("-inf")
        self._lease = Lease(deps.repository, deps.clock, deps.config, worker_id)
        self._lines = ProgressLines(deps.delivery, deps.estimator, deps.clock, deps.config.progress_interval)
        self._runner = JobRunner(deps, self._lease, self._lines, self._slots_free.notify)
        self._queue_display = QueueDisplay(deps, worker_id, self._lines, self._on_overdue)
        self.last_tick = deps.clock.monotonic()

    def __len__(self) -> int:
        return len(self._jobs)

    def counts(self) -> dict[State, int]:
        """Count this process's songs by state, and the queued ones if this worker leads."""
        counts = Counter(job.song.state for job in self._jobs.values())
        if self._lease.leads:
            counts[State.QUEUED] = self._queue_display.length
        return counts

    async def start(self) -> None:
        """Register this worker. May raise StoreUnavailable."""
        await self._lease.register()

    async def run(self) -> None:
        """Run until cancelled, then give the current steps a short time to save their results."""
        try:
            async with asyncio.TaskGroup() as loops:
                loops.create_task(self._run_loop(), name="worker-jobs")
                loops.create_task(self._admission_loop(), name="worker-admission")
                loops.create_task(self._lease_loop(), name="worker-lease")
                loops.create_task(self._line_loop(), name="worker-line")
        finally:
            await self._stop()

    def order_placed(self) -> None:
        """Try to admit a new order at once."""
        self._new_orders += 1
        self._slots_free.notify()

    def reconcile_soon(self) -> None:
        """Make the songs in memory match the database, because somebody's data was deleted."""
        self._reconcile_at = float("-inf")
        self._slots_free.notify()

    # --------------------------------------------------------------------- jobs

    def _follow(self, job: ActiveJob, delay: float) -> None:
        self._jobs[job.song.id] = job
        self._queue_display.skip(job.song.id)
        self._schedule_in(job.song.id, delay)

    def _schedule_in(self, song_id: int, seconds: float) -> None:
        due = coalesced_due_time(self._deps.clock.monotonic(), seconds)
        earlier = due < self._scheduler.next_due()
        self._scheduler.set(song_id, due)
        if earlier:
            self._jobs_due.notify()

    def _drop(self, job: ActiveJob) -> None:
        """Remove the job, unless its song was admitted again in the meantime."""
        if self._jobs.get(job.song.id) is job:
            del self._jobs[job.song.id]
            self._scheduler.discard(job.song.id)

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
        current_song_id.set(job.song.id)
        try:
            delay = await self._runner.advance(job)
        except Exception:  # An error in one song must not affect the others; its step is retried.
            job.failures += 1
            delay = min(300.0, 10.0 * 2 ** min(job.failures, 5))
            log.exception("a step failed; next try in %.0f s", delay, extra={"song": job.song.id})
        finally:
            job.running = False
        if delay is None:
            self._drop(job)
        elif self._jobs.get(job.song.id) is job:
            self._schedule_in(job.song.id, delay)

    # ----------------------------------------------------------------- admission

    async def _admission_loop(self) -> None:
        """Alternate admissions and reconciliations, so that a song is never seen half admitted."""
        clock = self._deps.clock
        while True:
            begun = clock.monotonic()
            try:
                if (now := clock.monotonic()) >= self._reconcile_at:
                    self._reconcile_at = now + self._deps.config.heartbeat_interval
                    await self._reconcile()
                begun = clock.monotonic()
                delay = await self._admit()
            except StoreUnavailable as error:
                log.warning("can't admit songs: %s", error)
                self._reconcile_at = float("-inf")
                delay = ADMISSION_INTERVAL
            pause = ADMISSION_PAUSE * (clock.monotonic() - begun)
            await asyncio.sleep(min(MAX_ADMISSION_PAUSE, pause))
            await self._slots_free.wait(delay)

    async def _admit(self) -> float:
        config = self._deps.config
        new_orders, self._new_orders = self._new_orders, 0
        retry_in = await self._runner.retry_in()
        states = Counter(job.song.state for job in self._jobs.values())
        if states[State.SUBMITTING] >= MAX_ADMITTED:
            self._new_orders += new_orders
            return SENDING_INTERVAL
        active = states[State.SUBMITTING] + states[State.COMPOSING]
        asked_at = self._deps.clock.monotonic()
        admitted: list[Song] = []
        is_possible = retry_in == 0 and active < config.max_concurrent and self._lease.is_certain()
        if is_possible and (new_orders or not await self._deps.repository.is_queue_empty()):
            admitted = await self._deps.repository.admit(
                self.worker_id, config.max_concurrent, config.max_concurrent_per_user, self._deps.clock.now()
            )
        for song in admitted:
            self._on_admitted(song, asked_at)
        if len(admitted) >= MAX_ADMITTED:  # The next admission follows soon, so nobody needs a position yet.
            self._new_orders += max(0, new_orders - len(admitted))
            return SENDING_INTERVAL
        if len(admitted) < new_orders:
            self._line_grew.notify()
        return max(0.5, min(ADMISSION_INTERVAL, retry_in)) if retry_in else ADMISSION_INTERVAL

    def _on_admitted(self, song: Song, asked_at: float) -> None:
        waited = max(0.0, (self._deps.clock.now() - song.created_at).total_seconds())
        self._deps.telemetry.admitted(waited)
        log.info("admitted after %.1f s in the queue", waited, extra={"song": song.id})
        self._follow(ActiveJob(song, started_at=self._deps.clock.monotonic(), ours_at=asked_at), 0.0)

    async def _reconcile(self) -> None:
        """Take over abandoned songs, then make the songs in memory match those that this worker owns.

        Besides, the two differ after a write whose response was lost, or when a person had their data
        deleted. A song that is submitting but not in memory is known not to have been sent.

        Workers whose leases have expired claim nothing, or they would take the same songs from each other.
        """
        repository, is_more_left = self._deps.repository, True
        while is_more_left and self._lease.is_certain():
            claimed = await repository.claim(self.worker_id, self._deps.clock.now(), CLAIM_BATCH)
            is_more_left = len(claimed) >= CLAIM_BATCH
        before, asked_at = list(self._jobs.values()), self._deps.clock.monotonic()
        leased = await repository.leased(self.worker_id)
        for job in before:
            if job.song.id in leased:
                job.ours_at = asked_at
            elif not job.running:
                self._drop(job)
        unknown = sorted(leased - self._jobs.keys())
        for start in range(0, len(unknown), CLAIM_BATCH):
            batch = unknown[start : start + CLAIM_BATCH]
            for song in await repository.load_leased(self.worker_id, batch):
                if song.id not in self._jobs:
                    self._adopt(song, asked_at)

    def _adopt(self, song: Song, asked_at: float) -> None:
        """Continue a song that this worker owned after `asked_at`.

        Whisul gets at least half of its time to respond before the song fails, even if no worker polled for
        a long time.
        """
        log.info("took over the song while %s", song.state.value, extra={"song": song.id})
        now, elapsed = self._deps.clock.monotonic(), 0.0
        if song.state is State.COMPOSING and song.submitted_at is not None:
            elapsed = max(0.0, (self._deps.clock.now() - song.submitted_at).total_seconds())
            elapsed = min(self._deps.config.job_timeout / 2, elapsed)
        job = ActiveJob(song, started_at=now - elapsed, asked_until=now, answerable_seconds=elapsed)
        job.ours_at = asked_at
        self._follow(job, self._deps.random.random() * min(2.0, len(self._jobs) / 50))

    # ------------------------------------------------------------ lease and line

    async def _lease_loop(self) -> None:
        interval = self._deps.config.heartbeat_interval
        while True:
            available = self._deps.throttle.unavailable_since is None
            delay = interval
            try:
                if not await self._lease.renew(provider_available=available):
                    self._deps.telemetry.lease_lost(len(self._jobs))
            except StoreUnavailable as error:
                log.warning("can't renew the lease: %s", error)
                delay = interval / 2
            await asyncio.sleep(delay)

    async def _line_loop(self) -> None:
        clock, interval = self._deps.clock, self._deps.config.progress_interval
        while True:
            read_at = clock.monotonic()
            if self._lease.leads:
                try:
                    await self._queue_display.refresh(self._jobs)
                except StoreUnavailable as error:
                    log.warning("can't read the queue: %s", error)
            self._deps.telemetry.queue(self._queue_display.length if self._lease.leads else 0)
            await self._line_grew.wait(interval)
            if (early := read_at + LINE_INTERVAL - clock.monotonic()) > 0:
                await asyncio.sleep(early)

    def _on_overdue(self, song: Song) -> None:
        now = self._deps.clock.monotonic()
        self._follow(ActiveJob(song, started_at=now, ours_at=now), 0.0)

    # --------------------------------------------------------------------- stop

    async def _stop(self) -> None:
        """Start no new steps, and let the current ones finish and save within the grace period."""
        if self._runs:
            _, late = await asyncio.wait(self._runs, timeout=self._deps.config.shutdown_timeout)
            for run in late:
                run.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        try:
            async with asyncio.timeout(2):
                await self._release()
        except (StoreUnavailable, TimeoutError) as error:
            log.warning("could not release the lease: %s", error)

    async def _release(self) -> None:
        """Requeue songs that were admitted but never sent, then let other workers take over all songs."""
        for job in self._jobs.values():
            if job.song.state is State.SUBMITTING and not job.post_begun:
                await self._deps.repository.requeue(job.song, self.worker_id, job.song.unavailable_since)
        await self._deps.repository.unregister_worker(self.worker_id)
