"""The songs table, as songs.ports.SongStore has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Update, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from songs.order import Order, Outcome
from songs.quotas import Ceilings
from songs.song import UNFINISHED as UNFINISHED_STATES
from songs.song import Delivery, Reason, Reply, Result, Song, State

from . import admission, placing, workers
from .doors import ADMISSION, Doors, lock
from .rows import reply_columns, result_columns, searchable, song_of
from .tables import COMPLETED, PENDING, notifications, quota_grants, songs

_NO_TOKEN = {"token": None, "token_expires_at": None}
_FINISHED = songs.c.state.in_([State.COMPLETED, State.FAILED])


def _building(*guard: ColumnElement[bool], new: Iterable[str], **fixed: Any) -> Update:
    """A change of the song `of_song`; each column of `new` becomes the parameter of that name."""
    given = {name: bindparam(f"new_{name}", type_=songs.c[name].type) for name in new}
    return update(songs).where(songs.c.id == bindparam("of_song"), *guard).values(**fixed, **given)


# Built once: to build a statement takes nearly as long as to run it.
_HELD = songs.c.lease_owner == bindparam("new_worker")
_CLOSABLE = (_HELD, _FINISHED, PENDING)
_CLOSED: dict[str, Any] = {"lease_owner": None, **_NO_TOKEN}
_REQUEUE = _building(
    _HELD,
    songs.c.state == State.SUBMITTING,
    new=["unavailable_since"],
    state=State.QUEUED,
    submitted_at=None,
)
_SUBMITTED = _building(songs.c.state == State.SUBMITTING, new=["job_id"], state=State.COMPOSING)
_COMPLETE = _building(
    _HELD,
    songs.c.state == State.COMPOSING,
    new=["finished_at", "song_url", "title", "bpm", "duration_seconds", "image_url", "tags"],
    state=State.COMPLETED,
    search_text=songs.c.search_text + bindparam("new_found", type_=songs.c.search_text.type),
)
_DELIVERED = _building(
    *_CLOSABLE,
    new=["delivered_at", "channel_id", "message_id", "bot_in_channel", "upload_limit"],
    delivery=Delivery.DELIVERED,
    **_CLOSED,
)
_UNDELIVERABLE = _building(*_CLOSABLE, new=["delivered_at"], delivery=Delivery.UNDELIVERABLE, **_CLOSED)
_NOTIFY_LIST = (
    select(notifications.c.user_id)
    .where(notifications.c.song_id == bindparam("of_song"))
    .order_by(notifications.c.asked_at, notifications.c.user_id)
)


class SongTable:
    """Implements songs.ports.SongStore."""

    def __init__(self, doors: Doors, ceilings: Ceilings, now: Callable[[], datetime]) -> None:
        self._doors = doors
        self._now = now
        self._ceilings = ceilings
        self.single_process = doors.on_sqlite

    async def place(self, order: Order, worker: str, now: datetime) -> Outcome:
        async with self._doors.writing() as connection:
            return await placing.place(connection, order, worker, self._ceilings, now)

    async def admit(self, worker: str, places: int, places_per_user: int, now: datetime) -> list[Song]:
        async with self._doors.writing() as connection:
            await lock(connection, ADMISSION)
            return await admission.admit(
                connection, worker, now, places=places, places_per_user=places_per_user
            )

    async def line(self) -> list[int]:
        async with self._doors.reading() as connection:
            return await admission.line(connection)

    async def requeue(self, song_id: int, worker: str, unavailable_since: datetime | None) -> bool:
        return await self._change(_REQUEUE, song_id, worker=worker, unavailable_since=unavailable_since)

    async def submitted(self, song_id: int, job_id: str) -> bool:
        return await self._change(_SUBMITTED, song_id, job_id=job_id)

    async def complete(self, song_id: int, worker: str, result: Result, now: datetime) -> bool:
        found = f"\n{searchable(result.title, *result.tags)}"
        return await self._change(
            _COMPLETE, song_id, worker=worker, found=found, finished_at=now, **result_columns(result)
        )

    async def fail(self, song_id: int, worker: str, reason: Reason, error: str | None, now: datetime) -> bool:
        change = (
            update(songs)
            .where(*_held(song_id, worker, *_failable(reason)))
            .values(state=State.FAILED, reason=reason, error=error, finished_at=now, refunded_at=now)
            .returning(songs.c.granted, songs.c.quota_scope, songs.c.user_id)
        )
        async with self._doors.writing() as connection:
            row = (await connection.execute(change)).one_or_none()
            if row is not None and row.granted:
                await _give_grant_back(connection, row)
            return row is not None

    async def delivered(self, song_id: int, worker: str, reply: Reply, now: datetime) -> bool:
        return await self._change(
            _DELIVERED, song_id, worker=worker, delivered_at=now, **reply_columns(reply)
        )

    async def undeliverable(self, song_id: int, worker: str, now: datetime) -> bool:
        return await self._change(_UNDELIVERABLE, song_id, worker=worker, delivered_at=now)

    async def lease_clock(self) -> datetime:
        if self._doors.on_sqlite:
            return self._now()
        async with self._doors.reading() as connection:
            return await workers.clock(connection)

    async def claim(self, worker: str, now: datetime, limit: int) -> list[Song]:
        async with self._doors.writing() as connection:
            return await workers.claim(connection, worker, now, limit)

    async def held(self, worker: str) -> dict[int, State]:
        async with self._doors.reading() as connection:
            return await workers.held(connection, worker)

    async def heartbeat(self, worker: str, now: datetime, lease_until: datetime) -> bool:
        async with self._doors.writing() as connection:
            return await workers.heartbeat(connection, worker, now, lease_until)

    async def enlist(self, worker: str, now: datetime, lease_until: datetime) -> None:
        async with self._doors.writing() as connection:
            await workers.enlist(connection, worker, now, lease_until)

    async def release(self, worker: str) -> None:
        async with self._doors.writing() as connection:
            await workers.release(connection, worker)

    async def song(self, song_id: int) -> Song | None:
        """Not a song whose owner had it deleted, though its row may still be counted."""
        query = select(songs).where(songs.c.id == song_id, songs.c.user_id > 0)
        async with self._doors.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else song_of(row)

    async def recent_seconds(self, limit: int) -> list[float]:
        query = (
            select(songs.c.submitted_at, songs.c.finished_at)
            .where(COMPLETED, songs.c.submitted_at.is_not(None))
            .order_by(songs.c.finished_at.desc())
            .limit(limit)
        )
        async with self._doors.reading() as connection:
            rows = (await connection.execute(query)).all()
        return [(row.finished_at - row.submitted_at).total_seconds() for row in rows]

    async def notify_list(self, song_id: int) -> list[int]:
        """In the order in which people asked."""
        async with self._doors.reading() as connection:
            return list((await connection.scalars(_NOTIFY_LIST, {"of_song": song_id})).all())

    async def _change(self, change: Update, song_id: int, **new: Any) -> bool:
        parameters = {f"new_{name}": value for name, value in new.items()}
        async with self._doors.writing() as connection:
            return (await connection.execute(change, parameters | {"of_song": song_id})).rowcount == 1


def _held(song_id: int, worker: str, *states: State) -> tuple[ColumnElement[bool], ...]:
    return songs.c.id == song_id, songs.c.state.in_(states), songs.c.lease_owner == worker


def _failable(reason: Reason) -> tuple[State, ...]:
    """Another worker may have written the job's id meanwhile: then it is known what came of the POST."""
    return (State.SUBMITTING,) if reason is Reason.INTERRUPTED else UNFINISHED_STATES


async def _give_grant_back(connection: AsyncConnection, song: Any) -> None:
    await connection.execute(
        update(quota_grants)
        .where(quota_grants.c.guild_id == song.quota_scope, quota_grants.c.user_id == song.user_id)
        .values(songs=quota_grants.c.songs + 1)
    )
