"""Test moving between the databases: everything, once, verified, and never over other data."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, text

from songbot.quotas.repository import QuotaSubject
from songbot.quotas.rules import LimitKind, Period, Rule
from songbot.storage import Database, open_database
from songbot.storage.connectors.base import Connector
from songbot.storage.connectors.factory import open_connector
from songbot.storage.connectors.url import parse_url
from songbot.storage.errors import DatabaseInUse
from songbot.storage.move import COPY_UNFINISHED, MoveError, copy_database, main
from songbot.storage.schema.tables import quota_changes, songs
from tests.storage.builders import (
    ANN,
    EVE,
    GUILD,
    MAX,
    NOW,
    RESULT,
    WORKER,
    completed,
    composing,
    fetched,
    placed,
)
from tests.support.hang_guard import HANG_GUARD

ODD = "na\u00efve \u202e \U0001f3b5 'quoted' \\ %s {x}\nline"


@pytest.fixture
def filled(sqlite_url: str) -> str:
    asyncio.run(_fill(sqlite_url))
    return sqlite_url


async def _fill(url: str) -> None:
    async with open_database(url, now=lambda: NOW) as database:
        first = await completed(database, prompt=ODD)
        await completed(database, MAX, parent_id=first.id)
        await composing(database, EVE)
        forgotten = await completed(database, EVE)
        await database.library.toggle_saved(ANN, first.id)
        await database.quotas.set_rule(GUILD, MAX, Rule(LimitKind.MEMBER, 7, Period.WEEK), NOW)
        await database.quotas.set_rule(GUILD, MAX, Rule(LimitKind.ROLE, 9, Period.HOUR, 1234), NOW)
        await database.app_state.set("commands", "abc")
        await database.privacy.delete_user_data(EVE)
        assert forgotten.id == 4


def run_move(source: str, target: str) -> list[str]:
    lines: list[str] = []
    asyncio.run(copy_database(source, target, lines.append))
    return lines


async def execute(url: str, *statements: str) -> None:
    connector = open_connector(parse_url(url), pool_size=1, deadline=HANG_GUARD)
    try:
        for statement in statements:
            await connector.write(partial(Connection.execute, statement=text(statement)))
    finally:
        await connector.close()


async def look(url: str) -> tuple[object, ...]:
    async with open_database(url) as database:
        first = await fetched(database, 1)
        rules = await database.quotas.rules(GUILD, NOW)
        return first, rules, await database.app_state.get("commands")


def test_everything_is_in_the_target_and_said_to_be(filled: str, postgres_url: str) -> None:
    lines = run_move(filled, postgres_url)
    assert asyncio.run(look(postgres_url)) == asyncio.run(look(filled))
    verified = [line for line in lines if "on both sides" in line]
    assert len(verified) == 11
    assert any(line.startswith("songs: 4 rows, checksum") for line in verified)


def test_numbers_are_never_given_twice_after_the_move(filled: str, postgres_url: str) -> None:
    """The latest song's row was deleted, but its ID lives on in buttons on Discord."""
    asyncio.run(execute(filled, "DELETE FROM songs WHERE id = 4"))
    run_move(filled, postgres_url)

    async def next_song() -> int:
        async with open_database(postgres_url) as database:
            return (await placed(database)).id

    assert asyncio.run(next_song()) == 5


def test_there_and_back_again_gives_the_same(filled: str, postgres_url: str, tmp_path: Path) -> None:
    run_move(filled, postgres_url)
    back = f"sqlite:///{tmp_path}/back/songs.db"
    run_move(postgres_url, back)
    assert asyncio.run(look(back)) == asyncio.run(look(filled))

    async def next_song() -> int:
        async with open_database(back) as database:
            return (await placed(database)).id

    assert asyncio.run(next_song()) == 5


def test_who_deleted_their_data_stays_counted_and_unnamed(filled: str, postgres_url: str) -> None:
    run_move(filled, postgres_url)

    async def used(url: str) -> int:
        async with open_database(url) as database:
            decision = await database.quotas.check(QuotaSubject(EVE, GUILD, frozenset()), NOW)
            return decision.effective.used

    assert asyncio.run(used(postgres_url)) == asyncio.run(used(filled)) > 0


def test_a_second_move_only_compares(filled: str, postgres_url: str) -> None:
    run_move(filled, postgres_url)
    lines = run_move(filled, postgres_url)
    assert "before; comparing" in lines[0]
    assert not any(" of " in line for line in lines)


def test_a_difference_ends_with_code_1_and_its_table(filled: str, postgres_url: str, capsys) -> None:
    assert main([filled, postgres_url]) == 0
    asyncio.run(execute(postgres_url, "UPDATE songs SET title = 'Another' WHERE id = 1"))
    assert main([filled, postgres_url]) == 1
    told = capsys.readouterr()
    assert "songs: DIFFERENT" in told.out
    assert "differ in songs" in told.err


def test_a_source_that_was_used_between_two_halves_is_found_out(filled: str, postgres_url: str) -> None:
    run_move(filled, postgres_url)
    marker = f"INSERT INTO app_state (key, value) VALUES ('{COPY_UNFINISHED}', '')"
    asyncio.run(execute(postgres_url, marker, "DELETE FROM songs WHERE id = 4"))
    asyncio.run(execute(filled, "UPDATE songs SET prompt = 'changed' WHERE id = 1"))
    with pytest.raises(MoveError, match="differ in songs"):
        run_move(filled, postgres_url)


def test_a_target_with_other_data_is_refused_and_left_alone(filled: str, postgres_url: str) -> None:
    async def fill() -> None:
        async with open_database(postgres_url) as database:
            await placed(database)

    asyncio.run(fill())
    with pytest.raises(MoveError, match=r"other data \(songs\)"):
        run_move(filled, postgres_url)


def test_while_a_bot_uses_the_source_nothing_is_moved(filled: str, postgres_url: str) -> None:
    async def enlist(lease_seconds: float) -> None:
        async with open_database(filled) as database:
            await database.songs.register_worker("a-bot", lease_seconds)

    asyncio.run(enlist(3600.0))
    with pytest.raises(DatabaseInUse, match="A bot runs on the source"):
        run_move(filled, postgres_url)
    asyncio.run(enlist(-1.0))
    run_move(filled, postgres_url)


async def _many(database: Database, connector: Connector, count: int) -> None:
    await completed(database, result=RESULT)
    await database.songs.unregister_worker(WORKER)
    await connector.write(lambda connection: _multiply(connection, count))


def _multiply(connection: Connection, count: int) -> None:
    row = connection.execute(songs.select()).one()._asdict()
    copies = [row | {"id": number, "order_key": f"k{number}"} for number in range(2, count + 1)]
    connection.execute(insert(songs), copies)
    change = {"guild_id": GUILD, "changed_at": NOW, "actor_id": ANN, "what": "member"}
    connection.execute(text(f"INSERT INTO guilds (guild_id) VALUES ({GUILD})"))
    connection.execute(insert(quota_changes), [change] * 300)


KILLED_MOVE = """
import asyncio, os, signal, sys
from songbot.storage.move import copy_database

def report(line):
    if line.startswith("songs: 400 of 4,000"):
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(copy_database(*sys.argv[1:], report, batch=20))
"""


def test_a_move_killed_in_the_middle_goes_on_where_it_stopped(sqlite_url: str, postgres_url: str) -> None:
    async def fill() -> None:
        connector = open_connector(parse_url(sqlite_url), pool_size=1, deadline=HANG_GUARD)
        async with open_database(sqlite_url) as database:
            await _many(database, connector, 4000)
        await connector.close()

    asyncio.run(fill())
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_MOVE, sqlite_url, postgres_url], check=False, timeout=HANG_GUARD
    )
    assert killed.returncode == -signal.SIGKILL
    again = subprocess.run(
        [sys.executable, "-m", "songbot.storage.move", sqlite_url, postgres_url],
        capture_output=True,
        text=True,
        check=True,
        timeout=HANG_GUARD,
    )
    resumed = next(line for line in again.stdout.splitlines() if line.startswith("songs:"))
    assert "rows are there already" in resumed
    already = int(resumed.split()[1].replace(",", ""))
    assert 400 <= already < 4000
    assert already % 20 == 0, "no batch is there by half"
    assert "songs: 4,000 rows, checksum" in again.stdout
    assert again.stdout.endswith("start the bot.\n")


@pytest.mark.parametrize(
    ("source", "target", "says"),
    [
        ("sqlite:////nowhere/songs.db", "postgresql://bot:hunter2@host/songs", "no database at"),
        ("hunter2", "sqlite:///x.db", "not a database URL"),
        ("sqlite:///a.db", "sqlite:///a.db", "the same database"),
    ],
)
def test_what_is_wrong_is_said_without_the_address(source: str, target: str, says: str, capsys) -> None:
    assert main([source, target]) == 1
    told = capsys.readouterr().err
    assert says in told
    assert "hunter2" not in told


def test_a_source_that_was_never_migrated_is_refused(tmp_path: Path, postgres_url: str) -> None:
    (tmp_path / "empty.db").touch()
    with pytest.raises(MoveError, match="not migrated"):
        run_move(f"sqlite:///{tmp_path}/empty.db", postgres_url)
