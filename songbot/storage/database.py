"""Open, migrate, check and close the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile

from sqlalchemy import select

from songbot.quotas.channels import ChannelRuleRepository
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
from .repositories.channel_rules import SqlChannelRuleRepository
from .repositories.languages import SqlLanguageRepository
from .repositories.library import SqlLibraryRepository
from .repositories.privacy import SqlPrivacyRepository
from .repositories.quotas import SqlQuotaRepository
from .repositories.songs import SqlSongRepository
from .schema.migrate import HEAD, migrate, revision_of

DEADLINE = 10.0
"""Maximum seconds for any call, including the wait for a connection."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class Database:
    """The repositories, which share one connector."""

    def __init__(
        self, connector: Connector, operator_limits: OperatorLimits, now: Callable[[], datetime]
    ) -> None:
        self.connector = connector
        self.songs: SongRepository = SqlSongRepository(connector, operator_limits, now)
        self.quotas: QuotaRepository = SqlQuotaRepository(connector, operator_limits)
        self.channel_rules: ChannelRuleRepository = SqlChannelRuleRepository(connector)
        self.languages = SqlLanguageRepository(connector)
        self.library: LibraryRepository = SqlLibraryRepository(connector, now)
        self.privacy: PrivacyRepository = SqlPrivacyRepository(connector, now)
        self.app_state = KeyValueStore(connector)
        self.admin: AdminRepository = SqlAdminRepository(connector, self.app_state)

    async def migrate(self) -> None:
        """Migrate the tables to the latest version, which is quick if they already have it.

        May raise UnusableDatabase or StoreUnavailable.
        """
        await migrate(self.connector)
        await refuse_unfinished_copy(self.connector)

    async def check(self) -> None:
        """Raise StoreUnavailable if the database does not respond."""
        await self.connector.read(lambda connection: connection.execute(select(1)))

    async def describe(self) -> str:
        """Describe the database and its migration for a person. Change nothing.

        May raise UnusableDatabase or StoreUnavailable.
        """
        revision = await self.connector.read(revision_of)
        kind = "SQLite" if self.connector.on_sqlite else "PostgreSQL"
        if revision is None:
            return f"{kind}, empty; the bot creates its tables when it starts"
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
    """Open the database at `url`: connect on first use, and disconnect at the end.

    `url` is sqlite:///relative/path.db (missing folders are created), sqlite:////absolute/path.db or
    postgresql://user:password@host/database. `deadline` is in seconds. May raise BadDatabaseUrl, or
    StoreUnavailable if the folder can't be created.
    """
    address = parse_url(url)
    with translate_errors():
        connector = open_connector(address, pool_size=pool_size, deadline=deadline)
    try:
        yield Database(connector, operator_limits or OperatorLimits(), now)
    finally:
        await connector.close()


async def describe_database(url: str) -> str:
    """Describe the database at `url` for a person, and create nothing, not even a SQLite file.

    May raise BadDatabaseUrl, UnusableDatabase or StoreUnavailable.
    """
    address = parse_url(url)
    with translate_errors():
        is_missing = address.get_backend_name() == "sqlite" and await asyncio.to_thread(
            _is_missing, Path(str(address.database))
        )
    if is_missing:
        return "SQLite, no file yet; the bot creates it when it starts"
    async with open_database(url) as database:
        return await database.describe()


def _is_missing(file: Path) -> bool:
    """Return whether the file is missing. Raise OSError if it is missing and can't be created either."""
    if file.exists():
        return False
    existing = next(path for path in file.absolute().parents if path.exists())
    with TemporaryFile(dir=existing):
        return True
