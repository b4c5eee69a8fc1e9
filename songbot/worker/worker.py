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

from songbot.songs.log_context import current_song
from songbot.songs.models import Song, State
from songbot.songs.ports import StoreUnavailable

from .active_job import Tracked
from .job_runner import Journey, World
from .scheduler import Schedule, due_at
from .wakeup import Alarm

log = logging.getLogger(__name__)

CLAIM_BATCH = 500
LONGEST_NAP = 30.0
QUEUE_NAP = 5.0
AFTER_DOWNTIME = 120.0


class LeaseLost(Exception):
    """Another process uses this database, which only one may: stop the other one, or use PostgreSQL."""


class Tracker:
    """`new_worker_name` gives a fresh name for each lease, unique over all processes."""

    def __init__(self, world: World, new_worker_name: Callable[[], str]) -> None:
        self._world = world
        self._new_worker_name = new_worker_name
        self.worker = new_worker_name()
        self._songs: dict[int, Tracked] = {}
        self._schedule = Schedule()
        self._visits: set[asyncio.Task[None]] = set()
        self._visits_due = Alarm()
        self._places_free = Alarm()
        self._journey = Journey(world, lambda: self.worker, self._places_free.ring)
        self._line_read_at = float("-inf")
        self.ticked_at = world.clock.monotonic()

    def __len__(self) -> int:
        return len(self._songs)

    def counts(self) -> dict[State, int]:
        """How many songs of this process are in each state."""
        counts: dict[State, int] = {}
        for tracked in self._songs.values():
            counts[tracked.song.state] = counts.get(tracked.song.state, 0) + 1
        return counts

    async def start(self) -> None:
        """Make this worker known, so that orders can be leased to it. Raises StoreUnavailable."""
        now = await self._world.store.lease_clock()
        await self._world.store.enlist(self.worker, now, now + timedelta(seconds=self._world.limits.lease))

    async def run(self) -> None:
        """Until cancelled; then steps that are under way get a moment to write what they have in hand."""
        try:
            async with asyncio.TaskGroup() as loops:
                loops.create_task(self._visit_loop(), name="tracker-visits")
                loops.create_task(self._admission_loop(), name="tracker-admission")
                loops.create_task(self._lease_loop(), name="tracker-lease")
        finally:
            await self._stop()

    def accept(self, song: Song) -> None:
        """Take a song in. Taking it in twice does nothing."""
        if song.id in self._songs:
            return
        clock = self._world.clock
        begun = clock.monotonic()
        if song.submitted_at is not None:
            # However long nobody looked, Whisul is asked for a while before a song is given up.
            longest = self._world.limits.give_up_after - AFTER_DOWNTIME
            begun -= min(longest, max(0.0, (clock.now() - song.submitted_at).total_seconds()))
        self._songs[song.id] = Tracked(song, begun=begun)
        if song.state is State.QUEUED:
            self._places_free.ring()
            self._due_in(song.id, 1.0)
        else:
            self._due_in(song.id, self._world.random.random() * min(2.0, len(self._songs) / 50))

    def drop_songs_of(self, user_id: int) -> None:
        """No longer follow this person's songs."""
        for song_id in [i for i, tracked in self._songs.items() if tracked.song.user_id == user_id]:
            self._drop(song_id)

    # -------------------------------------------------------------------- visits

    def _due_in(self, song_id: int, seconds: float) -> None:
        due = due_at(self._world.clock.monotonic(), seconds)
        earlier = due < self._schedule.next_due()
        self._schedule.set(song_id, due)
        if earlier:
            self._visits_due.ring()

    def _drop(self, song_id: int) -> None:
        self._songs.pop(song_id, None)
        self._schedule.discard(song_id)

    async def _visit_loop(self) -> None:
        clock = self._world.clock
        while True:
            now = self.ticked_at = clock.monotonic()
            for song_id in self._schedule.pop_due(now):
                self._visit_soon(song_id)
            await self._visits_due.sleep(min(LONGEST_NAP, self._schedule.next_due() - clock.monotonic()))

    def _visit_soon(self, song_id: int) -> None:
        tracked = self._songs.get(song_id)
        if tracked is None or tracked.busy:
            return
        tracked.busy = True
        visit = asyncio.create_task(self._visit(tracked), name=f"song-{song_id}")
        self._visits.add(visit)
        visit.add_done_callback(self._visits.discard)

    async def _visit(self, tracked: Tracked) -> None:
        song_id, in_line = tracked.song.id, tracked.song.state is State.QUEUED
        current_song.set(song_id)
        try:
            delay = await self._journey.step(tracked)
        except Exception:  # the door: one broken song fails alone, and is tried again
            tracked.troubles += 1
            delay = min(300.0, 10.0 * 2 ** min(tracked.troubles, 5))
            log.exception("a step failed; next try in %.0f s", delay, extra={"song": song_id})
        finally:
            tracked.busy = False
        if delay is None:
            self._drop(song_id)
        elif song_id in self._songs:
            admitted = in_line and tracked.song.state is State.SUBMITTING
            self._due_in(song_id, 0.0 if admitted else delay)

    # ----------------------------------------------------------------- admission

    async def _admission_loop(self) -> None:
        while True:
            try:
                nap = await self._admit()
            except StoreUnavailable as error:
                log.warning("songs can't be admitted: %s", error)
                nap = QUEUE_NAP
            await self._places_free.sleep(nap)

    async def _admit(self) -> float:
        queued = [tracked for tracked in self._songs.values() if tracked.song.state is State.QUEUED]
        self._world.telemetry.queue(len(queued))
        if not queued:
            return LONGEST_NAP
        if (closed := await self._journey.closed_for()) > 0:
            return max(0.5, min(QUEUE_NAP, closed))
        limits, now = self._world.limits, self._world.clock.now()
        admitted = await self._world.store.admit(
            self.worker, limits.songs_at_once, limits.songs_at_once_per_user, now
        )
        for song in admitted:
            self._admitted(song)
        if len(admitted) < len(queued):
            await self._read_line()
        return QUEUE_NAP

    def _admitted(self, song: Song) -> None:
        """The first word counts: a song that left the queue before must not be submitted again."""
        tracked = self._songs.get(song.id)
        if tracked is None or tracked.song.state is not State.QUEUED:
            return
        tracked.song, tracked.place = song, None
        tracked.begun = self._world.clock.monotonic()
        waited = max(0.0, (self._world.clock.now() - song.created_at).total_seconds())
        self._world.telemetry.admitted(waited)
        log.info("has a place after %.1f s in line", waited, extra={"song": song.id})
        self._due_in(song.id, 0.0)

    async def _read_line(self) -> None:
        """Learn each queued song's place, no more often than it can be shown."""
        now = self._world.clock.monotonic()
        if now - self._line_read_at < self._world.limits.show_every:
            return
        self._line_read_at = now
        for place, song_id in enumerate(await self._world.store.line(), start=1):
            if (tracked := self._songs.get(song_id)) is not None:
                tracked.place = place

    # --------------------------------------------------------------------- lease

    async def _lease_loop(self) -> None:
        while True:
            try:
                await self._renew()
                await self._claim()
                await self._reconcile()
                await asyncio.sleep(self._world.limits.heartbeat_every)
            except StoreUnavailable as error:
                log.warning("the lease can't be renewed: %s", error)
                await asyncio.sleep(self._world.limits.heartbeat_every / 2)

    async def _claim(self) -> None:
        """Take over what was left behind, oldest first."""
        while True:
            now = await self._world.store.lease_clock()
            songs = await self._world.store.claim(self.worker, now, CLAIM_BATCH)
            for song in songs:
                log.info("found %s; carrying on", song.state.value, extra={"song": song.id})
                self._take_over(song)
            if len(songs) < CLAIM_BATCH:
                return

    def _take_over(self, song: Song) -> None:
        """What is followed here already is known better here: its POST may be under way."""
        if song.id in self._songs:
            return
        self.accept(song)
        self._songs[song.id].left_submitting = song.state is State.SUBMITTING

    async def _renew(self) -> None:
        now = await self._world.store.lease_clock()
        until = now + timedelta(seconds=self._world.limits.lease)
        if await self._world.store.heartbeat(self.worker, now, until):
            return
        if self._world.store.single_process:
            raise LeaseLost(LeaseLost.__doc__)
        log.warning("the lease ran out; starting over with what others have not taken")
        for song_id, tracked in list(self._songs.items()):
            if not tracked.busy:
                self._drop(song_id)
        self.worker = self._new_worker_name()
        await self.start()

    async def _reconcile(self) -> None:
        """Hold in memory just what the database says this worker holds. They differ when a write's answer
        was lost, or when a person had everything about them deleted."""
        before = list(self._songs.items())
        held = await self._world.store.held(self.worker)
        for song_id, tracked in before:
            if song_id not in held and not tracked.busy:
                self._drop(song_id)
            elif tracked.song.state is State.QUEUED and held.get(song_id) is State.SUBMITTING:
                await self._reload(song_id, self._admitted)
        for song_id in held.keys() - self._songs.keys():
            await self._reload(song_id, self._take_over)

    async def _reload(self, song_id: int, then: Callable[[Song], None]) -> None:
        song = await self._world.store.song(song_id)
        if song is not None:
            then(song)

    # ---------------------------------------------------------------------- stop

    async def _stop(self) -> None:
        """No new steps; those under way may finish and write within the grace."""
        if self._visits:
            _, late = await asyncio.wait(self._visits, timeout=self._world.limits.stop_grace)
            for visit in late:
                visit.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        try:
            async with asyncio.timeout(2):
                await self._give_back()
        except (StoreUnavailable, TimeoutError) as error:
            log.warning("the lease could not be given back: %s", error)

    async def _give_back(self) -> None:
        """Orders that were admitted but never sent queue again; then others may have all songs."""
        for song in [tracked.song for tracked in self._songs.values() if tracked.never_sent]:
            await self._world.store.requeue(song.id, self.worker, song.unavailable_since)
        await self._world.store.release(self.worker)
