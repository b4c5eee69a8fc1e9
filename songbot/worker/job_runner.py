"""One song's next step: submit it, poll it, deliver it. Each step says when the song is due again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import TypeVar

from songbot.songs import provider_errors
from songbot.songs.durations import DurationEstimator, next_poll_delay
from songbot.songs.errors import StoreUnavailable
from songbot.songs.models import DeliveryState, FailureReason, Result, Song, State
from songbot.songs.ports import Clock, Delivered, DeliveryService, RetryLater, SongRepository, Undeliverable
from songbot.songs.progress import Progress, compute_progress
from songbot.songs.provider import JobReport, JobState, SongProvider
from songbot.songs.telemetry import Telemetry

from .active_job import ActiveJob
from .config import WorkerConfig
from .throttle import RequestThrottle

log = logging.getLogger(__name__)
T = TypeVar("T")
MAX_DELIVERY_ATTEMPTS = 10
"""A courier leaves every step by the fifth; only a bug gets here, and `/library` is left then."""


@dataclass(frozen=True, slots=True)
class WorkerDependencies:
    """All that a song's life needs of the world around it."""

    repository: SongRepository
    provider: SongProvider
    delivery: DeliveryService
    clock: Clock
    config: WorkerConfig
    estimator: DurationEstimator
    throttle: RequestThrottle
    random: Random
    telemetry: Telemetry


class JobRunner:
    """The steps for all songs of one worker. `back_in_line` is called when a song has to queue again."""

    def __init__(
        self, deps: WorkerDependencies, worker_id: Callable[[], str], on_slot_freed: Callable[[], None]
    ) -> None:
        self._deps = deps
        self._worker_id = worker_id
        self._on_slot_freed = on_slot_freed
        self._key_rejected = False

    async def advance(self, job: ActiveJob) -> float | None:
        """Do what is next. Seconds until the next step; None when nothing more is to do."""
        song = job.song
        if song.delivery is not DeliveryState.PENDING:
            return None
        if song.finished:
            return await self._deliver(job)
        if song.state is State.COMPOSING and job.failures and self._is_overdue(job):
            return await self._fail(job, FailureReason.TIMED_OUT)
        if job.orphaned or (song.state is State.SUBMITTING and job.post_sent):
            return await self._fail(job, FailureReason.INTERRUPTED)
        return await self._advance_unfinished(job)

    async def _advance_unfinished(self, job: ActiveJob) -> float | None:
        song = job.song
        if song.state is State.QUEUED:
            return await self._wait_in_queue(job)
        if (delay := self._deps.throttle.reserve()) > 0:
            return await self._wait_for_throttle(job, delay)
        if song.state is State.SUBMITTING:
            return await self._submit(job)
        return await self._poll(job)

    async def retry_in(self) -> float:
        """Seconds until it is worth asking again whether orders can be sent; 0 when they can be now.

        Whether Whisul is back is found out by a poll that costs nothing, not at the risk of an order.
        """
        throttle = self._deps.throttle
        if throttle.unavailable_since is not None and throttle.reserve() == 0:
            await self._check_health()
        return max(throttle.retry_in(), 0.0 if throttle.unavailable_since is None else 1.0)

    async def _check_health(self) -> None:
        try:
            await self._call_provider(self._deps.provider.poll(provider_errors.HEALTH_CHECK_JOB_ID))
        except provider_errors.ProviderError as error:
            log.info("Whisul was asked whether it is back: %s", type(error).__name__)
        except Exception:  # the door of a polled job: the next look comes after a while
            log.exception("Whisul could not be asked whether it is back")
            self._deps.throttle.record_failure(definite=True)

    # ------------------------------------------------------------------ waiting

    async def _wait_in_queue(self, job: ActiveJob) -> float | None:
        song, since = job.song, self._unavailable_since(job.song)
        if since and self._waited_for_provider(job, since) >= self._deps.config.provider_timeout:
            return await self._fail(job, FailureReason.UNAVAILABLE)
        job.song = replace(song, unavailable_since=since)
        await self._update_progress(job)
        return self._deps.config.progress_interval

    def _unavailable_since(self, song: Song) -> datetime | None:
        """Since when this order waits for Whisul rather than for a place."""
        if self._deps.throttle.unavailable_since is None:
            return None
        return song.unavailable_since or self._deps.clock.now()

    async def _wait_for_throttle(self, job: ActiveJob, delay: float) -> float | None:
        """The gate is closed for now. A song is still given up in time, and an order gives its place back."""
        if job.song.state is State.COMPOSING and self._is_overdue(job):
            return await self._fail(job, FailureReason.TIMED_OUT)
        if job.song.state is State.SUBMITTING and self._deps.throttle.unavailable_since is not None:
            return await self._requeue(job)
        return delay

    # --------------------------------------------------------------- submitting

    async def _submit(self, job: ActiveJob) -> float | None:
        song = job.song
        job.post_sent = True
        try:
            job_id = await self._call_provider(self._deps.provider.submit(song.prompt), definite=True)
        except provider_errors.ProviderError as error:
            self._deps.telemetry.submitted(type(error).__name__)
            return await self._handle_submit_error(job, error)
        self._deps.telemetry.submitted("accepted")
        self._key_rejected = False
        if not await self._write_with_retry(lambda: self._deps.repository.mark_submitted(song.id, job_id)):
            return self._abandon(song)
        job.song = replace(song, state=State.COMPOSING, job_id=job_id, unavailable_since=None)
        job.started_at = self._deps.clock.monotonic()
        log.info("Whisul took the song as job %s", job_id, extra={"song": song.id})
        await self._update_progress(job)
        return self._next_poll(job)

    async def _handle_submit_error(
        self, job: ActiveJob, error: provider_errors.ProviderError
    ) -> float | None:
        match error:
            case provider_errors.JobNotCreated():
                return await self._requeue(job)
            case provider_errors.PromptRejected():
                return await self._fail(job, FailureReason.REJECTED, error.message)
            case provider_errors.AuthenticationFailed():
                self._log_rejected_key(job.song)
                return await self._fail(job, FailureReason.UNAUTHORIZED)
            case provider_errors.OutcomeUnknown():
                log.warning("it is unknown whether Whisul took the song", extra={"song": job.song.id})
                return await self._fail(job, FailureReason.INTERRUPTED)
            case _:
                log.error("Whisul refused a song: %s", error, extra={"song": job.song.id})
                return await self._fail(job, FailureReason.UNAVAILABLE)

    async def _requeue(self, job: ActiveJob) -> float | None:
        song = job.song
        since = song.unavailable_since or self._deps.clock.now()
        if self._waited_for_provider(job, since) >= self._deps.config.provider_timeout:
            return await self._fail(job, FailureReason.UNAVAILABLE)
        worker_id = self._worker_id()
        if not await self._write_with_retry(lambda: self._deps.repository.requeue(song.id, worker_id, since)):
            return self._abandon(song)
        log.info("Whisul makes no song now; back in line", extra={"song": song.id})
        job.song = replace(song, state=State.QUEUED, unavailable_since=since, submitted_at=None)
        job.post_sent = False
        self._on_slot_freed()
        await self._update_progress(job)
        return self._deps.config.progress_interval

    # ------------------------------------------------------------------ polling

    async def _poll(self, job: ActiveJob) -> float | None:
        song = job.song
        try:
            report = await self._call_provider(self._deps.provider.poll(song.job_id or ""))
        except provider_errors.ProviderError as error:
            self._deps.telemetry.polled(type(error).__name__)
            return await self._handle_poll_error(job, error)
        self._deps.telemetry.polled(report.state.value)
        job.failures = 0
        if report.state is not JobState.RUNNING:
            return await self._handle_finished_job(job, report)
        if self._is_overdue(job):
            return await self._fail(job, FailureReason.TIMED_OUT)
        await self._update_progress(job)
        return self._next_poll(job)

    async def _handle_poll_error(self, job: ActiveJob, error: provider_errors.ProviderError) -> float | None:
        job.failures += 1
        config, song = self._deps.config, job.song
        if self._is_overdue(job):
            return await self._fail(job, FailureReason.TIMED_OUT)
        if isinstance(error, provider_errors.JobNotFound):
            if self._elapsed(job) >= config.not_found_grace:
                return await self._fail(job, FailureReason.VANISHED)
        elif isinstance(error, provider_errors.AuthenticationFailed):
            self._log_rejected_key(song)
            return config.auth_retry_delay
        log.info("a poll failed: %s", type(error).__name__, extra={"song": song.id})
        return min(60.0, config.poll_interval_min * 2 ** min(job.failures - 1, 4))

    async def _handle_finished_job(self, job: ActiveJob, report: JobReport) -> float | None:
        if report.state is JobState.FAILED:
            return await self._fail(job, FailureReason.FAILED, report.error)
        if report.result is None:
            return await self._fail(job, FailureReason.NO_AUDIO)
        return await self._complete(job, report.result)

    async def _complete(self, job: ActiveJob, result: Result) -> float | None:
        deps, song, worker_id = self._deps, job.song, self._worker_id()
        now = deps.clock.now()
        if not await self._write_with_retry(
            lambda: deps.repository.mark_completed(song.id, worker_id, result, now)
        ):
            return self._abandon(song)
        seconds = self._elapsed(job)
        deps.estimator.record(seconds)
        deps.telemetry.completed(seconds)
        log.info("the song is composed after %.0f s", seconds, extra={"song": song.id})
        job.song = replace(song, state=State.COMPLETED, result=result, finished_at=now)
        self._on_slot_freed()
        return await self._deliver(job)

    # ---------------------------------------------------------------- delivering

    async def _fail(self, job: ActiveJob, reason: FailureReason, error: str | None = None) -> float | None:
        song, worker_id, now = job.song, self._worker_id(), self._deps.clock.now()
        if not await self._write_with_retry(
            lambda: self._deps.repository.mark_failed(song.id, worker_id, reason, error, now)
        ):
            return self._abandon(song)
        self._deps.telemetry.failed(reason)
        log.info("the song failed: %s", reason.value, extra={"song": song.id})
        job.song = replace(
            song, state=State.FAILED, reason=reason, error=error, finished_at=now, refunded_at=now
        )
        self._on_slot_freed()
        return await self._deliver(job)

    async def _deliver(self, job: ActiveJob) -> float | None:
        deps, song, worker_id = self._deps, job.song, self._worker_id()
        job.delivery_attempts += 1
        subscribers = await self._write_with_retry(lambda: deps.repository.subscribers(song.id))
        if job.delivery_attempts > MAX_DELIVERY_ATTEMPTS:
            outcome = Undeliverable("every attempt broke off")
        else:
            outcome = await deps.delivery.deliver(song, subscribers, job.delivery_attempts)
        now = deps.clock.now()
        match outcome:
            case Delivered(reply=reply, method=method):
                await self._write_with_retry(
                    lambda: deps.repository.mark_delivered(song.id, worker_id, reply, now)
                )
                lag = (now - song.finished_at).total_seconds() if song.finished_at else 0.0
                deps.telemetry.delivered(method, max(0.0, lag))
                log.info("delivered by %s", method, extra={"song": song.id})
            case Undeliverable(reason=reason):
                await self._write_with_retry(
                    lambda: deps.repository.mark_undeliverable(song.id, worker_id, now)
                )
                deps.telemetry.undeliverable()
                log.warning("undeliverable: %s", reason, extra={"song": song.id})
            case RetryLater(reason=reason):
                log.info("delivery postponed: %s", reason, extra={"song": song.id})
                backoff = deps.config.delivery_backoff_min * 2 ** min(job.delivery_attempts - 1, 10)
                return min(deps.config.delivery_backoff_max, backoff)
        return None

    # ------------------------------------------------------------------- helpers

    async def _call_provider(self, request: Awaitable[T], *, definite: bool = False) -> T:
        """One request to Whisul; what it tells of Whisul goes to the gate."""
        throttle = self._deps.throttle
        record_outcome = throttle.record_cancelled
        try:
            async with throttle.semaphore:
                answer = await request
        except provider_errors.RateLimited as error:
            throttle.record_rate_limited(error.retry_after)
            raise
        except (provider_errors.ProviderUnavailable, provider_errors.OutcomeUnknown) as error:
            throttle.record_failure(
                definite=definite and isinstance(error, provider_errors.ProviderUnavailable)
            )
            raise
        except provider_errors.ProviderError:
            record_outcome = throttle.record_success
            raise
        else:
            record_outcome = throttle.record_success
            return answer
        finally:
            record_outcome()

    async def _write_with_retry(self, write: Callable[[], Awaitable[T]]) -> T:
        """Write until the database takes it; meanwhile the song just waits."""
        delay = 0.5
        while True:
            try:
                return await write()
            except StoreUnavailable as error:
                log.warning("the database can't be written (%s); trying again in %.1f s", error, delay)
            await asyncio.sleep(delay)
            delay = min(10.0, delay * 2)

    async def _update_progress(self, job: ActiveJob) -> None:
        deps = self._deps
        if deps.clock.monotonic() - job.last_progress_at < deps.config.progress_interval:
            return
        progress = compute_progress(job.song, deps.estimator, deps.clock.now(), job.queue_position)
        if not _is_visible_change(job.last_progress, progress):
            return
        job.last_progress, job.last_progress_at = progress, deps.clock.monotonic()
        await deps.delivery.update_progress(job.song, progress)

    def _next_poll(self, job: ActiveJob) -> float:
        deps = self._deps
        return next_poll_delay(
            self._elapsed(job),
            deps.estimator.quantile(0.05),
            deps.config.poll_interval_min,
            deps.config.poll_interval_max,
            deps.random.random(),
        )

    def _elapsed(self, job: ActiveJob) -> float:
        return self._deps.clock.monotonic() - job.started_at

    def _is_overdue(self, job: ActiveJob) -> bool:
        return self._elapsed(job) >= self._deps.config.job_timeout

    def _waited_for_provider(self, job: ActiveJob, since: datetime) -> float:
        """Seconds. The wall clock, which may be set, counts only for what was before this process."""
        now = self._deps.clock.monotonic()
        if job.provider_wait is None or job.provider_wait[0] != since:
            seconds_before = max(0.0, (self._deps.clock.now() - since).total_seconds())
            job.provider_wait = since, now - seconds_before
        return now - job.provider_wait[1]

    def _log_rejected_key(self, song: Song) -> None:
        """Once, until a POST goes through again: every song would say the same."""
        if not self._key_rejected:
            log.error(
                "Whisul refuses WHISUL_API_KEY: put a valid key into the settings and restart",
                extra={"song": song.id},
            )
        self._key_rejected = True

    @staticmethod
    def _abandon(song: Song) -> None:
        log.warning("the song is no longer this worker's; letting go of it", extra={"song": song.id})


def _is_visible_change(previous: Progress | None, progress: Progress) -> bool:
    """An edit is worth it when the stage, the bar or the place moved, not when an estimate shifts."""
    if previous is None:
        return True
    return (previous.stage, previous.segments, previous.queue_position) != (
        progress.stage,
        progress.segments,
        progress.queue_position,
    )
