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
