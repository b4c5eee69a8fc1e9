"""Query the database for the operator's commands."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select, text

from songbot.songs.admin import SongDetails, SystemStatus
from songbot.songs.models import FailureReason, State
from songbot.storage.connectors.base import Connector
from songbot.storage.queries.create_song import PAUSED
from songbot.storage.queries.mapping import song_from_row
from songbot.storage.schema.tables import PENDING, UNFINISHED, notifications, songs

from .app_state import KeyValueStore

LAST_BACKUP = "last_backup"
"""The key of the last backup's time, stored in ISO 8601."""

_UNFINISHED = select(songs.c.state, func.count()).where(UNFINISHED).group_by(songs.c.state)
_UNDELIVERED = select(func.count()).select_from(songs).where(PENDING, songs.c.finished_at.is_not(None))
_SIZE_ON_SQLITE = text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
_SIZE_ON_POSTGRESQL = text("SELECT pg_database_size(current_database())")


class SqlAdminRepository:
    """Implements songbot.songs.admin.AdminRepository."""

    def __init__(self, connector: Connector, app_state: KeyValueStore) -> None:
        self._connector = connector
        self._app_state = app_state

    async def status(self, since: datetime) -> SystemStatus:
        on_sqlite = self._connector.on_sqlite
        paused = await self._app_state.get(PAUSED)
        last_backup = await self.last_backup()

        def look(connection: Connection) -> SystemStatus:
            unfinished = {State(row[0]): row[1] for row in connection.execute(_UNFINISHED)}
            return SystemStatus(
                database="SQLite" if on_sqlite else "PostgreSQL",
                size_bytes=connection.scalar(_SIZE_ON_SQLITE if on_sqlite else _SIZE_ON_POSTGRESQL) or 0,
                unfinished=unfinished,
                undelivered=connection.scalar(_UNDELIVERED) or 0,
                ordered=_ordered(connection, since),
                paused=paused,
                last_backup=last_backup,
            )

        return await self._connector.read(look)

    async def song_details(self, song_id: int) -> SongDetails | None:
        subscribers = select(func.count()).where(notifications.c.song_id == songs.c.id).scalar_subquery()
        query = select(songs, subscribers.label("notified")).where(songs.c.id == song_id, songs.c.user_id > 0)
        row = await self._connector.read(lambda connection: connection.execute(query).one_or_none())
        return (
            None
            if row is None
            else SongDetails(song_from_row(row), row.granted, row.lease_owner, row.notified)
        )

    async def pause(self, reason: str) -> None:
        await self._app_state.set(PAUSED, reason)

    async def resume(self) -> bool:
        """Resume, and return whether the bot was paused. Two simultaneous calls may both return True."""
        paused = await self._app_state.get(PAUSED)
        await self._app_state.set(PAUSED, None)
        return paused is not None

    async def record_backup(self, made_at: datetime) -> None:
        await self._app_state.set(LAST_BACKUP, made_at.isoformat())

    async def last_backup(self) -> datetime | None:
        recorded = await self._app_state.get(LAST_BACKUP)
        return None if recorded is None else datetime.fromisoformat(recorded)


def _ordered(connection: Connection, since: datetime) -> dict[tuple[State, FailureReason | None], int]:
    query = (
        select(songs.c.state, songs.c.reason, func.count().label("number"))
        .where(songs.c.charged_at >= since)
        .group_by(songs.c.state, songs.c.reason)
    )
    rows = connection.execute(query)
    return {(State(row.state), FailureReason(row.reason) if row.reason else None): row.number for row in rows}
