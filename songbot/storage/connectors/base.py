"""What every database connector can do, and how a failure of the database is reported.

Work is plain code on a SQLAlchemy Connection, the same for SQLite and PostgreSQL. All statements of a
transaction run in one call, because crossing between the event loop and SQLite's thread takes longer than
most statements do.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import BigInteger, Connection, Engine, func, literal, select
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

T = TypeVar("T")

QUOTA_LOCK, ADMISSION_LOCK, MIGRATION_LOCK = 1, 2, 3
"""Keys of PostgreSQL's advisory locks. All other keys are snowflakes, so they never collide with these."""

# Classes of SQLSTATE (PostgreSQL's manual, appendix A) that pass by themselves: connection, transaction
# state, login, no such database, rollback, resources, locks, shutdown, system. Any other class is a bug.
_TRANSIENT_SQLSTATES = frozenset({"08", "25", "28", "3D", "40", "53", "55", "57", "58"})
# SQLite's errors carry no SQLSTATE; those for broken statements and data have classes of their own.
_TRANSIENT_ERRORS = frozenset({DBAPIError, DatabaseError, OperationalError, InterfaceError, InternalError})


def _is_transient(failure: DBAPIError) -> bool:
    state = getattr(failure.orig, "sqlstate", None)
    return type(failure) in _TRANSIENT_ERRORS if state is None else state[:2] in _TRANSIENT_SQLSTATES


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise StoreUnavailable, without any statement's parameters, for whatever keeps the database away."""
    try:
        yield
    except DBAPIError as failure:
        if not _is_transient(failure):
            raise
        raise StoreUnavailable(f"the database failed: {failure.orig}") from failure
    except (PoolTimeout, TimeoutError) as failure:
        raise StoreUnavailable("the database did not answer in time") from failure
    except (OSError, DisconnectionError) as failure:
        raise StoreUnavailable(f"the database can't be reached: {failure}") from failure


class Connector(ABC):
    """Access to one database: each call runs `work` with a connection, in a transaction of its own.

    A call returns what `work` returns. If `work` raises, everything it wrote is rolled back. Every call
    raises StoreUnavailable if the database fails or if the call, waiting for a connection included, takes
    longer than `deadline` seconds. `work` runs in another thread or greenlet, so it must not touch the
    caller's state.
    """

    on_sqlite: bool
    engine: Engine

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline

    @abstractmethod
    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work`, which only reads."""

    @abstractmethod
    async def write(self, work: Callable[[Connection], T], *, durable: bool = False) -> T:
        """Run `work`, which may write, and commit.

        If `durable`, return only once the commit has reached the disk, so that it outlives a power cut.
        PostgreSQL does so for every commit; SQLite may otherwise lose the commits of the last moments.
        """

    @abstractmethod
    async def migrate(self, work: Callable[[Connection], None], deadline: float) -> None:
        """Run `work` like `write`, with SQLite's foreign keys off; then reopen all connections."""

    @abstractmethod
    async def close(self) -> None:
        """Wait for running calls, then close all connections."""


def advisory_lock(connection: Connection, *keys: int) -> None:
    """Wait for the locks `keys`, held until the transaction ends. SQLite has one writer and needs none."""
    if connection.dialect.name == "postgresql":
        taken = [func.pg_advisory_xact_lock(literal(key, BigInteger)) for key in keys]
        connection.execute(select(*taken))
