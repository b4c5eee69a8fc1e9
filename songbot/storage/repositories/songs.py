"""Store and query songs, implementing SongRepository."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Update, bindparam, select

from songbot.quotas.rules import OperatorLimits
from songbot.songs.models import FailureReason, ReplyTarget, Result, Song
from songbot.songs.orders import Order, OrderOutcome
from songbot.songs.ports import LeaseState, Queue
from songbot.storage.connectors.base import Connector
from songbot.storage.queries import admission, leases, transitions
from songbot.storage.queries.create_song import create_song
from songbot.storage.queries.mapping import reply_to_columns, result_to_columns, search_text, song_from_row
from songbot.storage.schema.tables import COMPLETED, QUEUED, notifications, songs

_QUEUED = select(songs.c.id).where(QUEUED).limit(1)
# Songs that their owner had deleted may still be counted.
_UNDELETED = select(songs).where(songs.c.id == bindparam("song_id"), songs.c.user_id > 0)
_LEASED = select(songs).where(
    songs.c.id.in_(bindparam("song_ids", expanding=True)), songs.c.lease_owner == bindparam("worker_id")
)
_SUBSCRIBERS = (
    select(notifications.c.user_id)
    .where(notifications.c.song_id == bindparam("of_song"))
    .order_by(notifications.c.asked_at, notifications.c.user_id)
)


class SqlSongRepository:
    """Implements SongRepository."""

    def __init__(
        self,
        connector: Connector,
        operator_limits: OperatorLimits,
        now: Callable[[], datetime],
        *,
        single_process: bool | None = None,
    ) -> None:
        self._connector = connector
        self._operator_limits = operator_limits
        self.single_process = connector.on_sqlite if single_process is None else single_process
        on_postgresql = connector.engine.dialect.name == "postgresql"
        self._leases = leases.LeaseQueries(
            single_process=self.single_process, on_postgresql=on_postgresql, now=now
        )
        self._admission = admission.AdmissionQueries(self._leases)

    async def create(self, order: Order, now: datetime) -> OrderOutcome:
        limits = self._operator_limits
        return await self._connector.write(lambda connection: create_song(connection, order, limits, now))

    async def is_queue_empty(self) -> bool:
        return await self._connector.read(lambda connection: connection.scalar(_QUEUED) is None)

    async def admit(self, worker_id: str, slots: int, slots_per_user: int, now: datetime) -> list[Song]:
        # Durable: if a power failure turned `submitting` back into `queued`, the song would be paid for
        # twice.
        return await self._connector.write(
            lambda connection: self._admission.admit(
                connection, worker_id, now, slots=slots, slots_per_user=slots_per_user
            ),
            durable=True,
        )

    async def queue(self, limit: int, count_limit: int) -> Queue:
        return await self._connector.read(lambda connection: admission.queue(connection, limit, count_limit))

    async def cancel_queued(self, song_id: int, user_id: int, now: datetime) -> bool:
        parameters = {"song_id": song_id, "of_user": user_id, "finished_at": now, "refunded_at": now}
        return await self._connector.write(
            lambda connection: len(transitions.fail(connection, transitions.CANCEL, parameters)) == 1
        )

    async def requeue(self, song: Song, worker_id: str, unavailable_since: datetime | None) -> bool:
        return await self._change(
            transitions.REQUEUE, song, worker_id=worker_id, unavailable_since=unavailable_since
        )

    async def mark_submitted(self, song: Song, job_id: str) -> bool:
        return await self._change(transitions.MARK_SUBMITTED, song, job_id=job_id)

    async def mark_completed(self, song: Song, worker_id: str, result: Result, now: datetime) -> bool:
        found = f"\n{search_text(result.title, *result.tags)}"
        values = {"worker_id": worker_id, "found": found, "finished_at": now, **result_to_columns(result)}
        return await self._change(transitions.MARK_COMPLETED, song, **values)

    async def mark_failed(
        self, song: Song, worker_id: str, reason: FailureReason, error: str | None, now: datetime
    ) -> bool:
        values = {"reason": reason, "error": error, "finished_at": now, "refunded_at": now}
        owner = {"worker_id": worker_id, "lease_owner": worker_id}
        parameters = {**_key_of(song), "from_state": song.state, **owner, **values}
        return await self._connector.write(
            lambda connection: len(transitions.fail(connection, transitions.MARK_FAILED, parameters)) == 1
        )

    async def mark_delivered(self, song: Song, worker_id: str, reply: ReplyTarget, now: datetime) -> bool:
        origin = song.requested_in if song.requested_in != reply.channel_id else None
        values = {"worker_id": worker_id, "delivered_at": now, "origin_channel_id": origin}
        values |= reply_to_columns(reply)
        return await self._change(transitions.MARK_DELIVERED, song, **values)

    async def mark_undeliverable(self, song: Song, worker_id: str, now: datetime) -> bool:
        return await self._change(transitions.MARK_UNDELIVERABLE, song, worker_id=worker_id, delivered_at=now)

    async def register_worker(self, worker_id: str, lease_seconds: float) -> None:
        await self._connector.write(
            lambda connection: self._leases.register(connection, worker_id, lease_seconds)
        )

    async def heartbeat(
        self, worker_id: str, lease_seconds: float, *, provider_available: bool
    ) -> LeaseState:
        return await self._connector.write(
            lambda connection: self._leases.heartbeat(
                connection, worker_id, lease_seconds, provider_available=provider_available
            )
        )

    async def unregister_worker(self, worker_id: str) -> None:
        await self._connector.write(lambda connection: leases.unregister(connection, worker_id))

    async def begin_edits(self, worker_id: str, seconds: float) -> datetime | None:
        return await self._connector.write(
            lambda connection: self._leases.begin_edits(connection, worker_id, seconds)
        )

    async def end_edits(self, worker_id: str, until: datetime) -> None:
        await self._connector.write(lambda connection: leases.end_edits(connection, worker_id, until))

    async def others_edit(self, worker_id: str) -> bool:
        return not self.single_process and await self._connector.read(
            lambda connection: self._leases.others_edit(connection, worker_id)
        )

    async def claim(self, worker_id: str, now: datetime, limit: int) -> list[int]:
        return await self._connector.write(
            lambda connection: self._leases.claim(connection, worker_id, now, limit)
        )

    async def leased(self, worker_id: str) -> set[int]:
        return await self._connector.read(lambda connection: leases.leased(connection, worker_id))

    async def get(self, song_id: int) -> Song | None:
        """Return the song, or None if its owner deleted it."""
        row = await self._connector.read(
            lambda connection: connection.execute(_UNDELETED, {"song_id": song_id}).first()
        )
        return song_from_row(row) if row else None

    async def load_leased(self, worker_id: str, song_ids: Sequence[int]) -> list[Song]:
        parameters = {"worker_id": worker_id, "song_ids": list(song_ids)}
        rows = await self._connector.read(lambda connection: connection.execute(_LEASED, parameters).all())
        return [song_from_row(row) for row in rows]

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
        """Return the subscribers in the order in which they subscribed."""
        return await self._connector.read(
            lambda connection: list(connection.scalars(_SUBSCRIBERS, {"of_song": song_id}).all())
        )

    async def _change(self, statement: Update, song: Song, **values: Any) -> bool:
        parameters = {**_key_of(song), **values}
        return await self._connector.write(
            lambda connection: connection.execute(statement, parameters).rowcount == 1
        )


def _key_of(song: Song) -> dict[str, Any]:
    return {"song_id": song.id, "of_generation": song.generation}
