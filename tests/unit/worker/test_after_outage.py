"""After an outage of Whisul, requests start slowly."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from tests.support.fakes import WorkerEnvironment
from tests.support.virtual_clock import run

SONGS = 50
MOST_AT_ONCE = 10
"""Requests within 100 ms."""


@pytest.mark.parametrize("seconds", [3, 60, 900])
def test_songs_that_outlived_an_outage_are_asked_for_one_after_the_other(seconds: int) -> None:
    async def scenario() -> WorkerEnvironment:
        env = WorkerEnvironment()
        env.whisul.seconds = 100
        async with env.open():
            for number in range(SONGS):
                await env.order(user_id=number)
            await asyncio.sleep(90)
            env.whisul.down = True
            await asyncio.sleep(seconds)
            env.whisul.down = False
            back_at = env.clock.monotonic()
            await asyncio.sleep(1800)
            polls = [at - back_at for _, at in env.whisul.polls if at >= back_at]
            busiest = Counter(int(at * 10) for at in polls).most_common(1)[0]
            assert busiest[1] <= MOST_AT_ONCE, f"requests in 100 ms: {busiest}"
        return env

    env = run(scenario())
    assert env.delivery.reasons() == [None] * SONGS
    assert len(env.whisul.posts) == SONGS
