from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from songbot.songs.errors import StoreUnavailable
from songbot.songs.orders import Accepted, Order
from songbot.storage import BadDatabaseUrl, Database, open_database
from songbot.storage.connectors import sqlite
from songbot.storage.connectors.base import Connector
from songbot.storage.connectors.postgres import PostgresConnector
from songbot.storage.connectors.sqlite import SqliteConnector
from songbot.storage.connectors.url import parse_url
from songbot.storage.schema.tables import songs
from tests.storage.builders import MINUTE, NOW, RESULT, WORKER, completed, in_line, order, placed
from tests.storage.postgres import PostgresServer
from tests.support.hang_guard import HANG_GUARD

SECRET_PROMPT = "a prompt that nobody may read in a log"


@pytest.fixture
def file(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite:///"))


@pytest.fixture
async def hasty(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """Open a SQLite database that does not wait for locks."""
    pragmas = tuple(pragma for pragma in sqlite.PRAGMAS if "busy_timeout" not in pragma)
    monkeypatch.setattr(sqlite, "PRAGMAS", ("PRAGMA busy_timeout = 10", *pragmas))
    async with open_database(sqlite_url) as database:
        yield database


async def refuses_and_recovers(database: Database) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        await database.songs.create(order(prompt=SECRET_PROMPT), NOW)
    assert SECRET_PROMPT not in str(caught.value) + str(caught.value.__cause__)


async def accepts(database: Database, one: Order) -> bool:
    try:
        return isinstance(await database.songs.create(one, NOW), Accepted)
    except StoreUnavailable:
        return False


async def at_last(database: Database) -> list[int]:
    """Return the queue once the database answers. A busy machine may need longer than a short deadline."""
    async with asyncio.timeout(HANG_GUARD):
        while True:
            with suppress(StoreUnavailable):
                return await in_line(database)


@asynccontextmanager
async def songs_held(url: str) -> AsyncIterator[None]:
    """Hold the write lock, like another program that is changing songs."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    other = await asyncpg.connect(url)
    async with other.transaction():
        await other.execute("LOCK TABLE songs")
        yield
    await other.close()


@asynccontextmanager
async def occupied(connector: Connector) -> AsyncIterator[None]:
    """Keep all readers busy."""
    if isinstance(connector, PostgresConnector):
        async with connector._async_engine.connect():
            yield
        return
    assert isinstance(connector, SqliteConnector)
    enough = threading.Event()
    connector._read_threads.submit(enough.wait)
    yield
    enough.set()


async def test_a_locked_database_is_unavailable_and_then_works_again(hasty: Database, file: Path) -> None:
    await placed(hasty)
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        await refuses_and_recovers(hasty)
        assert await in_line(hasty) == [1]
    assert (await placed(hasty)).id == 2


async def test_a_full_disk_is_unavailable_and_nothing_is_half_written(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "PRAGMAS", (*sqlite.PRAGMAS, "PRAGMA max_page_count = 1"))
    async with open_database(sqlite_url) as database:
        orders = (order(person, prompt=SECRET_PROMPT * 200) for person in range(1, 101))
        accepted = [await accepts(database, one) for one in orders]
        assert not accepted[-1]
        assert len(await in_line(database)) == sum(accepted)


async def test_a_read_only_database_is_unavailable_for_writing(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "PRAGMAS", (*sqlite.PRAGMAS, "PRAGMA query_only = ON"))
    async with open_database(sqlite_url) as database:
        await refuses_and_recovers(database)
        assert await in_line(database) == []


async def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "songs.db").write_text("no database " * 1000)
    async with open_database(f"sqlite:///{tmp_path}/songs.db") as database:
        with pytest.raises(StoreUnavailable):
            await database.check()
        with pytest.raises(StoreUnavailable):
            await database.migrate()


async def test_a_folder_that_can_not_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable):
        async with open_database(f"sqlite:///{tmp_path}/file/songs.db"):
            pass


async def test_the_folder_of_a_new_database_is_made(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with open_database("sqlite:///data/deep/songs.db") as database:
        await database.check()
    assert (tmp_path / "data/deep/songs.db").exists()


async def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    async with open_database(f"postgresql://bot:hunter2@/songs?host={tmp_path}") as database:
        with pytest.raises(StoreUnavailable) as caught:
            await database.check()
    assert "hunter2" not in str(caught.value)


async def test_a_database_that_is_not_on_the_server_is_unavailable(postgres: PostgresServer) -> None:
    async with open_database(postgres.url("nowhere")) as database:
        with pytest.raises(StoreUnavailable, match="nowhere"):
            await database.migrate()


async def test_a_wait_that_takes_too_long_is_given_up(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "PRAGMAS", (*sqlite.PRAGMAS, "PRAGMA busy_timeout = 600"))
    async with open_database(url) as patient, open_database(url, deadline=0.3) as database:
        async with songs_held(url):
            with pytest.raises(StoreUnavailable, match="in time"):
                await database.songs.create(order(), NOW)
        assert (await placed(patient)).id


async def test_a_full_pool_is_unavailable(url: str) -> None:
    async with open_database(url, pool_size=1, deadline=2) as database:
        async with occupied(database.connector):
            with pytest.raises(StoreUnavailable):
                await in_line(database)
        assert await at_last(database) == []


async def test_a_query_that_is_given_up_ends_and_makes_way(url: str) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    async with open_database(url, pool_size=1, deadline=2) as database:
        with pytest.raises(StoreUnavailable, match="in time"):
            await database.connector.read(lambda connection: connection.exec_driver_sql(endless))
        assert await at_last(database) == []


async def test_what_is_cancelled_half_way_is_rolled_back(sqlite_url: str) -> None:
    begun, enough = threading.Event(), threading.Event()

    def change(connection: Connection) -> None:
        connection.execute(songs.update().values(title="changed"))
        begun.set()
        enough.wait(HANG_GUARD)

    async with open_database(sqlite_url) as database:
        await placed(database)
        connector = database.connector
        changing = asyncio.create_task(connector.write(change))
        await asyncio.to_thread(begun.wait, HANG_GUARD)
        changing.cancel()
        await asyncio.gather(changing, return_exceptions=True)
        enough.set()
        assert await connector.write(lambda connection: connection.scalar(select(songs.c.title))) is None


async def test_what_is_cancelled_is_not_written_and_harms_nobody_else(database: Database) -> None:
    tasks = [asyncio.create_task(database.songs.create(order(n + 1), NOW)) for n in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (await placed(database, 1000)).id
    assert len(await in_line(database)) >= 11


async def test_a_restarted_server_is_used_again_without_an_error(
    postgres: PostgresServer, postgres_url: str
) -> None:
    async with open_database(postgres_url) as database:
        song = await placed(database)
        await asyncio.to_thread(postgres.stop)
        with pytest.raises(StoreUnavailable):
            await in_line(database)
        await asyncio.to_thread(postgres.start)
        assert await in_line(database) == [song.id]


async def test_connections_cut_by_a_restart_heal_by_themselves(
    postgres: PostgresServer, postgres_url: str
) -> None:
    async with open_database(postgres_url) as database:
        await asyncio.gather(*(placed(database, person) for person in range(1, 6)))
        await asyncio.to_thread(postgres.stop)
        await asyncio.to_thread(postgres.start)
        assert len(await in_line(database)) == 5


async def test_a_bug_is_not_mistaken_for_bad_weather(database: Database) -> None:
    await placed(database)
    with pytest.raises(IntegrityError):
        await database.connector.write(lambda c: c.execute(songs.update().values(user_id=None)))


@pytest.mark.parametrize("statement", ["SELEKT 1", "SELECT 1/0", "SELECT 99999999999::int"])
async def test_a_broken_statement_is_not_mistaken_for_bad_weather(postgres_url: str, statement: str) -> None:
    async with open_database(postgres_url) as database:
        with pytest.raises(DBAPIError):
            await database.connector.read(lambda connection: connection.exec_driver_sql(statement))


async def test_a_transaction_that_fails_leaves_nothing_behind(database: Database) -> None:
    song = await completed(database)
    connector = database.connector

    def fail(connection: Connection) -> None:
        connection.execute(songs.delete())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await connector.write(fail)
    titles = select(songs.c.title)
    assert await connector.read(lambda connection: connection.scalars(titles).all()) == [RESULT.title]
    assert await database.songs.mark_delivered(song, WORKER, song.reply, NOW + MINUTE)


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("sqlite:///data/songs.db", "sqlite"),
        ("sqlite:////var/songs.db", "sqlite"),
        ("postgresql://bot:pw@host/songs", "postgresql+asyncpg"),
        ("postgres://bot:pw@host:5433/songs?sslmode=require&channel_binding=prefer", "postgresql+asyncpg"),
        ("postgresql+psycopg2://bot:pw@host/songs", "postgresql+asyncpg"),
    ],
)
def test_addresses_are_given_their_driver(text: str, driver: str) -> None:
    assert parse_url(text).drivername == driver


def test_what_libpq_calls_its_options_is_put_in_asyncpgs_words() -> None:
    url = parse_url("postgres://bot:pw@host/songs?sslmode=require&channel_binding=prefer&timeout=3")
    assert dict(url.query) == {"sslmode": "require", "connect_timeout": "3"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hunter2",
        "mysql://u:hunter2@h/d",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql://u:hunter2@host",
    ],
)
def test_an_address_that_can_not_be_used_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(BadDatabaseUrl, match="DATABASE_URL") as caught:
        parse_url(text)
    assert "hunter2" not in str(caught.value)
