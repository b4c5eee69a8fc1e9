"""Run every test in this folder that uses `database` or `url` on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from songbot.quotas.rules import OperatorLimits
from songbot.storage import Database, open_database
from tests.storage.builders import CEILINGS, NOW
from tests.storage.postgres import NoPostgres, PostgresServer, postgres_server
from tests.support.databases import migrate
from tests.support.fixed_clock import FixedClock

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns if there is no folder for sockets
        try:
            with postgres_server() as server:
                yield server
        except NoPostgres as reason:
            pytest.skip(f"no PostgreSQL here: {reason}")


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    asyncio.run(_create(postgres, "template_songs", "template0"))
    asyncio.run(migrate(postgres.url("template_songs")))
    return "template_songs"


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def empty_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of a database without tables."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
    else:
        yield from _database(request.getfixturevalue("postgres"), "template0")


@pytest.fixture
def postgres_url(postgres: PostgresServer, postgres_template: str) -> Iterator[str]:
    yield from _database(postgres, postgres_template)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "songs.db")
    return f"sqlite:///{tmp_path}/songs.db"


@pytest.fixture
def url(backend: str, request: pytest.FixtureRequest) -> str:
    """Open a migrated, empty database."""
    return request.getfixturevalue("sqlite_url" if backend == "sqlite" else "postgres_url")


@pytest.fixture
def operator_limits() -> OperatorLimits:
    return CEILINGS


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def database(url: str, operator_limits: OperatorLimits, clock: FixedClock) -> AsyncIterator[Database]:
    async with open_database(url, operator_limits=operator_limits, now=clock.now) as opened:
        yield opened


def _database(server: PostgresServer, template: str) -> Iterator[str]:
    name = f"songs_{next(_numbers)}"
    asyncio.run(_create(server, name, template))
    yield server.url(name)
    asyncio.run(_run(server, f"DROP DATABASE {name} WITH (FORCE)"))


async def _create(server: PostgresServer, name: str, template: str) -> None:
    await _run(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")


async def _run(server: PostgresServer, command: str) -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        await connection.execute(command)
    finally:
        await connection.close()
