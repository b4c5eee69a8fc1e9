"""Workers and their leases: one row a worker, renewed by its heartbeat; its songs carry its name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from sqlalchemy import Connection, delete, func, or_, select, update

from songbot.songs.models import Song, State
from songbot.storage.schema.tables import PENDING, songs, workers
from songbot.storage.schema.upsert import upsert

from .mapping import song_from_row


def database_time(connection: Connection) -> datetime:
    """PostgreSQL's own time: one for all workers, however far apart their machines' clocks are."""
    now = connection.scalar(select(func.clock_timestamp()))
    return cast("datetime", now).astimezone(UTC)


def register(connection: Connection, worker_id: str, now: datetime, lease_until: datetime) -> None:
    """Those whose lease has run out go; on SQLite all go, since there one process runs at a time."""
    expired = delete(workers)
    if connection.dialect.name != "sqlite":
        expired = expired.where(workers.c.lease_until <= now)
    connection.execute(expired)
    upsert(connection, workers, {"name": worker_id}, {"lease_until": lease_until})


def heartbeat(connection: Connection, worker_id: str, now: datetime, lease_until: datetime) -> bool:
    """On SQLite nobody takes songs from a worker that is late, only one that enlists after it."""
    renewal = update(workers).where(workers.c.name == worker_id).values(lease_until=lease_until)
    if connection.dialect.name != "sqlite":
        renewal = renewal.where(workers.c.lease_until > now)
    return connection.execute(renewal).rowcount == 1


def unregister(connection: Connection, worker_id: str) -> None:
    connection.execute(delete(workers).where(workers.c.name == worker_id))


def leased_songs(connection: Connection, worker_id: str) -> dict[int, State]:
    query = select(songs.c.id, songs.c.state).where(PENDING, songs.c.lease_owner == worker_id)
    return {row.id: State(row.state) for row in connection.execute(query)}


def claim(connection: Connection, worker_id: str, now: datetime, limit: int) -> list[Song]:
    """Oldest first. Songs that another process is claiming at this moment are passed over."""
    lease_is_live = (
        select(workers.c.name)
        .where(workers.c.name == songs.c.lease_owner, workers.c.lease_until > now)
        .correlate(songs)
        .exists()
    )
    free = (
        select(songs.c.id)
        .where(PENDING, or_(songs.c.lease_owner.is_(None), ~lease_is_live))
        .order_by(songs.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("free")  # run once on either database, where a subselect might be run for every row
    )
    mine = songs.c.id.in_(select(free.c.id))
    claimed = update(songs).where(mine).values(lease_owner=worker_id).returning(songs)
    rows = connection.execute(claimed).all()
    return sorted((song_from_row(row) for row in rows), key=lambda song: song.id)
