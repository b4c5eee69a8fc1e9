"""Parse DATABASE_URL."""

from __future__ import annotations

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from songbot.storage.errors import BadDatabaseUrl

from .postgres_options import checked_options

_EXAMPLES = "sqlite:///data/songs.db or postgresql://user:password@host/database"


def parse_url(text: str) -> URL:
    """Return the URL with its driver, and its options under libpq's names. May raise BadDatabaseUrl."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise BadDatabaseUrl(f"DATABASE_URL is not a database URL; use {_EXAMPLES}.") from None
    backend = url.drivername.partition("+")[0]
    if backend == "sqlite":
        if url.host or url.database in (None, "", ":memory:"):
            raise BadDatabaseUrl("DATABASE_URL names no file; SQLite needs one: sqlite:///data/songs.db")
        return url.set(drivername="sqlite")
    if backend in ("postgres", "postgresql"):
        if not url.database:
            raise BadDatabaseUrl(f"DATABASE_URL names no database on the server; use {_EXAMPLES}.")
        return url.set(drivername="postgresql+asyncpg", query=checked_options(url.query))
    raise BadDatabaseUrl(f"DATABASE_URL names a database that is not supported; use {_EXAMPLES}.")
