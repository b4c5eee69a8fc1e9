"""Run the real SQL on one SQLite connection in memory, in the event loop's thread.

This is for tests that need the real queries without threads and files. A transaction takes effect at once and
in call order, so that tests on a virtual clock are deterministic.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from songbot.storage.connectors.base import Connector
from songbot.storage.schema.migrate import alembic_config
from songbot.storage.schema.tables import metadata

T = TypeVar("T")

SHARED = "sqlite-shared"
"""The name of a dialect that behaves like SQLite but is treated as a database that several processes use."""


class InlineSqliteConnector(Connector):
    """A connector with its own in-memory database, migrated and empty.

    With `shared`, queries that check the dialect's name treat the database as one that several workers use at
    the same time, like PostgreSQL.
    """

    def __init__(self, *, shared: bool = False) -> None:
        super().__init__(deadline=10.0)
        self.on_sqlite = not shared
        self.engine, self.connection, self.driver = _connect()
        self.driver.deserialize(migrated_database())
        self.driver.execute("PRAGMA foreign_keys = ON")
        if shared:
            self.engine.dialect.name = SHARED

    def run(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction. Roll back if it raises."""
        self.driver.execute("BEGIN")
        try:
            result = work(self.connection)
        except BaseException:
            self.driver.execute("ROLLBACK")
            raise
        self.driver.execute("COMMIT")
        return result

    async def read(self, work: Callable[[Connection], T]) -> T:
        return self.run(work)

    async def write(self, work: Callable[[Connection], T], *, durable: bool = False) -> T:
        return self.run(work)

    async def migrate(self, work: Callable[[Connection], None], deadline: float) -> None:
        self.run(work)

    async def close(self) -> None:
        self.connection.close()
        self.engine.dispose()

    def wipe(self) -> None:
        """Empty all tables quickly, except for rows inserted by migrations."""
        for table in reversed(metadata.sorted_tables):
            if table.name != "app_state":
                self.driver.execute(f"DELETE FROM {table.name}")
        self.driver.execute("DELETE FROM sqlite_sequence")
        self.driver.execute("UPDATE app_state SET value = '0' WHERE key = 'queue_turn'")


@cache
def migrated_database() -> bytes:
    """Return the bytes of an empty database file with all migrations applied."""
    from alembic import command

    _engine, connection, driver = _connect()
    command.upgrade(alembic_config(connection), "head")
    driver.execute("UPDATE app_state SET value = 'the same in every test' WHERE key = 'pseudonym_secret'")
    return driver.serialize()


def _connect() -> tuple[Any, Connection, sqlite3.Connection]:
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False, "isolation_level": None}
    )
    connection = engine.connect()
    driver = cast("sqlite3.Connection", connection.connection.dbapi_connection)
    return engine, connection, driver
