"""The database as a whole: opened, migrated, checked, closed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import select

from songs.library import Library, Privacy
from songs.overview import Overview
from songs.ports import SongStore
from songs.quota_book import QuotaBook
from songs.quotas import Ceilings

from .address import parse_url
from .doors import Doors, open_doors, unavailable
from .errors import DatabaseTooNew
from .library_store import LibraryTables
from .migrate import HEAD, migrate, revision_of
from .overview_store import OverviewTables
from .privacy_store import PrivacyTables
from .quota_store import QuotaTables
from .song_store import SongTable
from .state import AppState

DEADLINE = 10.0
"""Seconds that anything asked of the database may take, waiting for a connection included."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class Database:
    """`songs`, `quotas`, `library`, `privacy` and `overview` implement the Protocols of the same names."""

    def __init__(self, doors: Doors, ceilings: Ceilings, now: Callable[[], datetime]) -> None:
        self._doors = doors
        self.songs: SongStore = SongTable(doors, ceilings, now)
        self.quotas: QuotaBook = QuotaTables(doors, ceilings)
        self.library: Library = LibraryTables(doors, now)
        self.privacy: Privacy = PrivacyTables(doors, now)
        self.state = AppState(doors)
        self.overview: Overview = OverviewTables(doors, self.state)

    async def migrate(self) -> None:
        """Bring the tables up to date; quick when they are.

        Raises DatabaseTooNew, or songs.ports.StoreUnavailable."""
        await migrate(self._doors)

    async def check(self) -> None:
        """Raises songs.ports.StoreUnavailable when the database does not answer."""
        await self._doors.read(lambda connection: connection.execute(select(1)))

    async def describe(self) -> str:
        """Which database it is and how far it is migrated, for a person; nothing is changed.

        Raises DatabaseTooNew, or songs.ports.StoreUnavailable."""
        revision = await self._doors.read(revision_of)
        kind = "SQLite" if self._doors.on_sqlite else "PostgreSQL"
        if revision is None:
            return f"{kind}, empty; the bot makes its tables when it starts"
        if revision > HEAD:
            raise DatabaseTooNew(revision)
        return f"{kind}, migrated" if revision == HEAD else f"{kind}, to be migrated at the next start"


@asynccontextmanager
async def open_database(
    url: str,
    *,
    ceilings: Ceilings | None = None,
    pool_size: int = 10,
    deadline: float = DEADLINE,
    now: Callable[[], datetime] = utc_now,
) -> AsyncIterator[Database]:
    """The database at `url`, connected when first used, closed at the end.

    `url` is sqlite:///relative/path.db (folders are made), sqlite:////absolute/path.db or
    postgresql://user:password@host/database. Raises BadDatabaseUrl, or songs.ports.StoreUnavailable where
    the folder can not be made.
    """
    address = parse_url(url)
    with unavailable():
        doors = open_doors(address, pool_size=pool_size, deadline=deadline)
    try:
        yield Database(doors, ceilings or Ceilings(), now)
    finally:
        await doors.close()
