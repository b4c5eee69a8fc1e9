"""Measure the library and the quotas with a million songs in the database."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
from sqlalchemy import Connection

from songbot.quotas.repository import QuotaSubject
from songbot.quotas.rules import OperatorLimits
from songbot.songs.library import LibraryScope, Search
from songbot.songs.models import ReplyTarget
from songbot.songs.orders import Order
from songbot.storage import Database, open_database
from tests.storage.postgres import postgres_server

from .history import VIEWER, VIEWERS_GUILD, fill, many_songs
from .report import Scale, Table, middle, ms, over_runs, percentile

PAGE, FAR = 5, 200
CEILINGS = OperatorLimits(server=100_000, member=100_000, direct=100_000)
LookUp = Callable[[int], Awaitable[object]]


@asynccontextmanager
async def databases(folder: Path, make: Callable[[Connection], None]) -> AsyncIterator[dict[str, str]]:
    """Yield the URLs of a SQLite and a PostgreSQL database to which `make` has written."""
    folder.mkdir(parents=True, exist_ok=True)
    urls = {"SQLite": f"sqlite:///{folder / 'many.db'}"}
    with postgres_server() as server:
        connection = await asyncpg.connect(server.url("postgres"))
        await connection.execute("CREATE DATABASE many")
        await connection.close()
        urls["PostgreSQL"] = server.url("many")
        for url in urls.values():
            await fill(url, make)
        connection = await asyncpg.connect(urls["PostgreSQL"])
        await connection.execute("VACUUM")  # as autovacuum does within minutes
        await connection.close()
        yield urls


async def _look_ups(database: Database) -> dict[str, LookUp]:
    """Return typical queries by name. Each takes a number that must differ on each call."""
    own_songs = LibraryScope(VIEWER, VIEWER)
    far: int | None = None
    for _ in range(FAR - 1):
        page = await database.library.page(own_songs, Search(), older_than=far, limit=PAGE)
        far = page.entries[-1].song.id if page.entries else far
    subject = QuotaSubject(VIEWER, VIEWERS_GUILD, frozenset({7}))

    def order(number: int) -> Order:
        reply = ReplyTarget(1, number, "a-token", datetime.now(UTC))
        key = f"interaction:{time.monotonic_ns()}"
        return Order(key, VIEWER, "rain", False, reply, VIEWERS_GUILD, VIEWERS_GUILD, subject.role_ids)

    return {
        "/library, first page": lambda _: database.library.page(own_songs, Search(), limit=PAGE),
        f"/library, page {FAR}": lambda _: database.library.page(
            own_songs, Search(), older_than=far, limit=PAGE
        ),
        "quota check": lambda _: database.quotas.check(subject, datetime.now(UTC)),
        "quota check, charge and order": lambda number: database.songs.create(
            order(number), datetime.now(UTC)
        ),
    }


async def times_of(look: LookUp, number: int) -> list[float]:
    """Return the seconds that each of several consecutive calls takes, after a few unmeasured ones."""
    for warm_up in range(20):
        await look(warm_up)
    seconds: list[float] = []
    for call in range(number):
        started = time.perf_counter()
        await look(call)
        seconds.append(time.perf_counter() - started)
    return seconds


async def measure(scale: Scale, folder: Path) -> list[Table]:
    table = database_table(f"Look-ups with {scale.history:,} songs in the database")
    figures: dict[str, dict[str, list[list[float]]]] = {}
    async with databases(folder, many_songs(scale.history)) as urls:
        for name, url in urls.items():
            async with open_database(url, operator_limits=CEILINGS) as database:
                for figure, look in (await _look_ups(database)).items():
                    runs = [await times_of(look, scale.look_ups) for _ in range(scale.runs)]
                    figures.setdefault(figure, {})[name] = runs
    for figure, by_database in figures.items():
        add_row(table, figure, by_database, limit_ms=20)
    table.notes.append(
        f"{scale.look_ups:,} calls a run by a person with one song in 200 of all, in a server with every "
        "tenth and with rules of every kind, through the pool and SQLAlchemy, as the bot makes them."
    )
    return [table]


def database_table(title: str) -> Table:
    """Return a table with two columns for each database."""
    return Table(title, [f"{name}, {part}" for name in ("SQLite", "PostgreSQL") for part in ("p50", "p99")])


def add_row(table: Table, figure: str, by_database: dict[str, list[list[float]]], *, limit_ms: float) -> None:
    """Add a row with the runs of each database, in seconds. Their p99 must stay under the limit."""
    values: dict[str, str] = {}
    worst = 0.0
    for name, runs in by_database.items():
        slow = [percentile(run, 99) for run in runs]
        values[f"{name}, p50"] = over_runs([percentile(run, 50) for run in runs], ms)
        values[f"{name}, p99"] = over_runs(slow, ms)
        worst = max(worst, middle(slow))
    table.add(figure, values, f"p99 under {limit_ms:g} ms", worst * 1000 < limit_ms)
