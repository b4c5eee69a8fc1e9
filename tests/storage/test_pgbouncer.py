"""Test through PgBouncer in transaction mode, where each transaction may use another session."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from songbot.songs.errors import StoreUnavailable
from songbot.storage import open_database
from tests.storage.builders import CEILINGS, NOW, admitted, order, placed
from tests.storage.pgbouncer import PORT, NoPgBouncer, pgbouncer
from tests.storage.postgres import PostgresServer


@pytest.fixture(scope="module")
def bouncer(postgres: PostgresServer) -> Iterator[Path]:
    try:
        with pgbouncer(postgres) as folder:
            yield folder
    except NoPgBouncer as reason:
        pytest.skip(f"no PgBouncer here: {reason}")


@pytest.fixture
def bouncer_url(bouncer: Path, postgres_url: str) -> str:
    """Return the URL of a migrated database, without `pgbouncer=true`."""
    name = postgres_url.partition("@/")[2].partition("?")[0]
    return f"postgresql://postgres@/{name}?host={bouncer}&port={PORT}"


async def test_without_the_option_the_bot_says_which_one_is_missing(bouncer_url: str) -> None:
    async with open_database(bouncer_url) as database:
        with pytest.raises(StoreUnavailable, match=r"add \?pgbouncer=true to DATABASE_URL"):
            await database.check()


async def test_orders_at_once_keep_to_the_limit(bouncer_url: str) -> None:
    async with open_database(f"{bouncer_url}&pgbouncer=true", operator_limits=CEILINGS) as database:
        await database.migrate()
        outcomes = await asyncio.gather(*(database.songs.create(order(), NOW) for _ in range(50)))
        assert Counter(type(one).__name__ for one in outcomes) == {"Accepted": 5, "Refused": 45}
        assert len(await admitted(database, 3, 10)) == 3


async def test_nothing_is_left_in_a_session_for_the_next_client(bouncer_url: str) -> None:
    query = "SELECT current_setting('lock_timeout'), (SELECT count(*) FROM pg_prepared_statements)"
    async with open_database(f"{bouncer_url}&pgbouncer=true", deadline=60) as database:
        await asyncio.gather(*(placed(database, person) for person in range(1, 20)))
        row = await database.connector.read(lambda connection: connection.exec_driver_sql(query).one())
        assert tuple(row) == ("61s", 0)
    async with open_database(f"{bouncer_url}&pgbouncer=true", deadline=90) as database:
        row = await database.connector.read(lambda connection: connection.exec_driver_sql(query).one())
        assert tuple(row) == ("91s", 0)
