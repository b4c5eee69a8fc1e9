"""What songs need from the packages around them, as small Protocols."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from .models import FailureReason, ReplyTarget, Result, Song, State
from .orders import Order, OrderOutcome
from .progress import Progress


class Clock(Protocol):
    """Time as an argument. `now` is aware UTC, for what is stored; `monotonic` is seconds, for intervals."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...


class LeaseState(StrEnum):
    """What a heartbeat found. One of the living workers leads: it looks after the songs in line."""

    LEADS = "leads"
    FOLLOWS = "follows"
    LOST = "lost"
    """Another process has taken over a database that only one may use."""


class SongRepository(Protocol):
    """The songs table, as orders and workers need it. Every method may raise StoreUnavailable.

    A queued song belongs to nobody. Any worker may admit it: the song then carries that worker's name and a
    new generation number, and only writes that name both change it. Methods that change a song return False
    if it has left the state they start from, or belongs to another worker or a later admission by now.
    """

    single_process: bool
    """True where only one process may use the database (SQLite)."""

    async def create(self, order: Order, now: datetime) -> OrderOutcome:
        """Check and charge the quota and write the song `queued`, all in one transaction."""
        ...

    async def admit(self, worker_id: str, slots: int, slots_per_user: int, now: datetime) -> list[Song]:
        """Move the next songs in line to `submitting`, for `worker_id`, while slots are free.

        Slots are counted over all workers. Admit nothing if the worker's lease has run out. The songs come in
        order, with a new generation and with `submitted_at` set to `now`.
        """
        ...

    async def queue(self, limit: int) -> list[Song]:
        """Return the first `limit` songs in line, in the order in which their turns come."""
        ...

    async def queue_length(self, limit: int) -> int:
        """Count the songs in line, up to `limit`."""
        ...

    async def cancel_queued(self, song_id: int, user_id: int, now: datetime) -> bool:
        """Fail the person's own queued song as CANCELLED and refund it. False if it is queued no longer."""
        ...

    async def requeue(self, song: Song, worker_id: str, unavailable_since: datetime | None) -> bool:
        """Move a song from submitting back to its place in line: Whisul is known to have made no job."""
        ...

    async def mark_submitted(self, song: Song, job_id: str) -> bool:
        """Move a song from submitting to composing, whoever holds it: a paid job must never be lost."""
        ...

    async def mark_completed(self, song: Song, worker_id: str, result: Result, now: datetime) -> bool: ...

    async def mark_failed(
        self, song: Song, worker_id: str, reason: FailureReason, error: str | None, now: datetime
    ) -> bool:
        """Fail and refund an unfinished song (a granted song gives its grant back); `worker_id` delivers it.

        INTERRUPTED only fails a song that is still submitting.
        """
        ...

    async def mark_delivered(self, song: Song, worker_id: str, reply: ReplyTarget, now: datetime) -> bool:
        """Record that the person has their answer at `reply`, whose token is not kept."""
        ...

    async def mark_undeliverable(self, song: Song, worker_id: str, now: datetime) -> bool: ...

    async def register_worker(self, worker_id: str, lease_seconds: float) -> None:
        """Make a worker known, with a lease from now on. On SQLite, forget all others."""
        ...

    async def heartbeat(
        self, worker_id: str, lease_seconds: float, *, provider_available: bool
    ) -> LeaseState:
        """Renew a worker's lease; say whether it reaches Whisul, since one that does is preferred to lead.

        Leases go by the database's clock. A late renewal harms nobody: what others have taken is theirs.
        """
        ...

    async def unregister_worker(self, worker_id: str) -> None:
        """Forget a worker, so that its songs can be claimed at once."""
        ...

    async def claim(self, worker_id: str, now: datetime, limit: int) -> int:
        """Take over up to `limit` songs whose worker's lease has run out; return how many.

        Fail those that their worker left submitting as INTERRUPTED, and refund them: nobody knows whether
        Whisul took them.
        """
        ...

    async def leased(self, worker_id: str) -> dict[int, State]:
        """Return the state of each song that a worker holds, by the song's id."""
        ...

    async def get(self, song_id: int) -> Song | None: ...

    async def recent_durations(self, limit: int) -> list[float]:
        """Return the seconds from submission to finish of the latest completed songs, newest first."""
        ...

    async def subscribers(self, song_id: int) -> list[int]:
        """Return the ids of the users to mention when the song is done."""
        ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """`method` names the delivery method that worked, for the log and the metrics."""

    reply: ReplyTarget
    method: str


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """Discord has refused every way for good."""

    reason: str


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Discord failed for now; nothing is lost. Try again after a while."""

    reason: str


class DeliveryService(Protocol):
    """Gets answers to people. Neither method raises for what Discord says."""

    async def update_progress(self, song: Song, progress: Progress) -> bool:
        """Edit the progress line. Return False if the edit did not get there; it is not repeated."""
        ...

    async def deliver(
        self, song: Song, subscribers: Sequence[int], attempt: int
    ) -> Delivered | Undeliverable | RetryLater:
        """Try one delivery method after the other until one works; `attempt` counts from 1.

        A method is left for the next only if Discord refuses it for good, never for a failure that may pass.
        """
        ...
