"""The database as a whole: opened, migrated, checked, closed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import select

from songbot.quotas.repository import QuotaBook
from songbot.quotas.rules import Ceilings
from songbot.songs.admin import Overview
from songbot.songs.library import Library, Privacy
from songbot.songs.ports import SongStore

from .connectors.base import Doors, open_doors, unavailable
from .connectors.url import parse_url
from .errors import DatabaseTooNew
from .repositories.admin import OverviewTables
from .repositories.app_state import AppState
from .repositories.library import LibraryTables
from .repositories.privacy import PrivacyTables
from .repositories.quotas import QuotaTables
from .repositories.songs import SongTable
from .schema.migrate import HEAD, migrate, revision_of

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

        Raises DatabaseTooNew, or StoreUnavailable."""
        await migrate(self._doors)

    async def check(self) -> None:
        """Raises StoreUnavailable when the database does not answer."""
        await self._doors.read(lambda connection: connection.execute(select(1)))

    async def describe(self) -> str:
        """Which database it is and how far it is migrated, for a person; nothing is changed.

        Raises DatabaseTooNew, or StoreUnavailable."""
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
    postgresql://user:password@host/database. Raises BadDatabaseUrl, or StoreUnavailable where
    the folder can not be made.
    """
    address = parse_url(url)
    with unavailable():
        doors = open_doors(address, pool_size=pool_size, deadline=deadline)
    try:
        yield Database(doors, ceilings or Ceilings(), now)
    finally:
        await doors.close()
