"""Songs that are lost together with a lease are counted."""

from __future__ import annotations

import asyncio

import pytest

from songbot.songs.telemetry import Telemetry
from tests.support.fakes import WorkerEnvironment
from tests.support.virtual_clock import run


@pytest.mark.parametrize("orders", [0, 3])
def test_all_songs_that_a_worker_followed_count_once_when_its_lease_runs_out(
    orders: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost: list[int] = []
    monkeypatch.setattr(Telemetry, "lease_lost", lambda _, songs: lost.append(songs))

    async def scenario() -> None:
        env = WorkerEnvironment(alone=False)
        env.whisul.seconds = 300
        async with env.open():
            for number in range(orders):
                await env.order(user_id=number)
            await asyncio.sleep(60)
            assert lost == []
            env.connector.away = True
            await asyncio.sleep(60)
            env.connector.away = False
            await asyncio.sleep(60)

    run(scenario())
    assert lost == [orders]


def test_progress_is_shown_only_while_no_other_worker_can_have_delivered_the_song() -> None:
    async def scenario() -> WorkerEnvironment:
        env = WorkerEnvironment(alone=False)
        env.whisul.seconds = 300
        async with env.open():
            await env.order()
            await asyncio.sleep(30)
            env.connector.away = True
            await asyncio.sleep(90)
            env.connector.away = False
            await asyncio.sleep(90)
        return env

    env = run(scenario())
    times = [when for when, _, _ in env.delivery.progress_updates]
    lease_ends, away_until = 30 + env.config.lease_duration, 120
    assert [when for when in times if lease_ends <= when < away_until] == []
    assert any(when < lease_ends for when in times)
    assert any(when > away_until + 20 for when in times)
