"""The engine: the address from the settings, turned into a pool of connections that behave alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from .errors import BadDatabaseUrl

WRITING = "songs_writing"
"""Execution option of a connection that is going to write: CHECKED or UNCHECKED."""
CHECKED, UNCHECKED = "checked", "unchecked"
"""UNCHECKED takes SQLite's foreign keys off for the rest of the connection's life: a migration that rebuilds
a table drops the old one, which would delete what refers to it."""

_PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
)
_EXAMPLES = "sqlite:///data/songs.db or postgresql://user:password@host/database"


def parse_url(text: str) -> URL:
    """The address with its async driver. Raises BadDatabaseUrl."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise BadDatabaseUrl(f"DATABASE_URL is no database address; use {_EXAMPLES}.") from None
    backend = url.drivername.partition("+")[0]
    if backend == "sqlite":
        return _sqlite(url)
    if backend in ("postgres", "postgresql"):
        return _postgresql(url)
    raise BadDatabaseUrl(f"DATABASE_URL names no database that is known here; use {_EXAMPLES}.")


def _sqlite(url: URL) -> URL:
    if url.host or url.database in (None, "", ":memory:"):
        raise BadDatabaseUrl("DATABASE_URL names no file; SQLite needs one: sqlite:///data/songs.db")
    return url.set(drivername="sqlite+aiosqlite")


def _postgresql(url: URL) -> URL:
    """Options come in libpq's words; asyncpg says `ssl` for `sslmode` and has no channel binding."""
    query = {key: value for key, value in url.query.items() if key != "channel_binding"}
    if "sslmode" in query:
        query["ssl"] = query.pop("sslmode")
    if not url.database:
        raise BadDatabaseUrl(f"DATABASE_URL names no database on the server; use {_EXAMPLES}.")
    return url.set(drivername="postgresql+asyncpg", query=query)


def make_engine(url: URL, pool_size: int, pool_timeout: float) -> AsyncEngine:
    """An engine that connects when it is first used. Creates the folder of a SQLite file (OSError)."""
    options: dict[str, Any] = {
        "hide_parameters": True,
        "pool_size": pool_size,
        "max_overflow": 0,
        "pool_timeout": pool_timeout,
        "pool_use_lifo": True,
    }
    if url.get_backend_name() == "sqlite":
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_async_engine(url, **options)
        event.listen(engine.sync_engine, "connect", _set_up_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    # Short statements gain nothing from PostgreSQL's compiler, and its first run takes long.
    return create_async_engine(
        url, pool_pre_ping=True, connect_args={"server_settings": {"jit": "off"}}, **options
    )


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the lock at once: one that reads first may find the database changed under it."""
    writing = connection.get_execution_options().get(WRITING)
    if writing == UNCHECKED:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    if writing:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
