"""Commits before a request to Whisul reach the disk at once. Others on SQLite may wait for a checkpoint."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Connection, event

from songbot.storage import Database, open_database
from tests.storage.builders import LEASE, NOW, WORKER, placed

NORMAL, FULL = 1, 2
"""What `PRAGMA synchronous` answers."""


@pytest.fixture
async def on_sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    async with open_database(sqlite_url) as database:
        yield database


@pytest.fixture
def levels(on_sqlite: Database) -> list[int]:
    """Record how each commit from now on is synced."""
    seen: list[int] = []

    def look(connection: Connection) -> None:
        seen.append(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())

    event.listen(on_sqlite.connector.engine, "commit", look)
    return seen


async def test_an_admission_is_on_the_disk_before_whisul_is_asked(
    on_sqlite: Database, levels: list[int]
) -> None:
    await placed(on_sqlite)
    await on_sqlite.songs.register_worker(WORKER, LEASE)
    levels.clear()
    [song] = await on_sqlite.songs.admit(WORKER, 1, 1, NOW)
    assert levels == [FULL]
    await on_sqlite.songs.mark_submitted(song, "job")
    assert levels == [FULL, NORMAL]
