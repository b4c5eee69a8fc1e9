"""Choose the connector of a URL, and load only that one's driver."""

from __future__ import annotations

from sqlalchemy import URL

from .base import Connector


def open_connector(url: URL, *, pool_size: int, deadline: float) -> Connector:
    """Return a connector that connects at its first call.

    Creates the folder of a SQLite file; raises OSError if it can't.
    """
    if url.get_backend_name() == "sqlite":
        from .sqlite import SqliteConnector

        return SqliteConnector(url, pool_size, deadline)
    from .postgres import PostgresConnector  # asyncpg and what it needs take 20 MiB

    return PostgresConnector(url, pool_size, deadline)
