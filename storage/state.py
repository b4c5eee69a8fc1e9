"""What the app remembers beside songs: single values by key."""

from __future__ import annotations

from sqlalchemy import delete, select

from .doors import Doors
from .tables import app_state
from .upsert import upsert


class AppState:
    """Each method may raise songs.ports.StoreUnavailable."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    async def get(self, key: str) -> str | None:
        query = select(app_state.c.value).where(app_state.c.key == key)
        async with self._doors.reading() as connection:
            return await connection.scalar(query)

    async def set(self, key: str, value: str | None) -> None:
        """None takes the key out."""
        async with self._doors.writing() as connection:
            if value is None:
                await connection.execute(delete(app_state).where(app_state.c.key == key))
            else:
                await upsert(connection, app_state, {"key": key}, {"value": value})
