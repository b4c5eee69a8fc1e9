"""Store single values by key, which the bot keeps across restarts."""

from __future__ import annotations

from sqlalchemy import Connection, delete

from songbot.storage.connectors.base import Connector
from songbot.storage.queries.state_values import load_state_value
from songbot.storage.schema.tables import app_state
from songbot.storage.schema.upsert import upsert


class KeyValueStore:
    """A key-value store. Each method may raise StoreUnavailable."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    async def get(self, key: str) -> str | None:
        return await self._connector.read(lambda connection: load_state_value(connection, key))

    async def set(self, key: str, value: str | None) -> None:
        """Set a value; None deletes the key."""
        await self._connector.write(lambda connection: _set(connection, key, value))


def _set(connection: Connection, key: str, value: str | None) -> None:
    if value is None:
        connection.execute(delete(app_state).where(app_state.c.key == key))
    else:
        upsert(connection, app_state, {"key": key}, {"value": value})
