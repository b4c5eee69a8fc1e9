"""What songs need of the rooms around them, as small Protocols."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from .models import FailureReason, ReplyTarget, Result, Song, State
from .orders import Order, OrderOutcome
from .progress import Progress


class Clock(Protocol):
    """Time as an argument. `now` is aware UTC, for what is stored; `monotonic` is seconds, for intervals."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...


class SongRepository(Protocol):
    """The songs table, as the desk and the tracker need it. Every method may raise StoreUnavailable.

    Methods that change a song return False (or leave it out) when it is no longer in the state they start
    from, or is another worker's by now: the caller then lets go of it.
    """

    async def create(self, order: Order, worker_id: str, now: datetime) -> OrderOutcome:
        """Check and charge the quota and write the song `queued`, leased to `worker`, in one transaction."""
        ...

    single_process: bool
    """True where only one process may use the database (SQLite)."""

    async def admit(self, worker_id: str, slots: int, slots_per_user: int, now: datetime) -> list[Song]:
        """Move `worker`'s next songs from queued to submitting, in turn between people, while places are
        free. Places are counted over all workers. Songs come with `submitted_at` set
        to `now`.

        In turn: first who has fewest songs under way and ahead in line, of those who was served longest ago
        (or never), then who came first."""
        ...

    async def queue(self) -> list[int]:
        """Ids of all queued songs of all workers, in the order they will be admitted."""
        ...

    async def requeue(self, song_id: int, worker_id: str, unavailable_since: datetime | None) -> bool:
        """From submitting back to queued: Whisul is known to have made no job."""
        ...

    async def mark_submitted(self, song_id: int, job_id: str) -> bool:
        """From submitting to composing. Not bound to the lease: a paid job must never be lost."""
        ...

    async def mark_completed(self, song_id: int, worker_id: str, result: Result, now: datetime) -> bool: ...

    async def mark_failed(
        self, song_id: int, worker_id: str, reason: FailureReason, error: str | None, now: datetime
    ) -> bool:
        """Any unfinished state to failed, refunded (a granted song gives its grant back)."""
        ...

    async def mark_delivered(self, song_id: int, worker_id: str, reply: ReplyTarget, now: datetime) -> bool:
        """The person has their answer at `reply` (its token is not kept)."""
        ...

    async def mark_undeliverable(self, song_id: int, worker_id: str, now: datetime) -> bool: ...

    async def lease_time(self) -> datetime:
        """The time that leases go by, the same for all workers whatever their machines' clocks say."""
        ...

    async def claim(self, worker_id: str, now: datetime, limit: int) -> list[Song]:
        """Take over up to `limit` unfinished or undelivered songs that no living worker holds."""
        ...

    async def leased(self, worker_id: str) -> dict[int, State]:
        """The unfinished or undelivered songs leased to `worker`, by id."""
        ...

    async def heartbeat(self, worker_id: str, now: datetime, lease_until: datetime) -> bool:
        """Renew `worker`'s lease. False: others may have its songs by now, since the lease had run out, or
        on SQLite (where a late renewal harms nobody) since another process has enlisted."""
        ...

    async def register_worker(self, worker_id: str, now: datetime, lease_until: datetime) -> None:
        """Make `worker` known. On SQLite, where one process runs at a time, all others are taken off."""
        ...

    async def unregister_worker(self, worker_id: str) -> None:
        """Take `worker` off, so that its songs can be claimed at once."""
        ...

    async def get(self, song_id: int) -> Song | None: ...

    async def recent_durations(self, limit: int) -> list[float]:
        """Seconds from submission to finish of the latest completed songs, newest first."""
        ...

    async def subscribers(self, song_id: int) -> list[int]:
        """User ids to mention when the card is there."""
        ...


@dataclass(frozen=True, slots=True)
class Delivered:
    reply: ReplyTarget
    method: str
    """Which step of the ladder held, for the log and the metrics."""


@dataclass(frozen=True, slots=True)
class Undeliverable:
    reason: str


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Discord failed for now; nothing was lost. Try again after a while."""

    reason: str


class DeliveryService(Protocol):
    """Gets answers to people. Neither method raises for what Discord says."""

    async def update_progress(self, song: Song, progress: Progress) -> bool:
        """Edit the progress line. False: it did not get there (never tried again by the courier)."""
        ...

    async def deliver(
        self, song: Song, subscribers: Sequence[int], attempt: int
    ) -> Delivered | Undeliverable | RetryLater:
        """Down the ladder until a step holds. `attempt` counts from 1; from the fifth on, a step that fails
        only for now is left like one that fails for good."""
        ...
