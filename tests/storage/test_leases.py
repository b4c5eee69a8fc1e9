from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update

from songbot.quotas.rules import OperatorLimits
from songbot.songs.models import FailureReason, State
from songbot.songs.ports import LeaseState
from songbot.storage import Database
from songbot.storage.queries.leases import INTERRUPTED_AFTER, LeaseQueries
from songbot.storage.repositories.songs import SqlSongRepository
from songbot.storage.schema.tables import workers
from tests.storage.builders import (
    ANN,
    DAY,
    EVE,
    LEASE,
    MAX,
    MINUTE,
    NOW,
    OTHER_WORKER,
    REPLY,
    WORKER,
    admitted,
    completed,
    composing,
    fetched,
    in_line,
    placed,
    submitting,
)
from tests.support.fixed_clock import FixedClock
from tests.support.inline_connector import InlineSqliteConnector


@pytest.fixture
def alone(backend: str) -> bool:
    """Return whether only one process at a time may use the database."""
    return backend == "sqlite"


@pytest.fixture
def shared(database: Database, clock: FixedClock) -> Database:
    """Return a database that several processes may use, even on SQLite."""
    database.songs = SqlSongRepository(database.connector, OperatorLimits(), clock.now, single_process=False)
    return database


async def heartbeat(database: Database, worker_id: str = WORKER, *, available: bool = True) -> LeaseState:
    return await database.songs.heartbeat(worker_id, LEASE, provider_available=available)


async def end_lease(database: Database, worker_id: str = WORKER, seconds_ago: float = 0.0) -> None:
    """Move the end of a worker's lease into the past, according to the clock that the database uses."""
    until = datetime.fromtimestamp(NOW.timestamp() - seconds_ago, UTC)
    if not database.connector.on_sqlite:
        until = datetime.fromtimestamp(datetime.now(UTC).timestamp() - seconds_ago, UTC)
    change = update(workers).where(workers.c.name == worker_id).values(lease_until=until)
    await database.connector.write(lambda connection: connection.execute(change))


async def claimed(database: Database, worker_id: str = OTHER_WORKER, limit: int = 10) -> list[int]:
    await database.songs.claim(worker_id, NOW, limit)
    return sorted(await database.songs.leased(worker_id))


async def test_it_is_known_whether_one_process_is_all_there_may_be(database: Database, alone: bool) -> None:
    assert database.songs.single_process is alone


async def test_a_living_workers_songs_are_its_own(shared: Database) -> None:
    await composing(shared)
    assert await claimed(shared) == []


async def test_a_dead_workers_songs_are_taken_over_oldest_first(shared: Database) -> None:
    songs = [(await composing(shared, person)).id for person in (ANN, MAX, EVE)]
    await end_lease(shared)
    await shared.songs.register_worker(OTHER_WORKER, LEASE)
    assert await claimed(shared, limit=2) == songs[:2]
    assert await claimed(shared, worker_id="worker-3") == songs[2:]


async def test_what_is_finished_and_not_delivered_is_taken_over_too(database: Database) -> None:
    pending, delivered = await completed(database, ANN), await completed(database, MAX)
    under_way = await composing(database, EVE)
    await database.songs.mark_delivered(delivered, WORKER, REPLY, NOW)
    await database.songs.unregister_worker(WORKER)
    assert await claimed(database) == [pending.id, under_way.id]
    assert await database.songs.leased(WORKER) == set()
    assert await database.songs.leased(OTHER_WORKER) == {pending.id, under_way.id}


async def test_a_cancelled_song_is_answered_by_the_next_worker_that_looks(database: Database) -> None:
    song = await placed(database)
    await database.songs.register_worker(OTHER_WORKER, LEASE)
    assert await database.songs.cancel_queued(song.id, ANN, NOW)
    assert await claimed(database) == [song.id]


async def test_a_queued_song_belongs_to_nobody(database: Database) -> None:
    song = await placed(database)
    assert await database.songs.claim(OTHER_WORKER, NOW, 10) == []
    assert await in_line(database) == [song.id]


async def test_a_released_workers_songs_can_be_claimed_at_once(database: Database) -> None:
    song = await composing(database)
    await database.songs.unregister_worker(WORKER)
    assert await claimed(database) == [song.id]


async def test_what_a_dead_worker_left_submitting_is_interrupted_and_refunded(shared: Database) -> None:
    song = await submitting(shared)
    await end_lease(shared, seconds_ago=INTERRUPTED_AFTER + 5)
    assert await claimed(shared) == [song.id]
    failed = await fetched(shared, song.id)
    assert (failed.state, failed.reason) == (State.FAILED, FailureReason.INTERRUPTED)
    assert failed.finished_at == failed.refunded_at == NOW


async def test_a_worker_does_not_take_its_own_song_for_interrupted(shared: Database) -> None:
    song = await submitting(shared)
    await end_lease(shared, seconds_ago=INTERRUPTED_AFTER + 1)
    assert await shared.songs.claim(WORKER, NOW, 10) == []
    assert (await fetched(shared, song.id)).state is State.SUBMITTING


async def test_a_worker_without_the_database_has_half_a_minute_to_bring_its_jobs_number(
    shared: Database,
) -> None:
    song = await submitting(shared)
    await end_lease(shared, seconds_ago=INTERRUPTED_AFTER - 15)
    assert await claimed(shared) == []
    assert await shared.songs.mark_submitted(song, "job-1")
    assert await claimed(shared) == [song.id]


async def test_a_worker_whose_lease_ran_out_does_not_interrupt_its_own_songs(shared: Database) -> None:
    song = await submitting(shared)
    await end_lease(shared, seconds_ago=INTERRUPTED_AFTER + 5)
    assert await shared.songs.claim(WORKER, NOW, 10) == []
    assert await shared.songs.requeue(song, WORKER, None)


async def test_a_heartbeat_keeps_the_lease(shared: Database) -> None:
    await composing(shared)
    await end_lease(shared)
    assert await heartbeat(shared) is LeaseState.LEADS
    assert await claimed(shared) == []


async def test_a_worker_whose_lease_ran_out_admits_nothing(shared: Database) -> None:
    await placed(shared)
    await shared.songs.register_worker(WORKER, LEASE)
    await end_lease(shared)
    assert await shared.songs.admit(WORKER, 20, 20, NOW) == []
    await heartbeat(shared)
    assert len(await shared.songs.admit(WORKER, 20, 20, NOW)) == 1


async def test_a_worker_that_was_never_registered_has_lost_a_database_for_one(
    database: Database, alone: bool
) -> None:
    assert await heartbeat(database) is (LeaseState.LOST if alone else LeaseState.LEADS)


async def test_registering_takes_the_others_off_where_one_process_runs_at_a_time(
    database: Database, alone: bool
) -> None:
    await database.songs.register_worker(WORKER, LEASE)
    await database.songs.register_worker(OTHER_WORKER, LEASE)
    assert (await heartbeat(database) is LeaseState.LOST) is alone
    assert await heartbeat(database, OTHER_WORKER) is not LeaseState.LOST


async def test_one_of_the_living_workers_leads_and_rather_one_that_reaches_whisul(shared: Database) -> None:
    assert await heartbeat(shared, WORKER) is LeaseState.LEADS
    assert await heartbeat(shared, OTHER_WORKER) is LeaseState.FOLLOWS
    assert await heartbeat(shared, WORKER, available=False) is LeaseState.FOLLOWS
    assert await heartbeat(shared, OTHER_WORKER) is LeaseState.LEADS
    await end_lease(shared, OTHER_WORKER)
    assert await heartbeat(shared, WORKER, available=False) is LeaseState.LEADS


async def test_registering_forgets_workers_that_died_long_ago(database: Database) -> None:
    await database.songs.register_worker(WORKER, LEASE)
    await end_lease(database, seconds_ago=2 * 3600)
    await database.songs.register_worker(OTHER_WORKER, LEASE)
    names = await database.connector.read(lambda connection: list(connection.scalars(select(workers.c.name))))
    assert names == [OTHER_WORKER]


async def test_two_processes_that_claim_at_once_share_the_songs(shared: Database) -> None:
    ordered = {(await composing(shared, person)).id for person in range(1, 21)}
    await shared.songs.unregister_worker(WORKER)
    for number in range(4):
        await heartbeat(shared, f"claimer-{number}")
    shares = await asyncio.gather(*(claimed(shared, f"claimer-{n}", limit=5) for n in range(4)))
    assert sorted(song for share in shares for song in share) == sorted(ordered)


async def test_leases_go_by_the_databases_clock_where_there_may_be_several_machines(
    database: Database, alone: bool, clock: FixedClock
) -> None:
    clock.time = NOW - 1000 * MINUTE
    await database.songs.register_worker(WORKER, LEASE)
    until = await database.connector.read(
        lambda connection: connection.scalar(select(func.max(workers.c.lease_until)))
    )
    assert until is not None
    if alone:
        assert until == clock.time + MINUTE
    else:
        assert abs((until - datetime.now(UTC)).total_seconds()) < 3 * LEASE


def test_leases_of_several_processes_are_as_long_as_asked_for_by_the_clock_of_the_database() -> None:
    """SQLite has the function that PostgreSQL's queries read the time from, so that no server is needed."""
    connector = InlineSqliteConnector(shared=True)
    connector.driver.create_function("clock_timestamp", 0, lambda: "2026-03-18 12:30:00")
    queries = LeaseQueries(single_process=False, on_postgresql=True, now=lambda: NOW - DAY)
    connector.run(lambda connection: queries.register(connection, WORKER, LEASE))
    until = connector.run(lambda connection: connection.scalar(select(workers.c.lease_until)))
    assert until == NOW + MINUTE


async def test_a_worker_that_comes_back_finds_that_others_have_its_songs(shared: Database) -> None:
    theirs, kept = await composing(shared, ANN), await composing(shared, MAX)
    await end_lease(shared)
    assert await shared.songs.claim(OTHER_WORKER, NOW, 1) == [theirs.id]
    await heartbeat(shared)
    assert await shared.songs.leased(WORKER) == {kept.id}
    assert not await shared.songs.mark_failed(theirs, WORKER, FailureReason.FAILED, None, NOW)
    assert await shared.songs.mark_failed(kept, WORKER, FailureReason.FAILED, None, NOW)


async def test_the_edits_of_another_worker_are_under_way_until_they_end(shared: Database) -> None:
    songs = shared.songs
    assert await songs.begin_edits(WORKER, 800.0) is None, "there is no such worker"
    await heartbeat(shared)
    until = await songs.begin_edits(WORKER, 800.0)
    assert until is not None
    assert (await songs.others_edit(WORKER), await songs.others_edit(OTHER_WORKER)) == (False, True)
    await songs.end_edits(WORKER, until)
    assert not await songs.others_edit(OTHER_WORKER)


async def test_edits_whose_worker_died_end_by_themselves(shared: Database) -> None:
    await heartbeat(shared)
    await shared.songs.begin_edits(WORKER, -1.0)
    assert not await shared.songs.others_edit(OTHER_WORKER)


async def test_an_end_of_edits_that_comes_late_does_not_end_the_next_ones(shared: Database) -> None:
    await heartbeat(shared)
    earlier = await shared.songs.begin_edits(WORKER, 800.0)
    assert earlier is not None
    await shared.songs.begin_edits(WORKER, 900.0)
    await shared.songs.end_edits(WORKER, earlier)
    assert await shared.songs.others_edit(OTHER_WORKER)


async def test_a_write_of_an_earlier_admission_changes_nothing(database: Database) -> None:
    earlier = await submitting(database)
    assert await database.songs.requeue(earlier, WORKER, None)
    [later] = await admitted(database, slots=1)
    assert later.generation == earlier.generation + 1
    assert not await database.songs.requeue(earlier, WORKER, None)
    assert not await database.songs.mark_submitted(earlier, "job-0")
    assert not await database.songs.mark_failed(earlier, WORKER, FailureReason.FAILED, None, NOW)
    assert await fetched(database, later.id) == later
