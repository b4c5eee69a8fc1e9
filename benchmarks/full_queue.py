"""Measure admissions, reconciliations and the reading of the queue with 100,000 queued songs."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from songbot.songs.models import FailureReason, Song
from songbot.songs.ports import SongRepository
from songbot.storage import open_database
from songbot.worker.queue_display import MAX_COUNTED, SHOWN
from songbot.worker.worker import CLAIM_BATCH

from .history import FIRST_PERSON, SERIES, VIEWERS_GUILD
from .queries import add_row, database_table, databases
from .report import Scale, Table

PEOPLE = {"{:,} people": 20_000, "one person": 1}
SLOTS, SLOTS_PER_USER = 20, 2
WORKER, LEASE_SECONDS = "worker-1", 3600.0

_QUEUED = """
INSERT INTO songs (order_key, user_id, guild_id, quota_scope, prompt, search_text, private, state, delivery,
    channel_id, message_id, bot_in_channel, upload_limit, created_at, charged_at, granted, turn)
{series}
SELECT 'interaction:' || i, {person} + i % {people}, {guild}, {guild},
    'a trap song about rain, number ' || i, 'a trap song about rain, number ' || i, false, 'queued',
    'pending', 400000000000000000 + i % 5000, 500000000000000000 + i, true, 10485760, {now}, {now}, false,
    1 + 2 * (i / {people})
FROM n
"""
Step = Callable[[], Awaitable[object]]


def queued_songs(count: int, people: int) -> Callable[[Connection], None]:
    """Write `count` queued songs, in turns between `people`."""

    def make(connection: Connection) -> None:
        numbers = {"count": count, "people": people, "person": FIRST_PERSON, "guild": VIEWERS_GUILD}
        series = SERIES[connection.dialect.name].format(count=count)
        now = int(datetime.now(UTC).timestamp() * 1_000_000)
        connection.exec_driver_sql(_QUEUED.format(series=series, now=now, **numbers))
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE songs")  # as autovacuum does within a minute

    return make


class _Measurement:
    """The steps to time, on one database. `active` holds the songs that have a slot."""

    def __init__(self, repository: SongRepository) -> None:
        self._repository = repository
        self._active: list[Song] = []

    async def admit(self) -> None:
        now = datetime.now(UTC)
        self._active += await self._repository.admit(WORKER, SLOTS, SLOTS_PER_USER, now)

    async def free(self, slots: int) -> None:
        """End songs so that their slots are free."""
        freed, self._active = self._active[:slots], self._active[slots:]
        for song in freed:
            reason, now = FailureReason.FAILED, datetime.now(UTC)
            await self._repository.mark_failed(song, WORKER, reason, None, now)
            await self._repository.mark_undeliverable(song, WORKER, now)

    async def reconcile(self) -> None:
        await self._repository.claim(WORKER, datetime.now(UTC), CLAIM_BATCH)
        await self._repository.leased(WORKER)

    async def read_queue(self) -> None:
        await self._repository.queue(SHOWN, MAX_COUNTED)

    def steps(self) -> dict[str, tuple[Step, Step]]:
        """Return the preparation, which is not timed, and the step of each figure."""

        async def nothing() -> None: ...

        return {
            "an admission, one slot free": (lambda: self.free(1), self.admit),
            "an admission, all slots free": (lambda: self.free(SLOTS), self.admit),
            "a reconciliation": (nothing, self.reconcile),
            "reading the queue": (nothing, self.read_queue),
        }


async def _times_of(prepare: Step, step: Step, number: int) -> list[float]:
    """Return the seconds that each of several steps takes, after a few unmeasured ones."""
    seconds: list[float] = []
    for _ in range(number + 5):
        await prepare()
        started = time.perf_counter()
        await step()
        seconds.append(time.perf_counter() - started)
    return seconds[5:]


async def measure(scale: Scale, folder: Path) -> list[Table]:
    tables: list[Table] = []
    for title, people in PEOPLE.items():
        figures: dict[str, dict[str, list[list[float]]]] = {}
        async with databases(folder / str(people), queued_songs(scale.queued, people)) as urls:
            for name, url in urls.items():
                async with open_database(url) as database:
                    await database.songs.register_worker(WORKER, LEASE_SECONDS)
                    for figure, steps in _Measurement(database.songs).steps().items():
                        runs = [await _times_of(*steps, scale.look_ups // 10) for _ in range(scale.runs)]
                        figures.setdefault(figure, {})[name] = runs
        table = database_table(f"{scale.queued:,} queued songs of {title.format(people)}")
        for figure, by_database in figures.items():
            add_row(table, figure, by_database, limit_ms=10)
        tables.append(table)
    tables[-1].notes.append(
        f"One worker, {SLOTS} slots, {SLOTS_PER_USER} for each person. An admission "
        "ends when its commit is on the disk. A reconciliation is `claim` and `leased`."
    )
    return tables
