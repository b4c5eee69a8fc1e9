"""The page on backups, tried: pg_dump while the bot runs, pg_restore over what has happened since."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

from songbot.storage import open_database
from tests.storage.builders import MAX, completed, composing, fetched, placed
from tests.storage.postgres import PostgresServer


def run(server: PostgresServer, program: str, *arguments: str | Path) -> None:
    subprocess.run([server.binaries / program, *arguments], check=True, capture_output=True, timeout=60)


def test_a_dump_is_restored_over_a_database_that_went_on(
    postgres: PostgresServer, postgres_url: str, tmp_path: Path
) -> None:
    dump = tmp_path / "songs.dump"

    async def before() -> object:
        async with open_database(postgres_url) as database:
            song = await completed(database)
            await composing(database, MAX)
            run(postgres, "pg_dump", "--format=custom", "--file", dump, postgres_url)
            await placed(database)
            return song

    async def after() -> tuple[object, object, int]:
        async with open_database(postgres_url) as database:
            await database.migrate()
            found = await fetched(database, 1), await database.songs.get(3)
            return *found, (await placed(database)).id

    song = asyncio.run(before())
    run(postgres, "pg_restore", "--clean", "--if-exists", "--dbname", postgres_url, dump)
    assert asyncio.run(after()) == (song, None, 3)
