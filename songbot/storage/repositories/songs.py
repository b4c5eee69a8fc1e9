"""The songs table, as SongStore has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, bindparam, select, update

from songbot.quotas.rules import Ceilings
from songbot.songs.models import UNFINISHED as UNFINISHED_STATES
from songbot.songs.models import Delivery, Reason, Reply, Result, Song, State
from songbot.songs.orders import Order, Outcome
from songbot.storage.connectors.base import Doors
from songbot.storage.queries import admission, create_song, leases
from songbot.storage.queries.mapping import reply_columns, result_columns, searchable, song_of
from songbot.storage.schema.tables import COMPLETED, PENDING, notifications, quota_grants, songs

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
    """Implements SongStore."""

    def __init__(self, doors: Doors, ceilings: Ceilings, now: Callable[[], datetime]) -> None:
        self._doors = doors
        self._now = now
        self._ceilings = ceilings
        self.single_process = doors.on_sqlite

    async def place(self, order: Order, worker: str, now: datetime) -> Outcome:
        return await self._doors.write(create_song.place, order, worker, self._ceilings, now)

    async def admit(self, worker: str, places: int, places_per_user: int, now: datetime) -> list[Song]:
        return await self._doors.write(
            admission.admit, worker, now, places=places, places_per_user=places_per_user
        )

    async def line(self) -> list[int]:
        return await self._doors.read(admission.line)

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
        return await self._doors.write(_fail, change)

    async def delivered(self, song_id: int, worker: str, reply: Reply, now: datetime) -> bool:
        return await self._change(
            _DELIVERED, song_id, worker=worker, delivered_at=now, **reply_columns(reply)
        )

    async def undeliverable(self, song_id: int, worker: str, now: datetime) -> bool:
        return await self._change(_UNDELIVERABLE, song_id, worker=worker, delivered_at=now)

    async def lease_clock(self) -> datetime:
        if self._doors.on_sqlite:
            return self._now()
        return await self._doors.read(leases.clock)

    async def claim(self, worker: str, now: datetime, limit: int) -> list[Song]:
        return await self._doors.write(leases.claim, worker, now, limit)

    async def held(self, worker: str) -> dict[int, State]:
        return await self._doors.read(leases.held, worker)

    async def heartbeat(self, worker: str, now: datetime, lease_until: datetime) -> bool:
        return await self._doors.write(leases.heartbeat, worker, now, lease_until)

    async def enlist(self, worker: str, now: datetime, lease_until: datetime) -> None:
        await self._doors.write(leases.enlist, worker, now, lease_until)

    async def release(self, worker: str) -> None:
        await self._doors.write(leases.release, worker)

    async def song(self, song_id: int) -> Song | None:
        """Not a song whose owner had it deleted, though its row may still be counted."""
        query = select(songs).where(songs.c.id == song_id, songs.c.user_id > 0)
        row = await self._doors.read(lambda connection: connection.execute(query).one_or_none())
        return None if row is None else song_of(row)

    async def recent_seconds(self, limit: int) -> list[float]:
        query = (
            select(songs.c.submitted_at, songs.c.finished_at)
            .where(COMPLETED, songs.c.submitted_at.is_not(None))
            .order_by(songs.c.finished_at.desc())
            .limit(limit)
        )
        rows = await self._doors.read(lambda connection: connection.execute(query).all())
        return [(row.finished_at - row.submitted_at).total_seconds() for row in rows]

    async def notify_list(self, song_id: int) -> list[int]:
        """In the order in which people asked."""
        return await self._doors.read(_notify_list, song_id)

    async def _change(self, change: Update, song_id: int, **new: Any) -> bool:
        parameters = {f"new_{name}": value for name, value in new.items()} | {"of_song": song_id}
        return await self._doors.write(
            lambda connection: connection.execute(change, parameters).rowcount == 1
        )


def _held(song_id: int, worker: str, *states: State) -> tuple[ColumnElement[bool], ...]:
    return songs.c.id == song_id, songs.c.state.in_(states), songs.c.lease_owner == worker


def _failable(reason: Reason) -> tuple[State, ...]:
    """Another worker may have written the job's id meanwhile: then it is known what came of the POST."""
    return (State.SUBMITTING,) if reason is Reason.INTERRUPTED else UNFINISHED_STATES


def _notify_list(connection: Connection, song_id: int) -> list[int]:
    return list(connection.scalars(_NOTIFY_LIST, {"of_song": song_id}).all())


def _fail(connection: Connection, change: Update) -> bool:
    row = connection.execute(change).one_or_none()
    if row is not None and row.granted:
        _give_grant_back(connection, row)
    return row is not None


def _give_grant_back(connection: Connection, song: Any) -> None:
    connection.execute(
        update(quota_grants)
        .where(quota_grants.c.guild_id == song.quota_scope, quota_grants.c.user_id == song.user_id)
        .values(songs=quota_grants.c.songs + 1)
    )
