"""What must hold before a bot, or a command for when no bot runs, uses a database."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from .connectors.base import Connector
from .errors import DatabaseInUse, UnfinishedCopy
from .queries.state_values import load_state_value
from .schema.tables import workers

COPY_UNFINISHED = "moving"
"""Key in a copy's `app_state` until the copy is complete and compared (songbot.storage.move)."""


async def refuse_unfinished_copy(connector: Connector) -> None:
    """Raise UnfinishedCopy if the database is one. It must be migrated."""
    if await connector.read(lambda connection: load_state_value(connection, COPY_UNFINISHED)) is not None:
        raise UnfinishedCopy


async def refuse_while_used(connector: Connector, name: str) -> None:
    """Raise DatabaseInUse, which calls the database `name`, if a worker's lease is alive."""

    def is_used(connection: Connection) -> bool:
        on_sqlite = connection.dialect.name == "sqlite"
        now = datetime.now(UTC) if on_sqlite else connection.scalar(select(func.clock_timestamp()))
        query = select(workers.c.name).where(workers.c.lease_until > now).limit(1)
        return connection.scalar(query) is not None

    if await connector.read(is_used):
        raise DatabaseInUse(name)
