"""Check what must hold before a bot, or a command that needs it stopped, uses a database."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from .connectors.base import Connector
from .errors import DatabaseInUse, UnfinishedCopy
from .queries.state_values import load_state_value
from .schema.tables import workers

COPY_UNFINISHED = "moving"
"""The key in a copy's `app_state` until the copy is complete and verified (songbot.storage.move)."""


async def refuse_unfinished_copy(connector: Connector) -> None:
    """Raise UnfinishedCopy if the database, which must be migrated, is an unfinished copy."""
    if await connector.read(lambda connection: load_state_value(connection, COPY_UNFINISHED)) is not None:
        raise UnfinishedCopy


async def refuse_while_used(connector: Connector, name: str) -> None:
    """Raise DatabaseInUse if any worker has a valid lease. The error calls the database `name`."""

    def is_used(connection: Connection) -> bool:
        on_sqlite = connection.dialect.name == "sqlite"
        now = datetime.now(UTC) if on_sqlite else connection.scalar(select(func.clock_timestamp()))
        query = select(workers.c.name).where(workers.c.lease_until > now).limit(1)
        return connection.scalar(query) is not None

    if await connector.read(is_used):
        raise DatabaseInUse(name)
