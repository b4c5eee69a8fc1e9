"""PostgreSQL releases what a frozen process holds, within about the time that others wait for it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from songbot.songs.errors import StoreUnavailable
from songbot.songs.models import State
from songbot.storage import Database, open_database
from tests.storage.builders import admitted, placed
from tests.support.hang_guard import HANG_GUARD


@asynccontextmanager
async def frozen_holder(url: str, deadline: float) -> AsyncIterator[Process]:
    """Start a process, and let it freeze while it holds the admission lock."""
    command = [sys.executable, "-m", "tests.storage.freezing_process", url, str(deadline)]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"held\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def admit_at_last(database: Database, song_id: int) -> None:
    """Try until the song is admitted. The answer of the attempt that admits it may be lost."""
    while True:
        with suppress(StoreUnavailable):
            await admitted(database, 10, 10)
            song = await database.songs.get(song_id)
            if song is not None and song.state is State.SUBMITTING:
                return


async def test_a_process_stopped_with_the_admission_lock_stops_nobody_else(postgres_url: str) -> None:
    async with open_database(postgres_url) as patient:
        song = await placed(patient)
    async with (
        open_database(postgres_url, deadline=1) as database,
        frozen_holder(postgres_url, deadline=1) as frozen,
    ):
        async with asyncio.timeout(HANG_GUARD):
            await admit_at_last(database, song.id)
        os.kill(frozen.pid, signal.SIGCONT)
        output, _ = await frozen.communicate()
        assert output == b"unavailable, and works again\n"


async def value(url: str, query: str) -> str:
    async with open_database(url, deadline=30) as database:
        return await database.connector.read(
            lambda connection: connection.exec_driver_sql(query).scalar_one()
        )


@pytest.mark.parametrize("setting", ["lock_timeout", "idle_in_transaction_session_timeout"])
async def test_the_server_waits_a_second_longer_than_the_client_does(postgres_url: str, setting: str) -> None:
    """A frozen client that waits for one lock may hold others in the same transaction."""
    assert await value(postgres_url, f"SELECT current_setting('{setting}')") == "31s"


@pytest.mark.parametrize(
    "setting",
    ["tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count", "tcp_user_timeout"],
)
async def test_the_server_checks_that_its_client_is_still_there(postgres_url: str, setting: str) -> None:
    """On a Unix socket their values are 0, so check where the value comes from."""
    query = f"SELECT source FROM pg_settings WHERE name = '{setting}'"
    assert await value(postgres_url, query) == "client"
