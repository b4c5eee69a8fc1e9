"""What an admission, a reconciliation and a look at the line cost, in steps of SQLite's virtual machine."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert

from songbot.quotas.rules import OperatorLimits
from songbot.songs.models import FailureReason
from songbot.storage.queries import admission
from songbot.storage.queries.mapping import order_to_columns
from songbot.storage.repositories.songs import SqlSongRepository
from songbot.storage.schema.tables import songs
from tests.storage.builders import LEASE, NOW, WORKER, order
from tests.support.inline_connector import InlineSqliteConnector

SHORT, LONG = 1500, 6000


def queued(number: int, people: int) -> dict[str, Any]:
    return order_to_columns(order(1 + number % people), 1 + 2 * (number // people), NOW, granted=False)


async def steps(length: int, people: int) -> dict[str, int]:
    """The steps that each takes when all slots are taken but one that has just become free."""
    connector = InlineSqliteConnector()
    repository = SqlSongRepository(connector, OperatorLimits(), lambda: NOW)
    rows = [queued(number, people) for number in range(length)]
    connector.run(lambda connection: connection.execute(insert(songs), rows))
    await repository.register_worker(WORKER, LEASE)
    first = await repository.admit(WORKER, 20, 2, NOW)
    assert await repository.mark_failed(first[0], WORKER, FailureReason.FAILED, None, NOW)
    counts: dict[str, int] = {}
    for name, ask in {
        "admission": lambda: repository.admit(WORKER, 20, 2, NOW),
        "claim": lambda: repository.claim(WORKER, NOW, 100),
        "leased": lambda: repository.leased(WORKER),
        "line": lambda: repository.queue(200, 1000),
    }.items():
        counts[name] = 0

        def count(name: str = name) -> int:
            counts[name] += 1
            return 0

        connector.driver.set_progress_handler(count, 1)
        await ask()
        connector.driver.set_progress_handler(None, 1)
    await connector.close()
    return counts


@pytest.mark.parametrize("people", [1, 2, 7, 1000])
async def test_nothing_costs_more_in_a_longer_line(people: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "_TURNS", 200)
    short, long = await steps(SHORT, people), await steps(LONG, people)
    assert {name: long[name] <= 1.1 * short[name] for name in short} == dict.fromkeys(short, True)
