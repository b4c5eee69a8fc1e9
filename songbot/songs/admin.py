"""What whoever runs the bot asks of the database: how it goes, a song's story, a pause for new songs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from .models import FailureReason, Song, State


@dataclass(frozen=True, slots=True)
class SystemStatus:
    """`unfinished` are the songs in the works now, `undelivered` the finished ones that wait to be delivered,
    and `ordered` those ordered since the moment asked for, by what has become of them. `paused` says why
    there are no new songs; None while there are. `last_backup` is None if no backup was recorded."""

    database: str
    size_bytes: int
    unfinished: Mapping[State, int]
    undelivered: int
    ordered: Mapping[tuple[State, FailureReason | None], int]
    paused: str | None
    last_backup: datetime | None


@dataclass(frozen=True, slots=True)
class SongDetails:
    """A song and what is known beside it. `worker` is the process that follows it, None once it is done."""

    song: Song
    granted: bool
    worker_id: str | None
    subscribers: int


class AdminRepository(Protocol):
    """Over all processes together. Every method may raise StoreUnavailable."""

    async def status(self, since: datetime) -> SystemStatus: ...

    async def song_details(self, song_id: int) -> SongDetails | None:
        """None also where the person had all that is kept about them deleted."""
        ...

    async def pause(self, reason: str) -> None:
        """No new songs in any process; people are told the reason. Songs on their way are made."""
        ...

    async def resume(self) -> bool:
        """New songs again. False: they were not paused."""
        ...

    async def record_backup(self, made_at: datetime) -> None: ...

    async def last_backup(self) -> datetime | None:
        """Return when the last backup was made, None if none was recorded."""
        ...
