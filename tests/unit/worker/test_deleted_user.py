"""What happens in a worker to the songs of someone whose data is deleted."""

from __future__ import annotations

import asyncio

import pytest

from songbot.songs.models import FailureReason
from songbot.songs.ports import RetryLater
from songbot.storage.repositories.privacy import SqlPrivacyRepository
from tests.support.fakes import WorkerEnvironment, run_scenario


async def delete_everything(env: WorkerEnvironment) -> None:
    await SqlPrivacyRepository(env.connector, env.clock.now).delete_user_data(1)
    env.worker.reconcile_soon()


def test_a_song_ordered_amid_the_deletion_is_sent_once_though_whisul_is_slow_to_answer() -> None:
    async def scenario(env: WorkerEnvironment) -> None:
        env.whisul.submit_takes = 25.0
        await env.order()
        await asyncio.sleep(1)
        env.worker.reconcile_soon()  # the deletion did not list the song
        await asyncio.sleep(200)

    env = run_scenario(scenario)
    assert env.whisul.posts == ["rain"]
    assert env.delivery.reasons() == [None]


def test_a_song_ordered_amid_the_deletion_is_sent_once_though_it_waits_for_another_request() -> None:
    async def scenario(env: WorkerEnvironment) -> None:
        async with env.throttle.semaphore:
            for _ in range(39):
                await env.throttle.semaphore.acquire()
            await env.order()
            await asyncio.sleep(1)
            env.worker.reconcile_soon()
            await asyncio.sleep(25)
            for _ in range(39):
                env.throttle.semaphore.release()
        await asyncio.sleep(200)

    env = run_scenario(scenario)
    assert env.whisul.posts == ["rain"]
    assert env.delivery.reasons() == [None]


def test_a_song_whose_post_ended_in_a_bug_is_not_sent_again_after_a_deletion_that_spared_it() -> None:
    async def scenario(env: WorkerEnvironment) -> None:
        submit = env.whisul.submit

        async def broken_answer(prompt: str) -> str:
            await submit(prompt)
            raise RuntimeError("a bug of ours")

        env.whisul.submit = broken_answer
        await env.order()
        await asyncio.sleep(1)
        env.worker.reconcile_soon()
        await asyncio.sleep(200)

    env = run_scenario(scenario)
    assert env.whisul.posts == ["rain"]
    assert env.delivery.reasons() == [FailureReason.INTERRUPTED]


@pytest.mark.parametrize("submit_takes", [0.0, 5.0])
def test_a_deleted_song_is_neither_polled_nor_delivered(submit_takes: float) -> None:
    async def scenario(env: WorkerEnvironment) -> None:
        env.whisul.submit_takes = submit_takes
        await env.order()
        await asyncio.sleep(1)
        await delete_everything(env)
        await asyncio.sleep(200)
        assert len(env.worker) == 0

    env = run_scenario(scenario)
    assert (env.whisul.polls, env.delivery.delivered) == ([], [])


def test_a_postponed_answer_is_not_delivered_after_the_deletion() -> None:
    async def scenario(env: WorkerEnvironment) -> None:
        env.delivery.outcomes = [RetryLater("503")] * 10
        await env.order()
        await asyncio.sleep(80)
        attempts = len(env.delivery.delivered)
        await delete_everything(env)
        await asyncio.sleep(600)
        assert 0 < attempts == len(env.delivery.delivered)

    run_scenario(scenario)
