"""Who is next: songs in line, in turn between people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, case, func, select, update

from songbot.songs.models import ACTIVE, Song, State
from songbot.storage.connectors.base import ADMISSION_LOCK, advisory_lock
from songbot.storage.schema.tables import UNFINISHED, songs

from .mapping import song_from_row


def _queue_order(slots_per_user: int | None = None) -> Select[Any, Any]:
    """Id and worker of the queued songs, in turn, those left out that are over `places_per_user`.

    A song's turn is 1 for the first of a person who has none in the works; each of theirs in the works or
    before it adds one. Of songs with the same turn the one goes first whose person was served longest ago.
    """
    under_way_first = case((songs.c.state == State.QUEUED, 1), else_=0)
    rank = func.row_number().over(partition_by=songs.c.user_id, order_by=(under_way_first, songs.c.id))
    columns = songs.c.id, songs.c.user_id, songs.c.state, songs.c.lease_owner
    unfinished = select(*columns, rank.label("turn")).where(UNFINISHED).subquery("unfinished")
    earlier = songs.alias("before")
    served = select(func.max(earlier.c.submitted_at)).where(earlier.c.user_id == unfinished.c.user_id)
    query = (
        select(unfinished.c.id, unfinished.c.lease_owner)
        .where(unfinished.c.state == State.QUEUED)
        .order_by(unfinished.c.turn, served.scalar_subquery().nulls_first(), unfinished.c.id)
    )
    return query if slots_per_user is None else query.where(unfinished.c.turn <= slots_per_user)


def queue(connection: Connection) -> list[int]:
    return [row.id for row in connection.execute(_queue_order())]


def admit(
    connection: Connection,
    worker_id: str,
    now: datetime,
    *,
    slots: int,
    slots_per_user: int,
) -> list[Song]:
    """The free places go to the first in line, whoever's worker they are; `worker` takes only its own."""
    taken = select(func.count()).select_from(songs).where(UNFINISHED, songs.c.state.in_(ACTIVE))
    advisory_lock(connection, ADMISSION_LOCK)
    free = slots - (connection.scalar(taken) or 0)
    if free <= 0:
        return []
    first = connection.execute(_queue_order(slots_per_user).limit(free))
    mine = [row.id for row in first if row.lease_owner == worker_id]
    return _submit(connection, worker_id, mine, now) if mine else []


def _submit(connection: Connection, worker_id: str, song_ids: list[int], now: datetime) -> list[Song]:
    """In the order of `song_ids`, without those that have left the line since it was read."""
    change = (
        update(songs)
        .where(songs.c.id.in_(song_ids), songs.c.state == State.QUEUED, songs.c.lease_owner == worker_id)
        .values(state=State.SUBMITTING, submitted_at=now)
        .returning(songs)
    )
    admitted = {row.id: song_from_row(row) for row in connection.execute(change)}
    return [admitted[song_id] for song_id in song_ids if song_id in admitted]
