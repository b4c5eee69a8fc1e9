"""Several workers on one queue: who edits which message when."""

from __future__ import annotations

import asyncio

import pytest

from songbot.songs import provider_errors
from songbot.songs.models import FailureReason
from tests.support.fakes import SharedDatabase, WorkerEnvironment, run_scenario
from tests.support.virtual_clock import run

REJECTED = provider_errors.PromptRejected("no")


def pair(**config) -> tuple[WorkerEnvironment, WorkerEnvironment]:
    """Two workers on one database and one Whisul. The first leads."""
    database = SharedDatabase(alone=False)
    first = WorkerEnvironment(database, name="first", **config)
    second = WorkerEnvironment(database, name="second", **config)
    second.whisul = first.whisul
    return first, second


async def fails_after_waiting(orders: WorkerEnvironment, *, seconds: float) -> float:
    """Order a song that waits and is then rejected. Return when it gets the slot, in monotonic seconds."""
    orders.whisul.seconds = seconds
    await orders.order(user_id=1)
    await orders.order(user_id=2)
    await asyncio.sleep(seconds - 10)
    orders.whisul.submit_errors = [REJECTED]
    while orders.whisul.submit_errors:
        await asyncio.sleep(0.1)
    return orders.clock.monotonic()


@pytest.mark.parametrize("alone", [True, False])
def test_where_no_other_worker_is_a_failure_after_a_wait_is_told_at_once(alone):
    admitted_at = 0.0

    async def scenario(env):
        nonlocal admitted_at
        admitted_at = await fails_after_waiting(env, seconds=60)
        await asyncio.sleep(30)

    env = run_scenario(scenario, alone=alone, max_concurrent=1)
    assert env.delivery.reasons() == [None, FailureReason.REJECTED]
    assert env.delivery.delivered[-1][0] < admitted_at + 1


def test_a_card_comes_after_the_edits_that_another_worker_began_before_the_admission():
    async def live():
        first, second = pair(max_concurrent=1)
        async with first.open(), second.open():
            edit = first.delivery.update_progress

            async def slow_edit(song, progress):
                await asyncio.sleep(5)
                return await edit(song, progress)

            first.delivery.update_progress = slow_edit
            admitted_at = await fails_after_waiting(second, seconds=60)
            await asyncio.sleep(30)
        return first, second, admitted_at

    first, second, admitted_at = run(live())
    [(delivered_at, song, _)] = [
        delivery
        for env in (first, second)
        for delivery in env.delivery.delivered
        if delivery[1].reason is FailureReason.REJECTED
    ]
    edits = [at for at, song_id, _ in first.delivery.progress_updates if song_id == song.id]
    assert edits
    assert max(edits) < delivered_at < admitted_at + 10


def test_a_failure_after_a_wait_is_told_at_once_unless_another_worker_is_editing():
    async def live():
        first, second = pair(max_concurrent=1)
        async with first.open(), second.open():
            admitted_at = await fails_after_waiting(second, seconds=60)
            await asyncio.sleep(30)
        return first, second, admitted_at

    first, second, admitted_at = run(live())
    assert any(song_id == 2 for _, song_id, _ in first.delivery.progress_updates)
    [delivered_at] = [
        at
        for env in (first, second)
        for at, song, _ in env.delivery.delivered
        if song.reason is FailureReason.REJECTED
    ]
    assert delivered_at < admitted_at + 1


def test_a_failure_is_told_after_the_edits_of_a_worker_that_registered_a_moment_before():
    """The new worker reads the queue just before the song gets its slot."""

    async def live():
        first, second = pair()
        first.whisul.submit_errors = [REJECTED]
        edit, admit, may_admit = first.delivery.update_progress, second.repository.admit, asyncio.Event()

        async def slow_edit(song, progress):
            await asyncio.sleep(4.2)
            return await edit(song, progress)

        async def later(*arguments):
            await may_admit.wait()
            return await admit(*arguments)

        first.delivery.update_progress, second.repository.admit = slow_edit, later
        async with second.open():
            await second.order()
            first.build()
            await first.worker.start()
            edits = asyncio.create_task(first.worker._queue_display.refresh(()))
            await asyncio.sleep(0.5)
            may_admit.set()
            await edits
            await asyncio.sleep(20)
        return first, second

    first, second = run(live())
    [(edited_at, _, _)] = first.delivery.progress_updates
    [(delivered_at, _, _)] = second.delivery.delivered
    assert edited_at < delivered_at < edited_at + 1


def test_an_order_that_is_admitted_and_fails_at_once_is_told_at_once():
    async def live():
        first, second = pair()
        async with first.open(), second.open():
            await asyncio.sleep(21)
            first.whisul.submit_errors = [REJECTED]
            ordered_at = first.clock.monotonic()
            await second.order()
            await asyncio.sleep(20)
        return second, ordered_at

    second, ordered_at = run(live())
    [(delivered_at, _, _)] = second.delivery.delivered
    assert delivered_at < ordered_at + 1


def test_the_songs_in_progress_are_counted_over_all_workers():
    async def live():
        first, second = pair(max_concurrent_per_user=2)
        async with first.open(), second.open():
            for _ in range(3):
                await second.order()
            await asyncio.sleep(30)
        return first

    first = run(live())
    shown = [progress for _, song_id, progress in first.delivery.progress_updates if song_id == 3]
    assert [progress.running_own for progress in shown] == [2]


def test_a_song_that_another_worker_owns_is_not_sent_however_late_the_list_of_own_songs_arrives():
    """The list is from before the worker gave the song back, and the other one has admitted it since."""

    async def live():
        first, second = pair()
        async with first.open(), second.open():
            first.whisul.submit_takes = 100
            song = await first.order()
            await asyncio.sleep(0.5)
            assert first.database.owner() == "first"

            async def outdated(_worker_id):
                return {song.id}

            second.repository.leased = outdated
            await asyncio.sleep(250)
        return first

    assert len(run(live()).whisul.posts) == 1
