"""Fill databases with history: finished songs that give durations, unfinished songs, or a million songs."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, text

from songbot.songs.models import DeliveryState, State
from songbot.storage import open_database
from songbot.storage.connectors.factory import open_connector
from songbot.storage.connectors.url import parse_url
from songbot.storage.schema.tables import guilds, quota_rules, songs

GUILDS, PEOPLE = 500, 20_000
FIRST_GUILD, FIRST_PERSON = 300_000_000_000_000_000, 200_000_000_000_000_000
VIEWER, VIEWERS_GUILD = FIRST_PERSON, FIRST_GUILD
LONGEST = 600.0
"""Seconds. Writing a million songs takes half a minute."""
VIEWERS_SHARE = 200
"""Every 200th song is the viewer's (5,000 out of a million), and every 10th is from the viewer's server."""


_migrating = asyncio.Lock()
"""Prevents concurrent migrations, since Alembic can run only one per process."""


async def fill(url: str, make: Callable[[Connection], None]) -> None:
    """Migrate the database at `url`, and let `make` write to it."""
    async with _migrating, open_database(url) as database:
        await database.migrate()
    connector = open_connector(parse_url(url), pool_size=1, deadline=LONGEST)
    try:
        await connector.write(make)
    finally:
        await connector.close()


def finished_songs(count: int, seconds: tuple[float, float]) -> Callable[[Connection], None]:
    """Write songs from yesterday, with durations spread over the range `seconds`."""
    dice = random.Random(1)
    started = datetime.now(UTC) - timedelta(days=1)

    def rows() -> Iterator[dict[str, Any]]:
        for number in range(count):
            at = started + timedelta(seconds=number)
            ended = at + timedelta(seconds=dice.uniform(*seconds))
            yield _row(number, at, submitted_at=at) | {
                "state": State.COMPLETED,
                "delivery": DeliveryState.DELIVERED,
                "finished_at": ended,
                "delivered_at": ended,
                "song_url": "https://cdn.example/song.mp3",
            }

    return lambda connection: _insert(connection, rows())


def unfinished_songs(jobs: list[str], channel_id: int) -> Callable[[Connection], None]:
    """Write songs that were composing when their process died ten seconds ago."""
    at = datetime.now(UTC) - timedelta(seconds=10)

    def rows() -> Iterator[dict[str, Any]]:
        for number, job_id in enumerate(jobs):
            row = _row(number, at, submitted_at=at)
            yield row | {
                "state": State.COMPOSING,
                "delivery": DeliveryState.PENDING,
                "job_id": job_id,
                "channel_id": channel_id,
                "token": f"a-token-of-the-length-that-discord-gives-{number}",
                "token_expires_at": at + timedelta(minutes=15),
                "lease_owner": "a-worker-that-died",
            }

    return lambda connection: _insert(connection, rows())


def _row(number: int, at: datetime, *, submitted_at: datetime) -> dict[str, Any]:
    return {
        "order_key": f"interaction:{number}",
        "user_id": FIRST_PERSON + number % PEOPLE,
        "guild_id": VIEWERS_GUILD,
        "quota_scope": VIEWERS_GUILD,
        "prompt": f"a trap song about rain, number {number}",
        "search_text": f"a trap song about rain, number {number}",
        "private": False,
        "channel_id": 1,
        "message_id": 1_000_000 + number,
        "bot_in_channel": True,
        "upload_limit": 10 * 1024 * 1024,
        "created_at": at,
        "charged_at": at,
        "granted": False,
        "submitted_at": submitted_at,
    }


def _insert(connection: Connection, rows: Iterator[dict[str, Any]]) -> None:
    connection.execute(insert(songs), list(rows))


SERIES = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})",
    "postgresql": "WITH n(i) AS (SELECT generate_series(1, CAST({count} AS bigint)))",
}
_MANY = """
INSERT INTO songs (order_key, user_id, guild_id, quota_scope, prompt, search_text, private, state, delivery,
    channel_id, message_id, bot_in_channel, upload_limit, job_id, title, bpm, duration_seconds, song_url,
    image_url, tags, created_at, charged_at, granted, submitted_at, finished_at, delivered_at)
{series}
SELECT 'interaction:' || i,
    CASE WHEN i % {share} = 0 THEN {person} ELSE {person} + 1 + (i * 7919) % ({people} - 1) END,
    CASE WHEN i % 10 = 0 THEN {guild} ELSE {guild} + 1 + (i * 104729) % ({guilds} - 1) END,
    CASE WHEN i % 10 = 0 THEN {guild} ELSE {guild} + 1 + (i * 104729) % ({guilds} - 1) END,
    'a trap song about rain, number ' || i,
    'a trap song about rain, number ' || i || ' midnight grid trap dark', i % 7 = 0, 'completed', 'delivered',
    400000000000000000 + i % 5000, 500000000000000000 + i, true, 10485760,
    'job-' || i, 'Midnight Grid ' || i, 60 + i % 120, 120 + i % 120,
    'https://cdn.example/audio/' || i || '.mp3', 'https://cdn.example/covers/' || i || '.jpg',
    '["trap", "dark"]', {begun} + i * {step}, {begun} + i * {step}, false, {begun} + i * {step},
    {begun} + i * {step} + 60000000, {begun} + i * {step} + 61000000
FROM n
"""


def many_songs(count: int) -> Callable[[Connection], None]:
    """Write completed songs spread over the last 365 days, and rules of every kind in the viewer's server."""
    now = datetime.now(UTC)

    def make(connection: Connection) -> None:
        year = 365 * 24 * 3600 * 1_000_000
        numbers = {
            "count": count,
            "share": VIEWERS_SHARE,
            "person": FIRST_PERSON,
            "people": PEOPLE,
            "guild": FIRST_GUILD,
            "guilds": GUILDS,
            "begun": int(now.timestamp() * 1_000_000) - year,
            "step": year // count,
        }
        series = SERIES[connection.dialect.name].format(**numbers)
        for name in [index.name for index in songs.indexes]:
            connection.execute(text(f"DROP INDEX {name}"))
        connection.exec_driver_sql(_MANY.format(series=series, **numbers))
        for index in songs.indexes:
            index.create(connection)
        connection.execute(insert(guilds).values(guild_id=VIEWERS_GUILD, timezone="Europe/Zurich"))
        connection.execute(insert(quota_rules), list(_rules()))
        connection.execute(text("ANALYZE"))

    return make


def _rules() -> Iterator[dict[str, Any]]:
    for kind, subject_id, limit, period in (
        ("server", 0, 100_000, "month"),
        ("member", 0, 50_000, "week"),
        ("role", 7, 60_000, "month"),
        ("user", VIEWER + 1, 70_000, "day"),
    ):
        yield {
            "guild_id": VIEWERS_GUILD,
            "who": kind,
            "subject_id": subject_id,
            "rule_limit": limit,
            "per": period,
        }
