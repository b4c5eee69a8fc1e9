"""Run SQLite on its own threads: one writer and several readers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from sqlite3 import Connection as Driver
from threading import Lock
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event

from .base import Connector, T, translate_errors

PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
)

Connect = Callable[[], AbstractContextManager[Connection]]


class SqliteConnector(Connector):
    """SQLite with a single writer thread. Its queue is fair, unlike SQLite's own waiting for locks."""

    on_sqlite = True

    def __init__(self, url: URL, pool_size: int, deadline: float) -> None:
        super().__init__(deadline)
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        self.engine = create_engine(
            url,
            hide_parameters=True,
            pool_size=pool_size + 1,
            max_overflow=0,
            pool_use_lifo=True,
            connect_args={"check_same_thread": False},
        )
        event.listen(self.engine, "connect", _on_connect)
        self._write_thread = ThreadPoolExecutor(1, "database-writer")
        self._read_threads = ThreadPoolExecutor(pool_size, "database-reader")

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self._run(self._read_threads, self.engine.connect, self.deadline, work)

    async def write(self, work: Callable[[Connection], T], *, durable: bool = False) -> T:
        begin = partial(self._begin, durable=durable)
        return await self._run(self._write_thread, begin, self.deadline, work)

    async def migrate(self, work: Callable[[Connection], None], deadline: float) -> None:
        try:
            begin = partial(self._begin, durable=True, foreign_keys=False)
            await self._run(self._write_thread, begin, deadline, work)
        finally:
            self.engine.dispose()

    @contextmanager
    def _begin(self, *, durable: bool, foreign_keys: bool = True) -> Iterator[Connection]:
        """Begin a transaction that takes the write lock at once, so that data it reads first can't change.

        Foreign keys stay off until the connection is closed. A migration that rebuilds a table drops the old
        one, which would otherwise delete the rows that refer to it.
        """
        with self.engine.begin() as connection:  # sends nothing, since the driver begins nothing by itself
            if not foreign_keys:
                connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            _set_synchronous(connection, "FULL" if durable else "NORMAL")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    async def close(self) -> None:
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._write_thread.shutdown()
        self._read_threads.shutdown()
        self.engine.dispose()

    async def _run(
        self, threads: ThreadPoolExecutor, connect: Connect, deadline: float, work: Callable[[Connection], T]
    ) -> T:
        call = _CancellableCall(connect, work)
        with translate_errors():
            try:
                async with asyncio.timeout(deadline):
                    return await asyncio.get_running_loop().run_in_executor(threads, call)
            finally:
                call.cancel()


class _Cancelled(Exception):
    """Raised in the thread to roll a transaction back. The caller has gone, so nobody sees it."""


class _CancellableCall:
    """A transaction in another thread, which the event loop can cancel.

    `sqlite3.Connection.interrupt()` stops a running statement. It affects the whole connection, and
    connections return to the pool, so `cancel` may interrupt only while this call holds one. The lock ensures
    that `_driver` is set exactly while the connection belongs to this call.

    A call cancelled between its last statement and the commit has no statement to interrupt. Clearing
    `_driver` then raises _Cancelled inside the `with` block, so the transaction is rolled back. A later
    cancel comes during the commit, and has no effect.
    """

    def __init__(self, connect: Connect, work: Callable[[Connection], T]) -> None:
        self._connect = connect
        self._work = work
        self._lock = Lock()
        self._driver: Driver | None = None
        self._cancelled = False

    def __call__(self) -> Any:
        with self._connect() as connection:
            self._set_driver(connection.connection.dbapi_connection)
            try:
                return self._work(connection)
            finally:
                self._set_driver(None)

    def cancel(self) -> None:
        """Interrupt the running statement and prevent the commit. Do nothing if the call has ended."""
        with self._lock:
            self._cancelled = True
            if self._driver is not None:
                self._driver.interrupt()

    def _set_driver(self, driver: Any) -> None:
        """Set which connection `cancel` may interrupt. Raises _Cancelled if the call was cancelled."""
        with self._lock:
            if self._cancelled:
                raise _Cancelled
            self._driver = driver


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions itself
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _set_synchronous(connection: Connection, level: str) -> None:
    """Choose whether a commit is synced to the disk (FULL) or only checkpoints are (NORMAL).

    The pragma has no effect inside a transaction (SQLite's manual, "PRAGMA synchronous").
    """
    if connection.info.get("synchronous", "NORMAL") != level:
        connection.exec_driver_sql(f"PRAGMA synchronous = {level}")
        connection.info["synchronous"] = level
