"""A database that version 1.0.0 made can be opened, with everything that was in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, text

from songbot.quotas.rules import LimitKind, Period, Rule, RuleValue
from songbot.songs.models import DeliveryState, State
from songbot.storage import open_database
from songbot.storage.connectors.factory import open_connector
from songbot.storage.connectors.url import parse_url
from songbot.storage.schema.migrate import alembic_config
from tests.storage.builders import ANN, EVE, GUILD, MAX, NOW, RESULT, fetched, placed

DUMP = Path(__file__).with_name("made_by_1_0_0.sql")
LOGGED = [
    ("rule:member", None, "3 per hour"),
    ("rule:member", "3 per hour", "10 per week"),
    ("rule:role:77", "100000 per month", None),
    ("grant:77", "0", "2"),
    ("timezone", "UTC", "5 per day"),
    ("rule:member", "five a day", "5 per day"),
]
"""What, old and new. The last two are no rules as 1.0.0 wrote them, and stay."""


@pytest.fixture
def old_sqlite_url(tmp_path: Path) -> str:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(DUMP.read_text())
    return f"sqlite:///{path}"


async def fill_first_revision(url: str) -> None:
    """Create the tables of 1.0.0, and log some changes as it did."""

    def fill(connection: Connection) -> None:
        command.upgrade(alembic_config(connection), "0001")
        connection.execute(text(f"INSERT INTO guilds (guild_id) VALUES ({GUILD})"))
        change = text(
            "INSERT INTO quota_changes (guild_id, changed_at, actor_id, what, old, new) "
            f"VALUES ({GUILD}, 0, 9, :what, :old, :new)"
        )
        connection.execute(change, [{"what": what, "old": old, "new": new} for what, old, new in LOGGED])

    connector = open_connector(parse_url(url), pool_size=1, deadline=5)
    try:
        await connector.migrate(fill, 30)
    finally:
        await connector.close()


async def test_songs_rules_and_numbers_of_1_0_0_are_all_there(old_sqlite_url: str) -> None:
    async with open_database(old_sqlite_url) as database:
        await database.migrate()
        song = await fetched(database, 1)
        assert (song.user_id, song.result, song.delivery) == (ANN, RESULT, DeliveryState.DELIVERED)
        states = [(await fetched(database, number)).state for number in (2, 3, 4)]
        assert states == [State.COMPOSING, State.SUBMITTING, State.QUEUED]
        rules = await database.quotas.rules(GUILD, NOW)
        assert rules.timezone == "Europe/Berlin"
        assert rules.rules == (
            Rule(LimitKind.MEMBER, 10, Period.WEEK),
            Rule(LimitKind.USER, 0, Period.DAY, MAX),
        )
        assert (await placed(database, EVE, idempotency_key="a new order")).id == 5


async def test_the_log_of_1_0_0_reads_as_it_did(old_sqlite_url: str) -> None:
    async with open_database(old_sqlite_url) as database:
        await database.migrate()
        entries = await database.quotas.audit_log(GUILD, None, 10)
    assert [(entry.what, entry.old, entry.new) for entry in entries[::-1]] == [
        ("rule:member", None, RuleValue(3, Period.HOUR)),
        ("rule:member", RuleValue(3, Period.HOUR), RuleValue(10, Period.WEEK)),
        (f"rule:user:{MAX}", None, RuleValue(0, Period.DAY)),
        ("rule:role:77", None, RuleValue(100_000, Period.MONTH)),
        ("rule:role:77", RuleValue(100_000, Period.MONTH), None),
        (f"grant:{ANN}", "0", "2"),
        (f"reset:{ANN}", None, None),
        ("timezone", "UTC", "Europe/Berlin"),
    ]


async def test_only_rules_become_values_and_nothing_is_lost(empty_url: str) -> None:
    await fill_first_revision(empty_url)
    async with open_database(empty_url) as database:
        await database.migrate()
        entries = await database.quotas.audit_log(GUILD, None, 10)
    assert [(entry.what, entry.old, entry.new) for entry in entries[::-1]] == [
        ("rule:member", None, RuleValue(3, Period.HOUR)),
        ("rule:member", RuleValue(3, Period.HOUR), RuleValue(10, Period.WEEK)),
        ("rule:role:77", RuleValue(100_000, Period.MONTH), None),
        ("grant:77", "0", "2"),
        ("timezone", "UTC", "5 per day"),
        ("rule:member", "five a day", RuleValue(5, Period.DAY)),
    ]
