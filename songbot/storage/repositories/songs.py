"""The songs table, as SongRepository has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, bindparam, select, update

from songbot.quotas.rules import OperatorLimits
from songbot.songs.models import UNFINISHED as UNFINISHED_STATES
from songbot.songs.models import DeliveryState, FailureReason, ReplyTarget, Result, Song, State
from songbot.songs.orders import Order, OrderOutcome
from songbot.storage.connectors.base import Connector
from songbot.storage.queries import admission, create_song, leases
from songbot.storage.queries.mapping import reply_to_columns, result_to_columns, search_text, song_from_row
from songbot.storage.schema.tables import COMPLETED, PENDING, notifications, quota_grants, songs

_NO_TOKEN = {"token": None, "token_expires_at": None}
_FINISHED = songs.c.state.in_([State.COMPLETED, State.FAILED])


def _update_statement(*guard: ColumnElement[bool], new: Iterable[str], **fixed: Any) -> Update:
    """A change of the song `of_song`; each column of `new` becomes the parameter of that name."""
    given = {name: bindparam(f"new_{name}", type_=songs.c[name].type) for name in new}
    return update(songs).where(songs.c.id == bindparam("of_song"), *guard).values(**fixed, **given)


# Built once: to build a statement takes nearly as long as to run it.
_OWNED_BY_WORKER = songs.c.lease_owner == bindparam("new_worker")
_DELIVERABLE = (_OWNED_BY_WORKER, _FINISHED, PENDING)
_RELEASED: dict[str, Any] = {"lease_owner": None, **_NO_TOKEN}
_REQUEUE = _update_statement(
    _OWNED_BY_WORKER,
    songs.c.state == State.SUBMITTING,
    new=["unavailable_since"],
    state=State.QUEUED,
    submitted_at=None,
)
_MARK_SUBMITTED = _update_statement(songs.c.state == State.SUBMITTING, new=["job_id"], state=State.COMPOSING)
_MARK_COMPLETED = _update_statement(
    _OWNED_BY_WORKER,
    songs.c.state == State.COMPOSING,
    new=["finished_at", "song_url", "title", "bpm", "duration_seconds", "image_url", "tags"],
    state=State.COMPLETED,
    search_text=songs.c.search_text + bindparam("new_found", type_=songs.c.search_text.type),
)
_MARK_DELIVERED = _update_statement(
    *_DELIVERABLE,
    new=["delivered_at", "channel_id", "message_id", "bot_in_channel", "upload_limit"],
    delivery=DeliveryState.DELIVERED,
    **_RELEASED,
)
_MARK_UNDELIVERABLE = _update_statement(
    *_DELIVERABLE, new=["delivered_at"], delivery=DeliveryState.UNDELIVERABLE, **_RELEASED
)
_SUBSCRIBERS = (
    select(notifications.c.user_id)
    .where(notifications.c.song_id == bindparam("of_song"))
    .order_by(notifications.c.asked_at, notifications.c.user_id)
)


class SqlSongRepository:
    """Implements SongRepository."""

    def __init__(
        self, connector: Connector, operator_limits: OperatorLimits, now: Callable[[], datetime]
    ) -> None:
        self._connector = connector
        self._now = now
        self._operator_limits = operator_limits
        self.single_process = connector.on_sqlite

    async def create(self, order: Order, worker_id: str, now: datetime) -> OrderOutcome:
        limits = self._operator_limits
        return await self._connector.write(
            lambda connection: create_song.create_song(connection, order, worker_id, limits, now)
        )

    async def admit(self, worker_id: str, slots: int, slots_per_user: int, now: datetime) -> list[Song]:
        # Durable: a power cut must not turn `submitting` back to `queued`, or the song is paid for twice.
        return await self._connector.write(
            lambda connection: admission.admit(
                connection, worker_id, now, slots=slots, slots_per_user=slots_per_user
            ),
            durable=True,
        )

    async def queue(self) -> list[int]:
        return await self._connector.read(admission.queue)

    async def requeue(self, song_id: int, worker_id: str, unavailable_since: datetime | None) -> bool:
        return await self._change(_REQUEUE, song_id, worker=worker_id, unavailable_since=unavailable_since)

    async def mark_submitted(self, song_id: int, job_id: str) -> bool:
        return await self._change(_MARK_SUBMITTED, song_id, job_id=job_id)

    async def mark_completed(self, song_id: int, worker_id: str, result: Result, now: datetime) -> bool:
        found = f"\n{search_text(result.title, *result.tags)}"
        return await self._change(
            _MARK_COMPLETED,
            song_id,
            worker=worker_id,
            found=found,
            finished_at=now,
            **result_to_columns(result),
        )

    async def mark_failed(
        self, song_id: int, worker_id: str, reason: FailureReason, error: str | None, now: datetime
    ) -> bool:
        change = (
            update(songs)
            .where(*_song_in_state(song_id, worker_id, *_failable(reason)))
            .values(state=State.FAILED, reason=reason, error=error, finished_at=now, refunded_at=now)
            .returning(songs.c.granted, songs.c.quota_scope, songs.c.user_id)
        )
        return await self._connector.write(lambda connection: _mark_failed(connection, change))

    async def mark_delivered(self, song_id: int, worker_id: str, reply: ReplyTarget, now: datetime) -> bool:
        return await self._change(
            _MARK_DELIVERED, song_id, worker=worker_id, delivered_at=now, **reply_to_columns(reply)
        )

    async def mark_undeliverable(self, song_id: int, worker_id: str, now: datetime) -> bool:
        return await self._change(_MARK_UNDELIVERABLE, song_id, worker=worker_id, delivered_at=now)

    async def lease_time(self) -> datetime:
        if self._connector.on_sqlite:
            return self._now()
        return await self._connector.read(leases.database_time)

    async def claim(self, worker_id: str, now: datetime, limit: int) -> list[Song]:
        return await self._connector.write(lambda connection: leases.claim(connection, worker_id, now, limit))

    async def leased(self, worker_id: str) -> dict[int, State]:
        return await self._connector.read(lambda connection: leases.leased_songs(connection, worker_id))

    async def heartbeat(self, worker_id: str, now: datetime, lease_until: datetime) -> bool:
        return await self._connector.write(
            lambda connection: leases.heartbeat(connection, worker_id, now, lease_until)
        )

    async def register_worker(self, worker_id: str, now: datetime, lease_until: datetime) -> None:
        await self._connector.write(
            lambda connection: leases.register(connection, worker_id, now, lease_until)
        )

    async def unregister_worker(self, worker_id: str) -> None:
        await self._connector.write(lambda connection: leases.unregister(connection, worker_id))

    async def get(self, song_id: int) -> Song | None:
        """Not a song whose owner had it deleted, though its row may still be counted."""
        query = select(songs).where(songs.c.id == song_id, songs.c.user_id > 0)
        row = await self._connector.read(lambda connection: connection.execute(query).one_or_none())
        return None if row is None else song_from_row(row)

    async def recent_durations(self, limit: int) -> list[float]:
        query = (
            select(songs.c.submitted_at, songs.c.finished_at)
            .where(COMPLETED, songs.c.submitted_at.is_not(None))
            .order_by(songs.c.finished_at.desc())
            .limit(limit)
        )
        rows = await self._connector.read(lambda connection: connection.execute(query).all())
        return [(row.finished_at - row.submitted_at).total_seconds() for row in rows]

    async def subscribers(self, song_id: int) -> list[int]:
        """In the order in which people asked."""
        return await self._connector.read(lambda connection: _subscribers(connection, song_id))

    async def _change(self, change: Update, song_id: int, **new: Any) -> bool:
        parameters = {f"new_{name}": value for name, value in new.items()} | {"of_song": song_id}
        return await self._connector.write(
            lambda connection: connection.execute(change, parameters).rowcount == 1
        )


def _song_in_state(song_id: int, worker_id: str, *states: State) -> tuple[ColumnElement[bool], ...]:
    return songs.c.id == song_id, songs.c.state.in_(states), songs.c.lease_owner == worker_id


def _failable(reason: FailureReason) -> tuple[State, ...]:
    """Another worker may have written the job's id meanwhile: then it is known what came of the POST."""
    return (State.SUBMITTING,) if reason is FailureReason.INTERRUPTED else UNFINISHED_STATES


def _subscribers(connection: Connection, song_id: int) -> list[int]:
    return list(connection.scalars(_SUBSCRIBERS, {"of_song": song_id}).all())


def _mark_failed(connection: Connection, change: Update) -> bool:
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
