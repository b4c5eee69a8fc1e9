"""Choose the connector for a URL, and load only its driver."""

from __future__ import annotations

from sqlalchemy import URL

from .base import Connector


def open_connector(url: URL, *, pool_size: int, deadline: float) -> Connector:
    """Return a connector, which connects on its first call.

    Create the folder of a SQLite file; raises OSError if that fails.
    """
    if url.get_backend_name() == "sqlite":
        from .sqlite import SqliteConnector

        return SqliteConnector(url, pool_size, deadline)
    from .postgres import PostgresConnector  # asyncpg and its dependencies take 20 MiB

    return PostgresConnector(url, pool_size, deadline)
