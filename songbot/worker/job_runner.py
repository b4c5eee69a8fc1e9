"""Take one song's next step: submit, poll or deliver it. Each step returns when the song is due again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from songbot.songs import provider_errors
from songbot.songs.durations import DurationEstimator, next_poll_delay
from songbot.songs.errors import StoreUnavailable
from songbot.songs.models import DeliveryState, FailureReason, Result, Song, State
from songbot.songs.ports import Clock, Delivered, DeliveryService, RetryLater, SongRepository, Undeliverable
from songbot.songs.provider import JobReport, JobState, SongProvider
from songbot.songs.telemetry import Telemetry

from .active_job import ActiveJob
from .config import WorkerConfig
from .lease import Lease
from .progress_lines import EDIT_SECONDS, ProgressLines
from .throttle import RequestKind, RequestThrottle

log = logging.getLogger(__name__)
T = TypeVar("T")
EDITS_CHECK_INTERVAL = 0.5
"""How often a delivery checks whether the edits of other workers have ended."""
RECOVERY_CHECK_INTERVAL = 10.0
"""How often a postponed delivery checks whether Discord has accepted another one."""


class _NotSent(Exception):
    """The POST was not started, because another worker may own the song by now."""


@dataclass(frozen=True, slots=True)
class WorkerDependencies:
    """The services that a song's steps use."""

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
    """Take the steps for all songs of one worker. Call `on_slot_freed` when another can be admitted."""

    def __init__(
        self,
        deps: WorkerDependencies,
        lease: Lease,
        lines: ProgressLines,
        on_slot_freed: Callable[[], None],
    ) -> None:
        self._deps = deps
        self._lease = lease
        self._lines = lines
        self._on_slot_freed = on_slot_freed
        self._delivered_at = float("-inf")
        self._key_rejected = False

    async def advance(self, job: ActiveJob) -> float | None:
        """Take the next step. Return the seconds until the next one, or None if the song is done."""
        song = job.song
        if song.delivery is not DeliveryState.PENDING:
            return None
        if song.finished:
            return await self._deliver(job)
        if song.state is State.COMPOSING:
            return await self._poll(job)
        if song.state is State.QUEUED:  # it has waited too long
            return await self._fail(job, FailureReason.UNAVAILABLE)
        if job.post_begun:  # an error interrupted the previous step
            return await self._fail(job, FailureReason.INTERRUPTED)
        return await self._submit(job)

    async def retry_in(self) -> float:
        """Return the seconds until the caller should check again, or 0 if orders can be sent now.

        A free poll checks whether Whisul is back, so that no order is put at risk.
        """
        throttle = self._deps.throttle
        if throttle.unavailable_since is not None and throttle.reserve(RequestKind.POLL) == 0:
            await self._check_health()
        delay = throttle.retry_in(RequestKind.SUBMIT)
        return delay if throttle.unavailable_since is None else max(delay, 1.0)

    async def _check_health(self) -> None:
        poll = self._deps.provider.poll
        try:
            await self._call_provider(lambda: poll(provider_errors.HEALTH_CHECK_JOB_ID), RequestKind.POLL)
        except provider_errors.ProviderError as error:
            log.info("probed Whisul to see whether it is back: %s", type(error).__name__)
        except Exception:
            log.exception("the probe of Whisul failed unexpectedly")
            self._deps.throttle.record_failure(definite=True)

    # --------------------------------------------------------------- submitting

    async def _submit(self, job: ActiveJob) -> float | None:
        deps, song = self._deps, job.song
        if deps.throttle.unavailable_since is not None:
            return await self._requeue(job, waits_for_provider=True)
        if (delay := deps.throttle.reserve(RequestKind.SUBMIT)) > 0:
            return delay
        try:
            job_id = await self._call_provider(lambda: self._begin_post(job), RequestKind.SUBMIT)
        except _NotSent:
            return await self._requeue(job, waits_for_provider=False)
        except provider_errors.ProviderError as error:
            deps.telemetry.submitted(type(error).__name__)
            return await self._handle_submit_error(job, error)
        deps.telemetry.submitted("accepted")
        self._key_rejected = False
        if not await self._write_with_retry(lambda: deps.repository.mark_submitted(song, job_id)):
            return self._abandon(song)
        job.song = replace(song, state=State.COMPOSING, job_id=job_id, unavailable_since=None)
        job.started_at = job.asked_until = deps.clock.monotonic()
        log.info("Whisul accepted the song as job %s", job_id, extra={"song": song.id})
        await self._show_progress(job)
        return self._next_poll(job)

    def _begin_post(self, job: ActiveJob) -> Awaitable[str]:
        """Start the POST if no other worker can own the song, and raise _NotSent otherwise."""
        if not self._lease.has_lasted_since(job.ours_at):
            raise _NotSent
        job.post_begun = True
        return self._deps.provider.submit(job.song.prompt)

    async def _handle_submit_error(
        self, job: ActiveJob, error: provider_errors.ProviderError
    ) -> float | None:
        match error:
            case provider_errors.JobNotCreated():
                return await self._requeue(job, waits_for_provider=True)
            case provider_errors.PromptRejected():
                return await self._fail(job, FailureReason.REJECTED, error.message)
            case provider_errors.AuthenticationFailed():
                self._log_rejected_key(job.song)
                return await self._fail(job, FailureReason.UNAUTHORIZED)
            case provider_errors.OutcomeUnknown():
                log.warning("it is unknown whether Whisul accepted the song", extra={"song": job.song.id})
                return await self._fail(job, FailureReason.INTERRUPTED)
            case _:
                log.error("Whisul refused a song: %s", error, extra={"song": job.song.id})
                return await self._fail(job, FailureReason.UNAVAILABLE)

    async def _requeue(self, job: ActiveJob, *, waits_for_provider: bool) -> float | None:
        """Move a song for which no job was made back to its position in the queue, without an owner."""
        song, since = job.song, job.song.unavailable_since
        if waits_for_provider:
            since = since or self._deps.clock.now()
            if self._lines.waited(song, since) >= self._deps.config.provider_timeout:
                return await self._fail(job, FailureReason.UNAVAILABLE)
        if await self._write_with_retry(
            lambda: self._deps.repository.requeue(song, self._lease.worker_id, since)
        ):
            log.info("no job was made; requeued the song", extra={"song": song.id})
        self._on_slot_freed()
        return None

    # ------------------------------------------------------------------ polling

    async def _poll(self, job: ActiveJob) -> float | None:
        deps = self._deps
        if (delay := deps.throttle.reserve(RequestKind.POLL)) > 0:
            job.asked_until = deps.clock.monotonic()
            return await self._give_up_or(job, delay)
        job_id = job.song.job_id or ""
        try:
            report = await self._call_provider(lambda: deps.provider.poll(job_id), RequestKind.POLL)
        except provider_errors.ProviderError as error:
            deps.telemetry.polled(type(error).__name__)
            return await self._handle_poll_error(job, error)
        except Exception:
            log.exception("a poll failed unexpectedly", extra={"song": job.song.id})
            return await self._handle_poll_error(job, provider_errors.InvalidResponse())
        deps.telemetry.polled(report.state.value)
        job.failures = job.not_found_count = 0
        if report.state is not JobState.RUNNING:
            return await self._handle_finished_job(job, report)
        job.count_time(deps.clock.monotonic(), answerable=True)
        await self._show_progress(job)
        return await self._give_up_or(job, self._next_poll(job))

    async def _handle_poll_error(self, job: ActiveJob, error: provider_errors.ProviderError) -> float | None:
        job.failures += 1
        config, now = self._deps.config, self._deps.clock.monotonic()
        if isinstance(error, provider_errors.InvalidResponse):
            job.count_unreadable(now)
        else:
            job.count_time(now, answerable=isinstance(error, provider_errors.JobNotFound))
        log.info("a poll failed: %s", type(error).__name__, extra={"song": job.song.id})
        delay = min(60.0, config.poll_interval_min * 2 ** min(job.failures - 1, 4))
        if isinstance(error, provider_errors.JobNotFound):
            if self._has_vanished(job, now):
                return await self._fail(job, FailureReason.VANISHED)
        elif isinstance(error, provider_errors.AuthenticationFailed):
            self._log_rejected_key(job.song)
            delay = config.auth_retry_delay
        return await self._give_up_or(job, delay)

    def _has_vanished(self, job: ActiveJob, now: float) -> bool:
        """Count a 404, and return whether the job counts as lost.

        A single 404 proves little: the job may be new, or a proxy may have answered instead of Whisul.
        """
        job.not_found_count += 1
        if job.not_found_count == 1:
            job.not_found_since = now
        config = self._deps.config
        return (
            job.not_found_count >= config.not_found_min_count
            and now - job.not_found_since >= config.not_found_min_seconds
        )

    async def _give_up_or(self, job: ActiveJob, delay: float) -> float | None:
        return await self._fail(job, FailureReason.TIMED_OUT) if self._is_overdue(job) else delay

    def _is_overdue(self, job: ActiveJob) -> bool:
        """Return whether Whisul has used up its time for the song, or could not be reached for a day.

        The first limit only advances when a poll is answered, so every song is polled once more before it
        fails. Nothing but unreadable responses for as long is the end, too: the song would block its slot.
        """
        config = self._deps.config
        return (
            max(job.answerable_seconds, job.unreadable_seconds) >= config.job_timeout
            or self._elapsed(job) >= config.unreachable_timeout
        )

    async def _handle_finished_job(self, job: ActiveJob, report: JobReport) -> float | None:
        if report.state is JobState.FAILED:
            return await self._fail(job, FailureReason.FAILED, report.error)
        if report.result is None:
            return await self._fail(job, FailureReason.NO_AUDIO)
        return await self._complete(job, report.result)

    async def _complete(self, job: ActiveJob, result: Result) -> float | None:
        deps, song, now = self._deps, job.song, self._deps.clock.now()
        if not await self._write_with_retry(
            lambda: deps.repository.mark_completed(song, self._lease.worker_id, result, now)
        ):
            return self._abandon(song)
        seconds = self._elapsed(job)
        deps.estimator.record(seconds)
        deps.telemetry.completed(seconds)
        log.info("the song was finished after %.0f s", seconds, extra={"song": song.id})
        job.song = replace(song, state=State.COMPLETED, result=result, finished_at=now)
        self._on_slot_freed()
        return await self._deliver(job)

    async def _fail(self, job: ActiveJob, reason: FailureReason, error: str | None = None) -> float | None:
        deps, song, now = self._deps, job.song, self._deps.clock.now()
        if not await self._write_with_retry(
            lambda: deps.repository.mark_failed(song, self._lease.worker_id, reason, error, now)
        ):
            return self._abandon(song)
        deps.telemetry.failed(reason)
        log.info("the song failed: %s", reason.value, extra={"song": song.id})
        failure = {"reason": reason, "error": error, "finished_at": now, "refunded_at": now}
        job.song = replace(song, state=State.FAILED, **failure)
        self._on_slot_freed()
        return await self._deliver(job)

    # --------------------------------------------------------------- delivering

    async def _deliver(self, job: ActiveJob) -> float | None:
        deps, song = self._deps, job.song
        if self._elapsed(job) < EDIT_SECONDS and await self._write_with_retry(
            lambda: deps.repository.others_edit(self._lease.worker_id)
        ):
            return EDITS_CHECK_INTERVAL
        if (delay := self._postponed_for(job)) > 0:
            return delay
        await self._lines.close(song.id)
        if self._delivering_for(job) >= deps.config.delivery_timeout and job.delivery_attempts:
            outcome = Undeliverable("it was tried for a day")
        else:
            subscribers = await self._write_with_retry(lambda: deps.repository.subscribers(song.id))
            if not self._lease.has_lasted_since(job.ours_at):
                return deps.config.delivery_backoff_min  # another worker may have delivered it meanwhile
            job.delivery_attempts += 1
            outcome = await deps.delivery.deliver(song, subscribers, job.delivery_attempts)
        if isinstance(outcome, RetryLater):
            log.info("delivery postponed: %s", outcome.reason, extra={"song": song.id})
            job.last_attempt_at = deps.clock.monotonic()
            return self._postponed_for(job)
        await self._record_delivery(song, outcome)
        return None

    def _postponed_for(self, job: ActiveJob) -> float:
        """Return the seconds until the next attempt, or until it may be due earlier than expected."""
        config, backoff = self._deps.config, 0.0
        if job.delivery_attempts:
            backoff = config.delivery_backoff_min * 2 ** min(job.delivery_attempts - 1, 10)
        has_recovered = self._delivered_at > job.last_attempt_at
        limit = config.delivery_backoff_recovered if has_recovered else config.delivery_backoff_max
        retry_at = job.last_attempt_at + min(limit, backoff)
        return min(RECOVERY_CHECK_INTERVAL, retry_at - self._deps.clock.monotonic())

    def _delivering_for(self, job: ActiveJob) -> float:
        """Return the seconds since the song was finished.

        The wall clock measures the time before this process started, but always leaves an hour for more
        attempts.
        """
        now, limit = self._deps.clock.monotonic(), self._deps.config.delivery_timeout - 3600.0
        if job.delivery_started_at is None:
            finished_at = job.song.finished_at or self._deps.clock.now()
            before = (self._deps.clock.now() - finished_at).total_seconds()
            job.delivery_started_at = now - min(limit, max(0.0, before))
        return now - job.delivery_started_at

    async def _record_delivery(self, song: Song, outcome: Delivered | Undeliverable) -> None:
        deps, worker_id, now = self._deps, self._lease.worker_id, self._deps.clock.now()
        if isinstance(outcome, Delivered):
            await self._write_with_retry(
                lambda: deps.repository.mark_delivered(song, worker_id, outcome.reply, now)
            )
            lag = (now - song.finished_at).total_seconds() if song.finished_at else 0.0
            deps.telemetry.delivered(outcome.method, max(0.0, lag))
            log.info("delivered by %s", outcome.method, extra={"song": song.id})
            self._delivered_at = deps.clock.monotonic()
            return
        await self._write_with_retry(lambda: deps.repository.mark_undeliverable(song, worker_id, now))
        deps.telemetry.undeliverable()
        log.warning("undeliverable: %s", outcome.reason, extra={"song": song.id})

    # ------------------------------------------------------------------ helpers

    async def _show_progress(self, job: ActiveJob) -> None:
        """Edit the progress message, unless another worker may have replaced it with the card."""
        if self._lease.has_lasted_since(job.ours_at):
            await self._lines.update(job.song)

    async def _call_provider(self, request: Callable[[], Awaitable[T]], kind: RequestKind) -> T:
        """Make one request to Whisul when the throttle allows it, and report the outcome to the throttle."""
        throttle = self._deps.throttle
        try:
            async with throttle.semaphore:
                answer = await request()
        except provider_errors.RateLimited as error:
            throttle.record_rate_limited(error.retry_after, kind)
            raise
        except provider_errors.ProviderUnavailable:
            throttle.record_failure(definite=kind is RequestKind.SUBMIT)
            raise
        except provider_errors.OutcomeUnknown:
            throttle.record_failure()
            raise
        except provider_errors.ProviderError:
            throttle.record_success()
            raise
        except BaseException:
            throttle.record_cancelled()
            raise
        throttle.record_success()
        return answer

    async def _write_with_retry(self, write: Callable[[], Awaitable[T]]) -> T:
        """Repeat the write until the database accepts it; the song waits meanwhile."""
        delay = 0.5
        while True:
            try:
                return await write()
            except StoreUnavailable as error:
                log.warning("can't write to the database (%s); retrying in %.1f s", error, delay)
            await asyncio.sleep(delay)
            delay = min(10.0, delay * 2)

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

    def _log_rejected_key(self, song: Song) -> None:
        """Log the rejected key once until a POST succeeds again, because every song would repeat the line."""
        if not self._key_rejected:
            log.error(
                "Whisul refuses WHISUL_API_KEY: put a valid key into the settings and restart",
                extra={"song": song.id},
            )
        self._key_rejected = True

    def _abandon(self, song: Song) -> None:
        """Drop a song that is further along in the database than in memory; reload it if it is ours."""
        log.warning("the song changed in the database; dropping it from memory", extra={"song": song.id})
        self._on_slot_freed()
