"""SQLite on threads of its own: one that writes and some that read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from sqlite3 import Connection as Driver
from threading import Lock
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event

from .base import Connector, T, translate_errors

_WRITE_MODE = "songs_write_mode"
"""Name of a connection's execution option: one of the three modes below, or absent on one that reads."""
_NORMAL, _DURABLE, _MIGRATING = "normal", "durable", "migrating"
"""_MIGRATING turns the foreign keys off for the rest of the connection's life: a migration that rebuilds a
table drops the old one, which would delete the rows that refer to it."""

PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
)

Connect = Callable[[], AbstractContextManager[Connection]]


class SqliteConnector(Connector):
    """SQLite allows one writer at a time. A queue for one thread is fair; SQLite's own waiting is not."""

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
        event.listen(self.engine, "begin", _on_begin)
        self._writers = {
            mode: self.engine.execution_options(**{_WRITE_MODE: mode})
            for mode in (_NORMAL, _DURABLE, _MIGRATING)
        }
        self._write_thread = ThreadPoolExecutor(1, "database-writer")
        self._read_threads = ThreadPoolExecutor(pool_size, "database-reader")

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self._run(self._read_threads, self.engine.connect, self.deadline, work)

    async def write(self, work: Callable[[Connection], T], *, durable: bool = False) -> T:
        writer = self._writers[_DURABLE if durable else _NORMAL]
        return await self._run(self._write_thread, writer.begin, self.deadline, work)

    async def migrate(self, work: Callable[[Connection], None], deadline: float) -> None:
        try:
            await self._run(self._write_thread, self._writers[_MIGRATING].begin, deadline, work)
        finally:
            self.engine.dispose()

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
    """One transaction in another thread, which the event loop can cancel.

    A running statement is stopped by `sqlite3.Connection.interrupt()`. That works on the whole connection,
    and connections go back to the pool; so `cancel` may only interrupt while this call holds one. The lock
    makes sure of it: `_driver` is set exactly as long as the connection is this call's.

    A call cancelled between its last statement and the commit has no statement to interrupt. Clearing
    `_driver` then raises _Cancelled inside the `with` block, so the transaction is rolled back, not
    committed. A cancel that comes later still finds the commit under way, and changes nothing.
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
        """Interrupt the running statement and prevent the commit. Has no effect on a call that has ended."""
        with self._lock:
            self._cancelled = True
            if self._driver is not None:
                self._driver.interrupt()

    def _set_driver(self, driver: Any) -> None:
        """Set which connection `cancel` may interrupt. Raise _Cancelled if the call was cancelled before."""
        with self._lock:
            if self._cancelled:
                raise _Cancelled
            self._driver = driver


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # keeps the driver from beginning transactions itself
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _on_begin(connection: Connection) -> None:
    """Begin a writer's transaction with the write lock: one that reads first may find its data changed."""
    mode = connection.get_execution_options().get(_WRITE_MODE)
    if mode is None:
        return
    if mode == _MIGRATING:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    _set_synchronous(connection, "NORMAL" if mode == _NORMAL else "FULL")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _set_synchronous(connection: Connection, level: str) -> None:
    """Set whether a commit is synced to the disk (FULL) or only checkpoints are (NORMAL).

    The pragma has no effect inside a transaction (SQLite's manual, "PRAGMA synchronous").
    """
    if connection.info.get("synchronous", "NORMAL") != level:
        connection.exec_driver_sql(f"PRAGMA synchronous = {level}")
        connection.info["synchronous"] = level
