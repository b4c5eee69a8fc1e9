"""Define the interface of every database connector, and the errors it raises.

Work is plain code on a SQLAlchemy Connection, the same for SQLite and PostgreSQL. All statements of a
transaction run in one call, because switching between the event loop and SQLite's thread takes longer than
most statements.
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

# Classes of SQLSTATE (PostgreSQL's manual, appendix A) that are temporary: connection, transaction state,
# login, no such database, rollback, resources, locks, shutdown, system. Any other class is a bug.
_TRANSIENT_SQLSTATES = frozenset({"08", "25", "28", "3D", "40", "53", "55", "57", "58"})
# SQLite's errors have no SQLSTATE, but broken statements and data raise their own exception classes.
_TRANSIENT_ERRORS = frozenset({DBAPIError, DatabaseError, OperationalError, InterfaceError, InternalError})


def _is_transient(failure: DBAPIError) -> bool:
    state = getattr(failure.orig, "sqlstate", None)
    return type(failure) in _TRANSIENT_ERRORS if state is None else state[:2] in _TRANSIENT_SQLSTATES


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise StoreUnavailable, without statement parameters, if the database fails or can't be reached."""
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
    """Access to one database. Each call runs `work` with a connection, in its own transaction.

    A call returns the result of `work`. If `work` raises, everything it wrote is rolled back. Every call
    raises StoreUnavailable if the database fails, or if the call takes longer than `deadline` seconds
    including the wait for a connection. `work` runs in another thread or greenlet, so it must not touch the
    caller's state.
    """

    on_sqlite: bool
    engine: Engine

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline

    @abstractmethod
    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work`, which must only read."""

    @abstractmethod
    async def write(self, work: Callable[[Connection], T], *, durable: bool = False) -> T:
        """Run `work`, which may write, and commit.

        If `durable`, return only after the commit has reached the disk, so that it survives a power failure.
        Every commit of PostgreSQL does; without `durable`, SQLite may lose the most recent commits.
        """

    @abstractmethod
    async def migrate(self, work: Callable[[Connection], None], deadline: float) -> None:
        """Run `work` like `write`, but with SQLite's foreign keys off, then reopen all connections."""

    @abstractmethod
    async def close(self) -> None:
        """Wait for running calls, then close all connections."""


def advisory_lock(connection: Connection, *keys: int) -> None:
    """Hold the locks `keys` until the transaction ends. Do nothing on SQLite, which has only one writer."""
    if connection.dialect.name == "postgresql":
        taken = [func.pg_advisory_xact_lock(literal(key, BigInteger)) for key in keys]
        connection.execute(select(*taken))
