"""The doors to the database: reading and writing, each with a deadline, each failing in one way.

What is done behind a door is plain code on SQLAlchemy's Connection, the same for both databases. It goes in
one trip, however many statements it has: to cross between the event loop and SQLite's thread takes longer
than most statements do.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, BigInteger, Connection, Engine, func, literal, select
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    DisconnectionError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from songbot.songs.errors import StoreUnavailable

P = ParamSpec("P")
T = TypeVar("T")

QUOTA_LOCK, ADMISSION_LOCK, MIGRATION_LOCK = 1, 2, 3
"""Keys of PostgreSQL's advisory locks. Others are snowflakes, so these never meet them."""

# The classes of SQLSTATE (PostgreSQL's manual, appendix A) that are weather: connection, read-only, login,
# no such database, rollback, resources, locks, shutdown, system. What has another is a bug, to be seen.
_TRANSIENT_SQLSTATES = frozenset({"08", "25", "28", "3D", "40", "53", "55", "57", "58"})
# SQLite's errors have no state; those for broken statements and data have a class of their own.
_TRANSIENT_ERRORS = frozenset({DBAPIError, DatabaseError, OperationalError, InterfaceError, InternalError})


def _is_transient(failure: DBAPIError) -> bool:
    state = getattr(failure.orig, "sqlstate", None)
    return type(failure) in _TRANSIENT_ERRORS if state is None else state[:2] in _TRANSIENT_SQLSTATES


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turns whatever keeps the database from answering into StoreUnavailable, without parameters."""
    try:
        yield
    except DBAPIError as failure:
        if not _is_transient(failure):
            raise
        raise StoreUnavailable(f"the database failed: {failure.orig}") from failure
    except (PoolTimeout, TimeoutError) as failure:
        raise StoreUnavailable("the database did not answer in time") from failure
    except (OSError, DisconnectionError) as failure:
        raise StoreUnavailable(f"the database can not be reached: {failure}") from failure


class Connector(ABC):
    """`read` and `write` call `work` with a connection and what else they are given, in one transaction, and
    return what it returns. When it raises, all is rolled back.

    Both raise StoreUnavailable, also when the whole of it takes longer than `deadline` seconds. `work` runs
    in another thread or coroutine: it must touch nothing of the caller's.
    """

    on_sqlite: bool
    engine: Engine

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline

    @abstractmethod
    async def read(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T: ...

    @abstractmethod
    async def write(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T: ...

    @abstractmethod
    async def migrate(self, work: Callable[[Connection], None], deadline: float) -> None:
        """Like `write`, with SQLite's foreign keys off, and all connections made anew afterwards."""

    @abstractmethod
    async def close(self) -> None:
        """Wait for what is under way, and hang up."""


def open_connector(url: URL, *, pool_size: int, deadline: float) -> Connector:
    """Doors that connect when they are first used. Creates the folder of a SQLite file (OSError)."""
    if url.get_backend_name() == "sqlite":
        from .sqlite import SqliteConnector

        return SqliteConnector(url, pool_size, deadline)
    from .postgres import PostgresConnector  # with all that asyncpg needs: 20 MiB

    return PostgresConnector(url, pool_size, deadline)


def advisory_lock(connection: Connection, *keys: int) -> None:
    """Wait for the locks `keys`, held until the transaction ends. SQLite's writers need none."""
    if connection.dialect.name == "postgresql":
        taken = [func.pg_advisory_xact_lock(literal(key, BigInteger)) for key in keys]
        connection.execute(select(*taken))
