"""Measure what SQLite pays for flushing a commit to disk before reporting it."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import Connection

from songbot.storage import Database, open_database
from songbot.storage.schema.tables import app_state
from songbot.storage.schema.upsert import upsert

from .report import Scale, Table, ms, over_runs, percentile


async def measure(scale: Scale, folder: Path) -> list[Table]:
    table = Table("SQLite: a commit on the disk", ["p50", "p99"])
    async with open_database(f"sqlite:///{folder / 'durability.db'}") as database:
        await database.migrate()
        for durable, figure in (
            (False, "a commit (synchronous=NORMAL)"),
            (True, "a commit before a POST (synchronous=FULL)"),
        ):
            runs = [await _commits(database, scale.look_ups, durable=durable) for _ in range(scale.runs)]
            values = {
                f"p{percent}": over_runs([percentile(run, percent) for run in runs], ms)
                for percent in (50, 99)
            }
            table.add(figure, values)
    table.notes.append(
        f"{scale.look_ups:,} commits of one row a run. Of a song's commits one is durable: its admission, "
        "after which Whisul is asked."
    )
    return [table]


async def _commits(database: Database, number: int, *, durable: bool) -> list[float]:
    """Return the seconds that each of several consecutive commits takes."""
    seconds: list[float] = []
    for count in range(number):

        def write(connection: Connection, count: int = count) -> None:
            upsert(connection, app_state, {"key": "benchmark"}, {"value": str(count)})

        started = time.perf_counter()
        await database.connector.write(write, durable=durable)
        seconds.append(time.perf_counter() - started)
    return seconds
