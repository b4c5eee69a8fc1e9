"""The address from the settings, with the driver that is used."""

from __future__ import annotations

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from songbot.storage.errors import BadDatabaseUrl

_EXAMPLES = "sqlite:///data/songs.db or postgresql://user:password@host/database"


def parse_url(text: str) -> URL:
    """The address with its driver. Raises BadDatabaseUrl."""
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
    return url.set(drivername="sqlite")


def _postgresql(url: URL) -> URL:
    """Options come in libpq's words; asyncpg says `ssl` for `sslmode` and has no channel binding."""
    query = {key: value for key, value in url.query.items() if key != "channel_binding"}
    if "sslmode" in query:
        query["ssl"] = query.pop("sslmode")
    if not url.database:
        raise BadDatabaseUrl(f"DATABASE_URL names no database on the server; use {_EXAMPLES}.")
    return url.set(drivername="postgresql+asyncpg", query=query)
