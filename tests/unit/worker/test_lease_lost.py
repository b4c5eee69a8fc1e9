"""Songs that are lost together with a lease are counted."""

from __future__ import annotations

import asyncio

import pytest

from songbot.songs.errors import StoreUnavailable
from songbot.songs.models import DeliveryState, State
from songbot.songs.ports import RetryLater
from songbot.songs.telemetry import Telemetry
from tests.support.fakes import SharedDatabase, WorkerEnvironment
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


def test_a_worker_that_lost_a_finished_song_during_an_outage_does_not_deliver_it_once_more() -> None:
    """The first worker waits for the database before it delivers, and meanwhile the second one delivers."""

    async def unavailable(*_: object, **__: object) -> None:
        raise StoreUnavailable("the test took the database away")

    async def scenario() -> tuple[WorkerEnvironment, WorkerEnvironment]:
        database = SharedDatabase(alone=False)
        first, second = (WorkerEnvironment(database, name=name) for name in ("first", "second"))
        second.whisul = first.whisul
        first.whisul.seconds = 10
        async with first.open():
            await first.order()
            await asyncio.sleep(1)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(first.repository, "heartbeat", unavailable)
                patch.setattr(first.repository, "subscribers", unavailable)
                async with second.open():
                    await asyncio.sleep(90)
            assert first.song().state is State.COMPLETED
            await asyncio.sleep(90)
        return first, second

    first, second = run(scenario())
    assert second.delivery.reasons() == [None]
    assert first.delivery.reasons() == []
    assert first.song().delivery is DeliveryState.DELIVERED


@pytest.mark.parametrize("alone", [True, False])
def test_a_worker_that_lost_its_lease_but_no_song_delivers_after_the_outage(alone: bool) -> None:
    async def scenario() -> WorkerEnvironment:
        env = WorkerEnvironment(alone=alone)
        env.delivery.outcomes = [RetryLater("Discord is away")]
        async with env.open():
            await env.order()
            while not env.delivery.delivered:
                await asyncio.sleep(0.1)
            env.connector.away = True
            await asyncio.sleep(90)
            env.connector.away = False
            await asyncio.sleep(30)
            assert env.song().delivery is DeliveryState.DELIVERED
        return env

    env = run(scenario())
    assert env.delivery.reasons() == [None, None]


def test_a_worker_takes_over_nothing_while_its_own_lease_has_expired() -> None:
    """Otherwise several such workers would take the same songs from each other, and all would poll them."""

    async def scenario() -> None:
        database = SharedDatabase(alone=False)
        first = WorkerEnvironment(database, name="first")
        first.whisul.seconds = 300
        async with first.open():
            await first.order()
            await asyncio.sleep(1)
            first.kill()
        second = WorkerEnvironment(database, name="second")
        second.whisul = first.whisul
        async with second.open():
            heartbeat = second.repository.heartbeat

            async def unavailable(*_: object, **__: object) -> None:
                raise StoreUnavailable("the test lets no heartbeat through")

            second.repository.heartbeat = unavailable
            await asyncio.sleep(120)
            assert database.owner() == "first"
            second.repository.heartbeat = heartbeat
            await asyncio.sleep(30)
            assert database.owner() == "second"

    run(scenario())
