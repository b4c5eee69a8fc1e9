from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from songbot.songs.models import State
from songbot.storage import Database
from tests.storage.builders import (
    ANN,
    EVE,
    MAX,
    MINUTE,
    NOW,
    OTHER_WORKER,
    REPLY,
    WORKER,
    Timepiece,
    completed,
    composing,
    placed,
)

LATER = NOW + 2 * MINUTE


@pytest.fixture
def alone(backend: str) -> bool:
    """One process at a time may use the database."""
    return backend == "sqlite"


async def claimed(database: Database, worker_id: str = OTHER_WORKER, limit: int = 10, now=LATER) -> list[int]:
    return [song.id for song in await database.songs.claim(worker_id, now, limit)]


async def test_it_is_known_whether_one_process_is_all_there_may_be(database: Database, alone: bool) -> None:
    assert database.songs.single_process is alone


async def test_a_living_workers_songs_are_its_own(database: Database) -> None:
    await database.songs.register_worker(WORKER, NOW, LATER + MINUTE)
    await placed(database)
    assert await claimed(database) == []


async def test_a_dead_workers_songs_are_taken_over_oldest_first(database: Database) -> None:
    await database.songs.register_worker(WORKER, NOW, NOW + MINUTE)
    songs = [(await placed(database, person)).id for person in (ANN, MAX, EVE)]
    assert await claimed(database, limit=2) == songs[:2]
    await database.songs.register_worker(OTHER_WORKER, LATER, LATER + MINUTE)
    assert await claimed(database, worker_id="worker-3") == songs[2:]


async def test_what_is_finished_and_not_delivered_is_taken_over_too(database: Database) -> None:
    pending, delivered = await completed(database, ANN), await completed(database, MAX)
    under_way = await composing(database, EVE)
    await database.songs.mark_delivered(delivered.id, WORKER, REPLY, NOW)
    assert await claimed(database) == [pending.id, under_way.id]
    assert await database.songs.leased(WORKER) == {}
    held = {pending.id: State.COMPLETED, under_way.id: State.COMPOSING}
    assert await database.songs.leased(OTHER_WORKER) == held


async def test_a_released_workers_songs_can_be_claimed_at_once(database: Database) -> None:
    await database.songs.register_worker(WORKER, NOW, LATER + MINUTE)
    song = await placed(database)
    await database.songs.unregister_worker(WORKER)
    assert await claimed(database) == [song.id]


async def test_a_heartbeat_keeps_the_lease(database: Database) -> None:
    await database.songs.register_worker(WORKER, NOW, NOW + MINUTE)
    await placed(database)
    assert await database.songs.heartbeat(WORKER, NOW, LATER + MINUTE)
    assert await claimed(database) == []


async def test_a_late_heartbeat_renews_only_where_nobody_else_can_have_come(
    database: Database, alone: bool
) -> None:
    await database.songs.register_worker(WORKER, NOW, NOW + MINUTE)
    await placed(database)
    assert await database.songs.heartbeat(WORKER, LATER, LATER + MINUTE) is alone
    assert bool(await claimed(database)) is not alone


async def test_a_worker_that_was_never_enlisted_has_no_heartbeat(database: Database) -> None:
    assert not await database.songs.heartbeat(WORKER, NOW, LATER)


async def test_enlisting_takes_the_others_off_where_one_process_runs_at_a_time(
    database: Database, alone: bool
) -> None:
    await database.songs.register_worker(WORKER, NOW, LATER)
    await database.songs.register_worker(OTHER_WORKER, NOW, LATER)
    assert await database.songs.heartbeat(WORKER, NOW, LATER) is not alone
    assert await database.songs.heartbeat(OTHER_WORKER, NOW, LATER)


async def test_enlisting_twice_renews(database: Database) -> None:
    await database.songs.register_worker(WORKER, NOW, NOW + MINUTE)
    await database.songs.register_worker(WORKER, LATER, LATER + MINUTE)
    assert await database.songs.heartbeat(WORKER, LATER, LATER + MINUTE)


async def test_of_many_who_claim_at_once_each_gets_different_songs(database: Database, alone: bool) -> None:
    if alone:
        pytest.skip("one process at a time uses SQLite")
    for person in range(1, 21):
        await placed(database, person, worker_id="a worker that is gone")
    workers = [f"worker-{number}" for number in range(5)]
    for worker_id in workers:
        await database.songs.register_worker(worker_id, NOW, LATER)
    shares = await asyncio.gather(*(claimed(database, worker, limit=4, now=NOW) for worker in workers))
    taken = [song_id for share in shares for song_id in share]
    assert len(taken) == len(set(taken)) > 0
    assert max(len(share) for share in shares) <= 4


async def test_leases_go_by_one_clock_that_all_workers_share(
    database: Database, alone: bool, timepiece: Timepiece
) -> None:
    moment = await database.songs.lease_time()
    if alone:
        assert moment == timepiece.now
    else:
        assert abs(moment - datetime.now(UTC)) < MINUTE
        assert moment.utcoffset() == timedelta(0)
