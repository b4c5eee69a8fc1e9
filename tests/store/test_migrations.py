from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import DatabaseTooNew, open_database
from storage.doors import Doors
from storage.engine import make_engine, parse_url
from storage.migrate import HEAD, alembic_config, revision_of
from storage.tables import metadata
from tests.store.world import placed


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[AsyncConnection]:
    engine = make_engine(parse_url(url), pool_size=1, pool_timeout=5)
    try:
        async with Doors(engine, 5).writing() as connection:
            yield connection
    finally:
        await engine.dispose()


async def test_the_migrations_make_the_tables_that_the_code_knows(url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    async with connected(url) as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.run_sync(revision_of) == HEAD


async def test_the_code_names_the_latest_migration(sqlite_url: str) -> None:
    async with connected(sqlite_url) as connection:
        heads = await connection.run_sync(
            lambda sync: ScriptDirectory.from_config(alembic_config(sync)).get_heads()
        )
    assert heads == [HEAD]


async def test_processes_that_start_at_once_migrate_once(empty_url: str) -> None:
    async def start() -> None:
        async with open_database(empty_url) as database:
            await database.migrate()
            await database.check()

    await asyncio.gather(*(start() for _ in range(4)))
    async with open_database(empty_url) as database:
        assert (await placed(database)).id == 1


async def test_a_database_from_a_newer_version_is_refused_in_clear_words(url: str) -> None:
    async with connected(url) as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    async with open_database(url) as database:
        with pytest.raises(DatabaseTooNew, match="revision 9999, which this version does not know"):
            await database.migrate()


async def test_songs_and_foreign_keys_work_right_after_a_migration(empty_url: str) -> None:
    async with open_database(empty_url) as database:
        await database.migrate()
        song = await placed(database)
        await database.library.toggle_saved(1, song.id)
        assert await database.privacy.forget(song.user_id) == 1
        assert not await database.library.is_saved(1, song.id)


def test_a_migrated_database_opens_without_loading_alembic(sqlite_url: str) -> None:
    program = (
        "import asyncio, sys; from storage import open_database\n"
        "async def main():\n"
        "    async with open_database(sys.argv[1]) as database: await database.migrate()\n"
        "asyncio.run(main()); sys.exit('alembic' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program, sqlite_url], check=True, timeout=30)


async def test_how_far_a_database_is_migrated_is_told_without_changing_it(empty_url: str) -> None:
    async with open_database(empty_url) as database:
        assert "empty" in await database.describe()
        assert "empty" in await database.describe()
        await database.migrate()
        assert (await database.describe()).endswith(", migrated")
    for revision, told in (("0000", "to be migrated"), ("9999", None)):
        async with connected(empty_url) as connection:
            await connection.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
        async with open_database(empty_url) as database:
            if told:
                assert told in await database.describe()
            else:
                with pytest.raises(DatabaseTooNew):
                    await database.describe()
