"""The database as a whole: opened, migrated, checked, closed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import select

from songbot.quotas.repository import QuotaRepository
from songbot.quotas.rules import OperatorLimits
from songbot.songs.admin import AdminRepository
from songbot.songs.library import LibraryRepository
from songbot.songs.ports import SongRepository
from songbot.songs.privacy import PrivacyRepository

from .connectors.base import Connector, translate_errors
from .connectors.factory import open_connector
from .connectors.url import parse_url
from .errors import DatabaseTooNew
from .preconditions import refuse_unfinished_copy
from .repositories.admin import SqlAdminRepository
from .repositories.app_state import KeyValueStore
from .repositories.library import SqlLibraryRepository
from .repositories.privacy import SqlPrivacyRepository
from .repositories.quotas import SqlQuotaRepository
from .repositories.songs import SqlSongRepository
from .schema.migrate import HEAD, migrate, revision_of

DEADLINE = 10.0
"""Seconds that anything asked of the database may take, waiting for a connection included."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class Database:
    """`songs`, `quotas`, `library`, `privacy` and `overview` implement the Protocols of the same names."""

    def __init__(
        self, connector: Connector, operator_limits: OperatorLimits, now: Callable[[], datetime]
    ) -> None:
        self.connector = connector
        self.songs: SongRepository = SqlSongRepository(connector, operator_limits, now)
        self.quotas: QuotaRepository = SqlQuotaRepository(connector, operator_limits)
        self.library: LibraryRepository = SqlLibraryRepository(connector, now)
        self.privacy: PrivacyRepository = SqlPrivacyRepository(connector, now)
        self.app_state = KeyValueStore(connector)
        self.admin: AdminRepository = SqlAdminRepository(connector, self.app_state)

    async def migrate(self) -> None:
        """Bring the tables up to date, which is quick if they are.

        Raises UnusableDatabase or StoreUnavailable."""
        await migrate(self.connector)
        await refuse_unfinished_copy(self.connector)

    async def check(self) -> None:
        """Raises StoreUnavailable when the database does not answer."""
        await self.connector.read(lambda connection: connection.execute(select(1)))

    async def describe(self) -> str:
        """Which database it is and how far it is migrated, for a person; nothing is changed.

        Raises UnusableDatabase or StoreUnavailable."""
        revision = await self.connector.read(revision_of)
        kind = "SQLite" if self.connector.on_sqlite else "PostgreSQL"
        if revision is None:
            return f"{kind}, empty; the bot makes its tables when it starts"
        if revision > HEAD:
            raise DatabaseTooNew(revision)
        await refuse_unfinished_copy(self.connector)
        return f"{kind}, migrated" if revision == HEAD else f"{kind}, to be migrated at the next start"


@asynccontextmanager
async def open_database(
    url: str,
    *,
    operator_limits: OperatorLimits | None = None,
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
    with translate_errors():
        connector = open_connector(address, pool_size=pool_size, deadline=deadline)
    try:
        yield Database(connector, operator_limits or OperatorLimits(), now)
    finally:
        await connector.close()
