"""The doors to the database: reading and writing, each with a deadline, each failing in one way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext

import asyncpg
from sqlalchemy import BigInteger, func, literal, select
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    DisconnectionError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from songs.ports import StoreUnavailable

from .engine import CHECKED, UNCHECKED, WRITING

ALL_QUOTAS, ADMISSION, MIGRATION = 1, 2, 3
"""Keys of PostgreSQL's advisory locks. Others are snowflakes, so these never meet them."""

# The classes of SQLSTATE (PostgreSQL's manual, appendix A) that are weather: connection, read-only, login,
# no such database, rollback, resources, locks, shutdown, system. What has another is a bug, to be seen.
_PASSING_STATES = frozenset({"08", "25", "28", "3D", "40", "53", "55", "57", "58"})
# SQLite's errors have no state; those for broken statements and data have a class of their own.
_PASSING_ERRORS = frozenset({DBAPIError, DatabaseError, OperationalError, InterfaceError, InternalError})


def _passes(failure: DBAPIError) -> bool:
    state = getattr(failure.orig, "sqlstate", None)
    return type(failure) in _PASSING_ERRORS if state is None else state[:2] in _PASSING_STATES


@contextmanager
def unavailable() -> Iterator[None]:
    """Turns whatever keeps the database from answering into StoreUnavailable, without parameters."""
    try:
        yield
    except DBAPIError as failure:
        if not _passes(failure):
            raise
        raise StoreUnavailable(f"the database failed: {failure.orig}") from failure
    except (PoolTimeout, TimeoutError) as failure:
        raise StoreUnavailable("the database did not answer in time") from failure
    except (OSError, DisconnectionError, asyncpg.PostgresError, asyncpg.InterfaceError) as failure:
        raise StoreUnavailable(f"the database can not be reached: {failure}") from failure


class Doors:
    """`reading` and `writing` give a connection for the length of one transaction.

    Both raise StoreUnavailable, also when the whole of it takes longer than `deadline` seconds.
    """

    def __init__(self, engine: AsyncEngine, deadline: float) -> None:
        self.engine = engine
        self.deadline = deadline
        self._writer = engine.execution_options(**{WRITING: CHECKED})
        # SQLite lets one write at a time. Waiting here is fair and wakes at once; its own waiting is neither.
        self._turn: AbstractAsyncContextManager[object] = asyncio.Lock() if self.on_sqlite else nullcontext()

    @property
    def on_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        with unavailable():
            async with asyncio.timeout(self.deadline), self.engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: committed at the end, rolled back when anything is raised."""
        with unavailable():
            async with asyncio.timeout(self.deadline), self._turn, self._writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def migrating(self, deadline: float) -> AsyncIterator[AsyncConnection]:
        """Like `writing`, with SQLite's foreign keys off, and all connections made anew afterwards."""
        migrator = self.engine.execution_options(**{WRITING: UNCHECKED})
        try:
            with unavailable():
                async with asyncio.timeout(deadline), self._turn, migrator.begin() as connection:
                    yield connection
        finally:
            await self.engine.dispose()


async def lock(connection: AsyncConnection, *keys: int) -> None:
    """Wait for the locks `keys`, held until the transaction ends. SQLite's writers need none."""
    if connection.dialect.name == "postgresql":
        taken = [func.pg_advisory_xact_lock(literal(key, BigInteger)) for key in keys]
        await connection.execute(select(*taken))
