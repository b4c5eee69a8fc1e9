"""SQLite's doors: threads of their own, one that writes and some that read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from sqlite3 import Connection as Driver
from threading import Lock
from typing import Any, Concatenate

from sqlalchemy import URL, Connection, create_engine, event

from .base import Connector, P, T, translate_errors

_WRITE_MODE = "songs_writing"
"""Execution option of a connection that is going to write: CHECKED or UNCHECKED."""
FOREIGN_KEYS_ON, FOREIGN_KEYS_OFF = "checked", "unchecked"
"""UNCHECKED takes the foreign keys off for the rest of the connection's life: a migration that rebuilds a
table drops the old one, which would delete what refers to it."""

PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
)

Connect = Callable[[], AbstractContextManager[Connection]]


class SqliteConnector(Connector):
    """SQLite lets one write at a time. Waiting in line for one thread is fair; its own waiting is not."""

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
        self._write_engine = self.engine.execution_options(**{_WRITE_MODE: FOREIGN_KEYS_ON})
        self._write_thread = ThreadPoolExecutor(1, "database-writer")
        self._read_threads = ThreadPoolExecutor(pool_size, "database-reader")

    async def read(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._run(
            self._read_threads, self.engine.connect, self.deadline, lambda c: work(c, *args, **kwargs)
        )

    async def write(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._run(
            self._write_thread, self._write_engine.begin, self.deadline, lambda c: work(c, *args, **kwargs)
        )

    async def migrate(self, work: Callable[[Connection], None], deadline: float) -> None:
        migrator = self.engine.execution_options(**{_WRITE_MODE: FOREIGN_KEYS_OFF})
        try:
            await self._run(self._write_thread, migrator.begin, deadline, work)
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
    """Whoever wanted it has gone; nobody sees this."""


class _CancellableCall:
    """Work in another thread that can be called off: what it has written is rolled back then."""

    def __init__(self, connect: Connect, work: Callable[[Connection], T]) -> None:
        self._connect = connect
        self._work = work
        self._lock = Lock()
        self._driver: Driver | None = None
        self._cancelled = False

    def __call__(self) -> Any:
        with self._connect() as connection:
            self._publish(connection.connection.dbapi_connection)
            try:
                return self._work(connection)
            finally:
                self._publish(None)

    def cancel(self) -> None:
        """Ends the statement that is running; without effect once the work is done."""
        with self._lock:
            self._cancelled = True
            if self._driver is not None:
                self._driver.interrupt()

    def _publish(self, driver: Any) -> None:
        """Only from here on, or no longer, is it this trip that is on the connection."""
        with self._lock:
            if self._cancelled:
                raise _Cancelled
            self._driver = driver


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _on_begin(connection: Connection) -> None:
    """Writers take the lock at once: one that reads first may find the database changed under it."""
    write_mode = connection.get_execution_options().get(_WRITE_MODE)
    if write_mode == FOREIGN_KEYS_OFF:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    if write_mode:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
