from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from songbot.songs.errors import StoreUnavailable
from songbot.storage import DatabaseTooNew, open_database
from songbot.storage.connectors.factory import open_connector
from songbot.storage.connectors.url import parse_url
from songbot.storage.database import describe_database
from songbot.storage.schema.migrate import HEAD, alembic_config, revision_of
from songbot.storage.schema.tables import metadata
from tests.storage.builders import placed
from tests.support.hang_guard import HANG_GUARD

T = TypeVar("T")


async def written(url: str, work: Callable[[Connection], T]) -> T:
    connector = open_connector(parse_url(url), pool_size=1, deadline=5)
    try:
        return await connector.write(work)
    finally:
        await connector.close()


async def set_revision(url: str, revision: str) -> None:
    statement = text(f"UPDATE alembic_version SET version_num = '{revision}'")
    await written(url, lambda connection: connection.execute(statement))


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


def run_all_migrations(connection: Connection) -> None:
    command.upgrade(alembic_config(connection), "head")


async def test_the_migrations_make_the_tables_that_the_code_knows(empty_url: str) -> None:
    await written(empty_url, run_all_migrations)
    assert await written(empty_url, differences) == []
    assert await written(empty_url, revision_of) == HEAD


def described(connection: Connection) -> dict[str, Any]:
    """Describe every table in all respects but the order of its columns, and its rows."""
    inspector = inspect(connection)
    return {
        name: {
            "columns": _sorted(inspector.get_columns(name)),
            "primary key": inspector.get_pk_constraint(name),
            "foreign keys": _sorted(inspector.get_foreign_keys(name)),
            "indexes": _sorted(inspector.get_indexes(name)),
            "unique": _sorted(inspector.get_unique_constraints(name)),
            "checks": _sorted(inspector.get_check_constraints(name)),
            "counts up": "AUTOINCREMENT" in (_sql_on_sqlite(connection, name) or ""),
            "rows": _rows(connection, name),
        }
        for name in sorted(inspector.get_table_names())
    }


def _sorted(parts: Iterable[Any]) -> list[str]:
    return sorted(json.dumps(part, sort_keys=True, default=str) for part in parts)


def _sql_on_sqlite(connection: Connection, table: str) -> str | None:
    if connection.dialect.name != "sqlite":
        return None
    return connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table})


def _rows(connection: Connection, table: str) -> list[str]:
    """Return the rows as text. Secrets differ from database to database, except in their length."""
    rows = [row._asdict() for row in connection.execute(text(f"SELECT * FROM {table}"))]
    return sorted(re.sub("[0-9a-f]{64}", "64 digits", str(sorted(row.items()))) for row in rows)


async def test_a_new_database_is_the_same_as_one_that_was_migrated_step_by_step(empty_url: str) -> None:
    def empty(connection: Connection) -> None:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))

    async with open_database(empty_url) as database:
        await database.migrate()
    created = await written(empty_url, described)
    await written(empty_url, empty)
    await written(empty_url, run_all_migrations)
    migrated = await written(empty_url, described)
    assert set(created) == {*metadata.tables, "alembic_version"}
    for name, table in migrated.items():
        assert created[name] == table
    assert "64 digits" in created["app_state"]["rows"][0]


async def test_tables_that_are_no_database_of_the_bots_are_left_alone(empty_url: str) -> None:
    await written(empty_url, lambda connection: connection.execute(text("CREATE TABLE guilds (name TEXT)")))
    async with open_database(empty_url) as database:
        with pytest.raises(Exception, match="guilds"):
            await database.migrate()
    tables = await written(empty_url, lambda connection: inspect(connection).get_table_names())
    assert tables == ["guilds"]


async def test_the_code_names_the_latest_migration(sqlite_url: str) -> None:
    heads = await written(
        sqlite_url, lambda connection: ScriptDirectory.from_config(alembic_config(connection)).get_heads()
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
    await set_revision(url, "9999")
    async with open_database(url) as database:
        with pytest.raises(DatabaseTooNew, match="revision 9999, which this version does not know"):
            await database.migrate()


async def test_songs_and_foreign_keys_work_right_after_a_migration(empty_url: str) -> None:
    async with open_database(empty_url) as database:
        await database.migrate()
        song = await placed(database)
        await database.library.toggle_saved(1, song.id)
        assert await database.privacy.delete_user_data(song.user_id) == 1
        assert not await database.library.is_saved(1, song.id)


@pytest.mark.parametrize("state", ["new", "migrated"])
@pytest.mark.parametrize("module", ["alembic", "sqlalchemy.dialects.postgresql"])
def test_what_only_a_migration_or_the_other_database_needs_is_not_loaded(
    module: str, state: str, sqlite_url: str, tmp_path: Path
) -> None:
    database_url = sqlite_url if state == "migrated" else f"sqlite:///{tmp_path}/new.db"
    program = (
        "import asyncio, sys; from songbot.storage import open_database\n"
        "async def main():\n"
        "    async with open_database(sys.argv[1]) as database: await database.migrate()\n"
        "asyncio.run(main()); sys.exit(sys.argv[2] in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program, database_url, module], check=True, timeout=HANG_GUARD)


async def test_how_far_a_database_is_migrated_is_told_without_changing_it(empty_url: str) -> None:
    async with open_database(empty_url) as database:
        assert "empty" in await database.describe()
        assert "empty" in await database.describe()
        await database.migrate()
        assert (await database.describe()).endswith(", migrated")
    for revision, told in (("0000", "to be migrated"), ("9999", None)):
        await set_revision(empty_url, revision)
        async with open_database(empty_url) as database:
            if told:
                assert told in await database.describe()
            else:
                with pytest.raises(DatabaseTooNew):
                    await database.describe()


async def test_a_look_at_a_database_that_is_not_there_does_not_create_it(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    for path in ("here/songs.db", "missing/deep/songs.db"):
        assert "no file yet" in await describe_database(f"sqlite:///{tmp_path}/{path}")
    assert [path.name for path in tmp_path.rglob("*")] == ["here"]


async def test_a_look_says_where_no_database_can_be_created(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (f"{tmp_path}/file/songs.db", "/proc/nowhere/songs.db"):
        with pytest.raises(StoreUnavailable):
            await describe_database(f"sqlite:///{path}")


async def test_a_look_describes_a_database_that_is_there(url: str) -> None:
    assert (await describe_database(url)).endswith(", migrated")
