"""Define what the songs need from other packages, as protocols."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from .models import FailureReason, ReplyTarget, Result, Song
from .orders import Order, OrderOutcome
from .progress import Progress

MAX_ADMITTED = 50
"""The most songs that one admission admits. If the worker dies before it has sent them, all of them fail."""


class Clock(Protocol):
    """A clock that is passed as an argument.

    `now` is an aware UTC datetime, for values that are stored; `monotonic` is in seconds, for intervals.
    """

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...


class LeaseState(StrEnum):
    """The result of a heartbeat. One live worker is the leader, which handles the queue."""

    LEADS = "leads"
    FOLLOWS = "follows"
    LOST = "lost"
    """Another process has taken over a database that only one process may use."""


@dataclass(frozen=True, slots=True)
class Queue:
    """The `first` queued songs in queue order, the number of queued songs, and how many active songs each of
    their people has.
    """

    first: list[Song]
    length: int
    active_by_user: Mapping[int, int]


class SongRepository(Protocol):
    """The songs table, as orders and workers need it. Every method may raise StoreUnavailable.

    A queued song has no owner. Any worker may admit it, which gives the song that worker's name and a new
    generation number; after that only writes with both change it. Methods that change a song return False if
    the song is no longer in the state they start from, or now has another owner or generation.
    """

    single_process: bool
    """True where only one process may use the database (SQLite)."""

    async def create(self, order: Order, now: datetime) -> OrderOutcome:
        """Check and charge the quota and save the song as `queued`, all in one transaction."""
        ...

    async def is_queue_empty(self) -> bool:
        """Return whether no song is queued. This costs far less than an admission."""
        ...

    async def admit(self, worker_id: str, slots: int, slots_per_user: int, now: datetime) -> list[Song]:
        """Move the next queued songs to `submitting` for `worker_id` while slots are free.

        Slots are counted across all workers. Admit at most MAX_ADMITTED, and nothing if the worker's lease
        has expired. Return the songs in queue order, each with a new generation and with `submitted_at` set
        to `now`.
        """
        ...

    async def queue(self, limit: int, count_limit: int) -> Queue:
        """Read the first `limit` queued songs, and count them all up to `count_limit`."""
        ...

    async def cancel_queued(self, song_id: int, user_id: int, now: datetime) -> bool:
        """Fail the person's own queued song as CANCELLED and refund it. Return False if it is no longer
        queued.
        """
        ...

    async def requeue(self, song: Song, worker_id: str, unavailable_since: datetime | None) -> bool:
        """Move a song from submitting back to its position in the queue. Whisul must not have made a job for
        it.
        """
        ...

    async def mark_submitted(self, song: Song, job_id: str) -> bool:
        """Move a song from submitting to composing, whoever owns it: a paid job must never be lost."""
        ...

    async def mark_completed(self, song: Song, worker_id: str, result: Result, now: datetime) -> bool: ...

    async def mark_failed(
        self, song: Song, worker_id: str, reason: FailureReason, error: str | None, now: datetime
    ) -> bool:
        """Fail and refund an unfinished song that is still in `song.state`. `worker_id` then delivers it.

        If an extra song paid for it, give that back.
        """
        ...

    async def mark_delivered(self, song: Song, worker_id: str, reply: ReplyTarget, now: datetime) -> bool:
        """Record that the person received the message at `reply`, without storing its token."""
        ...

    async def mark_undeliverable(self, song: Song, worker_id: str, now: datetime) -> bool: ...

    async def register_worker(self, worker_id: str, lease_seconds: float) -> None:
        """Register a worker with a lease that starts now. On SQLite, delete all other workers."""
        ...

    async def heartbeat(
        self, worker_id: str, lease_seconds: float, *, provider_available: bool
    ) -> LeaseState:
        """Renew a worker's lease, and record whether the worker reaches Whisul.

        Workers that do are preferred as leaders. The database's clock measures leases. A late renewal is
        harmless: other workers keep the songs they took over.
        """
        ...

    async def unregister_worker(self, worker_id: str) -> None:
        """Delete a worker, so that others can claim its songs at once."""
        ...

    async def begin_edits(self, worker_id: str, seconds: float) -> datetime | None:
        """Record that a worker edits messages of queued songs, which takes no longer than `seconds`.

        Return until when this is recorded, or None if there is no such worker.
        """
        ...

    async def end_edits(self, worker_id: str, until: datetime) -> None:
        """Record that the edits have ended for which `begin_edits` returned `until`."""
        ...

    async def others_edit(self, worker_id: str) -> bool:
        """Return whether edits of other workers may be under way."""
        ...

    async def claim(self, worker_id: str, now: datetime, limit: int) -> list[int]:
        """Take over songs whose worker's lease has expired, and return their ids.

        Fail the ones that were left submitting as INTERRUPTED, and refund them, since Whisul may or may not
        have accepted them. Take over up to `limit` of these, and up to `limit` others.
        """
        ...

    async def leased(self, worker_id: str) -> set[int]:
        """Return the ids of the songs that a worker owns."""
        ...

    async def get(self, song_id: int) -> Song | None: ...

    async def load_leased(self, worker_id: str, song_ids: Sequence[int]) -> list[Song]:
        """Return those of the songs that a worker owns at this moment."""
        ...

    async def recent_durations(self, limit: int) -> list[float]:
        """Return the seconds from submission to finish of the latest completed songs, newest first."""
        ...

    async def subscribers(self, song_id: int) -> list[int]:
        """Return the ids of the users to mention when the song is done."""
        ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """A successful delivery. `method` names the delivery method, for the log and the metrics."""

    reply: ReplyTarget
    method: str


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """Every delivery method failed permanently."""

    reason: str


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Discord failed temporarily. Nothing is lost; try again later."""

    reason: str


class DeliveryService(Protocol):
    """Deliver messages to people. Neither method raises if Discord returns an error."""

    async def update_progress(self, song: Song, progress: Progress) -> bool:
        """Edit the progress message. Return False if the edit failed; it is not retried."""
        ...

    async def deliver(
        self, song: Song, subscribers: Sequence[int], attempt: int
    ) -> Delivered | Undeliverable | RetryLater:
        """Try the delivery methods in order until one works. `attempt` counts from 1.

        Go to the next method only if Discord permanently refuses the current one, not after a temporary
        failure.
        """
        ...
