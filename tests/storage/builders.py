"""A small world for the tests of the store: people, a server, a clock that stands still."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from songbot.quotas.rules import OperatorLimits
from songbot.songs.models import ReplyTarget, Result, Song
from songbot.songs.orders import Accepted, Order
from songbot.storage import Database

NOW = datetime(2026, 3, 18, 12, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
GUILD, OTHER_GUILD = 300_000_000_000_000_001, 300_000_000_000_000_002
ANN, MAX, EVE = 200_000_000_000_000_001, 200_000_000_000_000_002, 200_000_000_000_000_003
CHANNEL, MESSAGE = 400_000_000_000_000_001, 500_000_000_000_000_001
CEILINGS = OperatorLimits(server=50, member=5, direct=3)
WORKER, OTHER_WORKER = "worker-1", "worker-2"
LEASE = 60.0
"""Seconds."""
RESULT = Result(
    song_url="https://cdn.example/song.mp3",
    title="Midnight Grid",
    bpm=120.5,
    duration_seconds=184,
    image_url="https://cdn.example/cover.png",
    tags=("synthwave", "night"),
)
REPLY = ReplyTarget(CHANNEL, MESSAGE, "interaction-token", NOW + 15 * MINUTE, upload_limit=25 * 1024 * 1024)

_keys = itertools.count(1)


def order(user_id: int = ANN, **changes: Any) -> Order:
    """An order of its own in GUILD, charged to it."""
    plain = Order(
        idempotency_key=f"interaction-{next(_keys)}",
        user_id=user_id,
        prompt="a song about rain",
        private=False,
        reply=REPLY,
        guild_id=GUILD,
        quota_guild_id=GUILD,
    )
    return replace(plain, **changes)


def direct_order(user_id: int = ANN, **changes: Any) -> Order:
    return order(user_id, guild_id=None, quota_guild_id=None, **changes)


async def placed(database: Database, user_id: int = ANN, *, now: datetime = NOW, **changes: Any) -> Song:
    outcome = await database.songs.create(order(user_id, **changes), now)
    assert isinstance(outcome, Accepted), outcome
    return outcome.song


async def admitted(
    database: Database, slots: int, slots_per_user: int = 2, worker_id: str = WORKER, now: datetime = NOW
) -> list[Song]:
    """Admit for a worker, and register it."""
    await database.songs.register_worker(worker_id, LEASE)
    return await database.songs.admit(worker_id, slots, slots_per_user, now)


async def submitting(
    database: Database, user_id: int = ANN, *, worker_id: str = WORKER, **changes: Any
) -> Song:
    """A song that has a slot; so has every other that was in line."""
    song = await placed(database, user_id, **changes)
    everybody = await admitted(database, 1000, 1000, worker_id, changes.get("now", NOW))
    return next(one for one in everybody if one.id == song.id)


async def composing(database: Database, user_id: int = ANN, **changes: Any) -> Song:
    song = await submitting(database, user_id, **changes)
    assert await database.songs.mark_submitted(song, f"job-{song.id}")
    return await fetched(database, song.id)


async def completed(
    database: Database,
    user_id: int = ANN,
    *,
    result: Result = RESULT,
    took: timedelta = MINUTE,
    **changes: Any,
) -> Song:
    song = await composing(database, user_id, **changes)
    worker_id, now = changes.get("worker_id", WORKER), changes.get("now", NOW)
    assert await database.songs.mark_completed(song, worker_id, result, now + took)
    return await fetched(database, song.id)


async def in_line(database: Database) -> list[int]:
    return [song.id for song in (await database.songs.queue(1000, 1000)).first]


async def fetched(database: Database, song_id: int) -> Song:
    song = await database.songs.get(song_id)
    assert song is not None
    return song


async def outcomes(database: Database, *orders: Order, now: datetime = NOW) -> list[str]:
    """What came of each, by name, one after the other."""
    return [type(await database.songs.create(one, now)).__name__ for one in orders]
