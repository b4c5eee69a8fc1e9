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
from songbot.songs.durations import Pace, poll_delay
from songbot.songs.models import Delivery, Reason, Result, Song, State
from songbot.songs.ports import (
    Clock,
    Composer,
    Courier,
    Delivered,
    JobReport,
    JobState,
    Postponed,
    SongStore,
    StoreUnavailable,
    Undeliverable,
)
from songbot.songs.progress import Progress, progress_of
from songbot.songs.telemetry import Telemetry

from .active_job import Tracked
from .config import Limits
from .throttle import Gate

log = logging.getLogger(__name__)
T = TypeVar("T")
MOST_ATTEMPTS = 10
"""A courier leaves every step by the fifth; only a bug gets here, and `/library` is left then."""


@dataclass(frozen=True, slots=True)
class World:
    """All that a song's life needs of the world around it."""

    store: SongStore
    composer: Composer
    courier: Courier
    clock: Clock
    limits: Limits
    pace: Pace
    gate: Gate
    random: Random
    telemetry: Telemetry


class Journey:
    """The steps for all songs of one worker. `back_in_line` is called when a song has to queue again."""

    def __init__(self, world: World, worker: Callable[[], str], back_in_line: Callable[[], None]) -> None:
        self._world = world
        self._worker = worker
        self._back_in_line = back_in_line
        self._key_refused = False

    async def step(self, tracked: Tracked) -> float | None:
        """Do what is next. Seconds until the next step; None when nothing more is to do."""
        song = tracked.song
        if song.delivery is not Delivery.PENDING:
            return None
        if song.finished:
            return await self._deliver(tracked)
        if song.state is State.COMPOSING and tracked.troubles and self._overdue(tracked):
            return await self._fail(tracked, Reason.TIMED_OUT)
        if tracked.left_submitting or (song.state is State.SUBMITTING and tracked.sent):
            return await self._fail(tracked, Reason.INTERRUPTED)
        return await self._make(tracked)

    async def _make(self, tracked: Tracked) -> float | None:
        song = tracked.song
        if song.state is State.QUEUED:
            return await self._wait_in_line(tracked)
        if (delay := self._world.gate.turn_in()) > 0:
            return await self._held_back(tracked, delay)
        if song.state is State.SUBMITTING:
            return await self._submit(tracked)
        return await self._poll(tracked)

    async def closed_for(self) -> float:
        """Seconds until it is worth asking again whether orders can be sent; 0 when they can be now.

        Whether Whisul is back is found out by a poll that costs nothing, not at the risk of an order.
        """
        gate = self._world.gate
        if gate.down_since is not None and gate.turn_in() == 0:
            await self._probe()
        return max(gate.closed_for(), 0.0 if gate.down_since is None else 1.0)

    async def _probe(self) -> None:
        try:
            await self._ask(self._world.composer.poll(provider_errors.NO_JOB))
        except provider_errors.ComposerError as error:
            log.info("Whisul was asked whether it is back: %s", type(error).__name__)
        except Exception:  # the door of a polled job: the next look comes after a while
            log.exception("Whisul could not be asked whether it is back")
            self._world.gate.lost(surely=True)

    # ------------------------------------------------------------------ waiting

    async def _wait_in_line(self, tracked: Tracked) -> float | None:
        song, since = tracked.song, self._unavailable_since(tracked.song)
        if since and self._waited(tracked, since) >= self._world.limits.unavailable_after:
            return await self._fail(tracked, Reason.UNAVAILABLE)
        tracked.song = replace(song, unavailable_since=since)
        await self._show(tracked)
        return self._world.limits.show_every

    def _unavailable_since(self, song: Song) -> datetime | None:
        """Since when this order waits for Whisul rather than for a place."""
        if self._world.gate.down_since is None:
            return None
        return song.unavailable_since or self._world.clock.now()

    async def _held_back(self, tracked: Tracked, delay: float) -> float | None:
        """The gate is closed for now. A song is still given up in time, and an order gives its place back."""
        if tracked.song.state is State.COMPOSING and self._overdue(tracked):
            return await self._fail(tracked, Reason.TIMED_OUT)
        if tracked.song.state is State.SUBMITTING and self._world.gate.down_since is not None:
            return await self._requeue(tracked)
        return delay

    # --------------------------------------------------------------- submitting

    async def _submit(self, tracked: Tracked) -> float | None:
        song = tracked.song
        tracked.sent = True
        try:
            job_id = await self._ask(self._world.composer.submit(song.prompt), surely=True)
        except provider_errors.ComposerError as error:
            self._world.telemetry.submitted(type(error).__name__)
            return await self._not_submitted(tracked, error)
        self._world.telemetry.submitted("accepted")
        self._key_refused = False
        if not await self._written(lambda: self._world.store.submitted(song.id, job_id)):
            return self._let_go(song)
        tracked.song = replace(song, state=State.COMPOSING, job_id=job_id, unavailable_since=None)
        tracked.begun = self._world.clock.monotonic()
        log.info("Whisul took the song as job %s", job_id, extra={"song": song.id})
        await self._show(tracked)
        return self._next_poll(tracked)

    async def _not_submitted(self, tracked: Tracked, error: provider_errors.ComposerError) -> float | None:
        match error:
            case provider_errors.NoJobMade():
                return await self._requeue(tracked)
            case provider_errors.PromptRejected():
                return await self._fail(tracked, Reason.REJECTED, error.message)
            case provider_errors.KeyRefused():
                self._report_key(tracked.song)
                return await self._fail(tracked, Reason.UNAUTHORIZED)
            case provider_errors.OutcomeUnknown():
                log.warning("it is unknown whether Whisul took the song", extra={"song": tracked.song.id})
                return await self._fail(tracked, Reason.INTERRUPTED)
            case _:
                log.error("Whisul refused a song: %s", error, extra={"song": tracked.song.id})
                return await self._fail(tracked, Reason.UNAVAILABLE)

    async def _requeue(self, tracked: Tracked) -> float | None:
        song = tracked.song
        since = song.unavailable_since or self._world.clock.now()
        if self._waited(tracked, since) >= self._world.limits.unavailable_after:
            return await self._fail(tracked, Reason.UNAVAILABLE)
        worker = self._worker()
        if not await self._written(lambda: self._world.store.requeue(song.id, worker, since)):
            return self._let_go(song)
        log.info("Whisul makes no song now; back in line", extra={"song": song.id})
        tracked.song = replace(song, state=State.QUEUED, unavailable_since=since, submitted_at=None)
        tracked.sent = False
        self._back_in_line()
        await self._show(tracked)
        return self._world.limits.show_every

    # ------------------------------------------------------------------ polling

    async def _poll(self, tracked: Tracked) -> float | None:
        song = tracked.song
        try:
            report = await self._ask(self._world.composer.poll(song.job_id or ""))
        except provider_errors.ComposerError as error:
            self._world.telemetry.polled(type(error).__name__)
            return await self._poll_failed(tracked, error)
        self._world.telemetry.polled(report.state.value)
        tracked.troubles = 0
        if report.state is not JobState.RUNNING:
            return await self._finished(tracked, report)
        if self._overdue(tracked):
            return await self._fail(tracked, Reason.TIMED_OUT)
        await self._show(tracked)
        return self._next_poll(tracked)

    async def _poll_failed(self, tracked: Tracked, error: provider_errors.ComposerError) -> float | None:
        tracked.troubles += 1
        limits, song = self._world.limits, tracked.song
        if self._overdue(tracked):
            return await self._fail(tracked, Reason.TIMED_OUT)
        if isinstance(error, provider_errors.JobMissing):
            if self._elapsed(tracked) >= limits.missing_grace:
                return await self._fail(tracked, Reason.VANISHED)
        elif isinstance(error, provider_errors.KeyRefused):
            self._report_key(song)
            return limits.unauthorized_pause
        log.info("a poll failed: %s", type(error).__name__, extra={"song": song.id})
        return min(60.0, limits.poll_shortest * 2 ** min(tracked.troubles - 1, 4))

    async def _finished(self, tracked: Tracked, report: JobReport) -> float | None:
        if report.state is JobState.FAILED:
            return await self._fail(tracked, Reason.FAILED, report.error)
        if report.result is None:
            return await self._fail(tracked, Reason.NO_AUDIO)
        return await self._complete(tracked, report.result)

    async def _complete(self, tracked: Tracked, result: Result) -> float | None:
        world, song, worker = self._world, tracked.song, self._worker()
        now = world.clock.now()
        if not await self._written(lambda: world.store.complete(song.id, worker, result, now)):
            return self._let_go(song)
        seconds = self._elapsed(tracked)
        world.pace.learn(seconds)
        world.telemetry.completed(seconds)
        log.info("the song is composed after %.0f s", seconds, extra={"song": song.id})
        tracked.song = replace(song, state=State.COMPLETED, result=result, finished_at=now)
        self._back_in_line()
        return await self._deliver(tracked)

    # ---------------------------------------------------------------- delivering

    async def _fail(self, tracked: Tracked, reason: Reason, error: str | None = None) -> float | None:
        song, worker, now = tracked.song, self._worker(), self._world.clock.now()
        if not await self._written(lambda: self._world.store.fail(song.id, worker, reason, error, now)):
            return self._let_go(song)
        self._world.telemetry.failed(reason)
        log.info("the song failed: %s", reason.value, extra={"song": song.id})
        tracked.song = replace(
            song, state=State.FAILED, reason=reason, error=error, finished_at=now, refunded_at=now
        )
        self._back_in_line()
        return await self._deliver(tracked)

    async def _deliver(self, tracked: Tracked) -> float | None:
        world, song, worker = self._world, tracked.song, self._worker()
        tracked.attempts += 1
        notify = await self._written(lambda: world.store.notify_list(song.id))
        if tracked.attempts > MOST_ATTEMPTS:
            outcome = Undeliverable("every attempt broke off")
        else:
            outcome = await world.courier.deliver(song, notify, tracked.attempts)
        now = world.clock.now()
        match outcome:
            case Delivered(reply=reply, step=step):
                await self._written(lambda: world.store.delivered(song.id, worker, reply, now))
                lag = (now - song.finished_at).total_seconds() if song.finished_at else 0.0
                world.telemetry.delivered(step, max(0.0, lag))
                log.info("delivered by %s", step, extra={"song": song.id})
            case Undeliverable(why=why):
                await self._written(lambda: world.store.undeliverable(song.id, worker, now))
                world.telemetry.undeliverable()
                log.warning("undeliverable: %s", why, extra={"song": song.id})
            case Postponed(why=why):
                log.info("delivery postponed: %s", why, extra={"song": song.id})
                wait = world.limits.redeliver_first * 2 ** min(tracked.attempts - 1, 10)
                return min(world.limits.redeliver_longest, wait)
        return None

    # ------------------------------------------------------------------- helpers

    async def _ask(self, request: Awaitable[T], *, surely: bool = False) -> T:
        """One request to Whisul; what it tells of Whisul goes to the gate."""
        gate = self._world.gate
        heard = gate.gave_up
        try:
            async with gate.slots:
                answer = await request
        except provider_errors.Busy as error:
            gate.asked_to_slow(error.retry_after)
            raise
        except (provider_errors.Down, provider_errors.OutcomeUnknown) as error:
            gate.lost(surely=surely and isinstance(error, provider_errors.Down))
            raise
        except provider_errors.ComposerError:
            heard = gate.succeeded
            raise
        else:
            heard = gate.succeeded
            return answer
        finally:
            heard()

    async def _written(self, write: Callable[[], Awaitable[T]]) -> T:
        """Write until the database takes it; meanwhile the song just waits."""
        delay = 0.5
        while True:
            try:
                return await write()
            except StoreUnavailable as error:
                log.warning("the database can't be written (%s); trying again in %.1f s", error, delay)
            await asyncio.sleep(delay)
            delay = min(10.0, delay * 2)

    async def _show(self, tracked: Tracked) -> None:
        world = self._world
        if world.clock.monotonic() - tracked.shown_at < world.limits.show_every:
            return
        progress = progress_of(tracked.song, world.pace, world.clock.now(), tracked.place)
        if not _looks_new(tracked.shown, progress):
            return
        tracked.shown, tracked.shown_at = progress, world.clock.monotonic()
        await world.courier.show(tracked.song, progress)

    def _next_poll(self, tracked: Tracked) -> float:
        world = self._world
        return poll_delay(
            self._elapsed(tracked),
            world.pace.quantile(0.05),
            world.limits.poll_shortest,
            world.limits.poll_longest,
            world.random.random(),
        )

    def _elapsed(self, tracked: Tracked) -> float:
        return self._world.clock.monotonic() - tracked.begun

    def _overdue(self, tracked: Tracked) -> bool:
        return self._elapsed(tracked) >= self._world.limits.give_up_after

    def _waited(self, tracked: Tracked, since: datetime) -> float:
        """Seconds. The wall clock, which may be set, counts only for what was before this process."""
        now = self._world.clock.monotonic()
        if tracked.waiting is None or tracked.waiting[0] != since:
            before = max(0.0, (self._world.clock.now() - since).total_seconds())
            tracked.waiting = since, now - before
        return now - tracked.waiting[1]

    def _report_key(self, song: Song) -> None:
        """Once, until a POST goes through again: every song would say the same."""
        if not self._key_refused:
            log.error(
                "Whisul refuses WHISUL_API_KEY: put a valid key into the settings and restart",
                extra={"song": song.id},
            )
        self._key_refused = True

    @staticmethod
    def _let_go(song: Song) -> None:
        log.warning("the song is no longer this worker's; letting go of it", extra={"song": song.id})


def _looks_new(shown: Progress | None, progress: Progress) -> bool:
    """An edit is worth it when the stage, the bar or the place moved, not when an estimate shifts."""
    if shown is None:
        return True
    return (shown.stage, shown.filled, shown.place) != (progress.stage, progress.filled, progress.place)
