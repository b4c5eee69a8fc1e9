"""The most frequent queries do not read whole tables, however many songs there are."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, select, text

from songbot.quotas.repository import QuotaSubject
from songbot.quotas.rules import LimitKind, OperatorLimits, Period, Rule
from songbot.songs.library import LibraryScope, Search
from songbot.songs.models import Relation
from songbot.storage import Database
from songbot.storage.queries.mapping import order_to_columns
from songbot.storage.schema.tables import songs
from tests.storage.builders import ANN, GUILD, MAX, NOW, WORKER, order

SONGS = 5000


@pytest.fixture
def operator_limits() -> OperatorLimits:
    return OperatorLimits(operator=100_000)


@pytest.fixture
async def full(database: Database) -> Database:
    """Store thousands of finished songs over a year, of a thousand people in a hundred servers."""
    rows = [_finished(number) for number in range(SONGS)]
    await database.connector.write(lambda connection: connection.execute(insert(songs), rows))
    await database.connector.write(lambda connection: connection.execute(text("ANALYZE")))
    return database


def _finished(number: int) -> dict[str, Any]:
    when = NOW - timedelta(hours=number % 8760)
    one = order(1 + number % 1000, guild_id=1 + number % 100, quota_guild_id=1 + number % 100)
    done = {"state": "completed", "delivery": "delivered", "finished_at": when, "submitted_at": when}
    return order_to_columns(one, 0, when, granted=False) | done | {"song_url": "https://cdn.example/x.mp3"}


async def plans(database: Database, asked: Any) -> list[str]:
    """Return the plans of all statements that use songs while `asked` is awaited."""
    connector = database.connector
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: object) -> None:
        if "songs" in statement:
            statements.append((statement, parameters))

    event.listen(connector.engine, "before_cursor_execute", note)
    await asked
    event.remove(connector.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if connector.on_sqlite else "EXPLAIN "

    def explained(connection: Connection) -> list[str]:
        return [
            "\n".join(str(tuple(row)) for row in connection.exec_driver_sql(explain + sql, parameters))
            for sql, parameters in statements
        ]

    return await connector.write(explained)


def reads_everything(plan: str) -> bool:
    """A partial index contains only a few songs, so it may be read completely."""
    scans = [line for line in plan.splitlines() if "SCAN songs" in line]
    partial = ("unfinished", "pending", "completed", "active", "queue", "followed")
    whole = [line for line in scans if not any(f"ix_songs_{name}" in line for name in partial)]
    return bool(whole) or "Seq Scan on songs" in plan


async def rules_with_a_member_limit(database: Database) -> None:
    await database.quotas.set_rule(7, MAX, Rule(LimitKind.MEMBER, 5, Period.MONTH), NOW)
    assert (await database.quotas.rules(7, NOW)).highest


Ask = Callable[[Database], Coroutine[Any, Any, Any]]
ASKED: dict[str, list[Ask]] = {
    "songs": [
        lambda db: db.songs.create(order(), NOW),
        lambda db: db.songs.create(order(parent_id=7, relation=Relation.TAKE), NOW),
        lambda db: db.songs.admit(WORKER, 20, 2, NOW),
        lambda db: db.songs.is_queue_empty(),
        lambda db: db.songs.load_leased(WORKER, [7, 8, 9]),
        lambda db: db.songs.claim(WORKER, NOW, 100),
        lambda db: db.songs.leased(WORKER),
        lambda db: db.songs.queue(200, 1000),
        lambda db: db.songs.recent_durations(50),
    ],
    "quotas": [
        lambda db: db.quotas.check(QuotaSubject(ANN, GUILD), NOW),
        lambda db: db.quotas.usage_for(QuotaSubject(ANN, None), NOW),
        lambda db: db.quotas.usage(7, 30, NOW),
        rules_with_a_member_limit,
    ],
    "library": [
        lambda db: db.library.page(LibraryScope(7, 7), Search()),
        lambda db: db.library.page(LibraryScope(7, 7), Search(("rain",)), older_than=3000),
        lambda db: db.library.page(LibraryScope(7, 7), Search(), newer_than=1000),
        lambda db: db.library.page(LibraryScope(7, 7, saved=True), Search()),
        lambda db: db.library.page(LibraryScope(MAX, 7, 7), Search()),
        lambda db: db.library.recent_prompts(7, "rain", 25),
    ],
}


@pytest.mark.parametrize("room", ASKED)
async def test_indexes_are_used(full: Database, room: str) -> None:
    for ask in ASKED[room]:
        found = await plans(full, ask(full))
        assert found
        assert [plan for plan in found if reads_everything(plan)] == []


async def test_a_query_without_an_index_would_be_noticed(full: Database) -> None:
    query = select(songs.c.id).where(songs.c.error == "none like it")
    [plan] = await plans(full, full.connector.read(lambda connection: connection.execute(query)))
    assert reads_everything(plan)
