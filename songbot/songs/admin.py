"""Define what the operator's commands need from the database: status, one song's details, and pausing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from .models import FailureReason, Song, State


@dataclass(frozen=True, slots=True)
class SystemStatus:
    """Counts of songs, and whether new ones are accepted.

    `unfinished` songs are in progress, `undelivered` ones are finished but not delivered yet, and `ordered`
    counts the songs ordered since the requested time by their state. `paused` is the reason why no new songs
    are accepted, or None if they are. `last_backup` is None if no backup was recorded.
    """

    database: str
    size_bytes: int
    unfinished: Mapping[State, int]
    undelivered: int
    ordered: Mapping[tuple[State, FailureReason | None], int]
    paused: str | None
    last_backup: datetime | None


@dataclass(frozen=True, slots=True)
class SongDetails:
    """A song with its stored details. `worker_id` is None once no process handles it."""

    song: Song
    granted: bool
    worker_id: str | None
    subscribers: int


class AdminRepository(Protocol):
    """Queries that cover all processes. Every method may raise StoreUnavailable."""

    async def status(self, since: datetime) -> SystemStatus: ...

    async def song_details(self, song_id: int) -> SongDetails | None:
        """Return a song's details, or None if it does not exist or its owner had their data deleted."""
        ...

    async def pause(self, reason: str) -> None:
        """Stop accepting new songs in every process and show people the reason. Unfinished songs are still
        made.
        """
        ...

    async def resume(self) -> bool:
        """Accept new songs again. Return False if they were not paused."""
        ...

    async def record_backup(self, made_at: datetime) -> None: ...

    async def last_backup(self) -> datetime | None:
        """Return when the last backup was made, or None if none was recorded."""
        ...
