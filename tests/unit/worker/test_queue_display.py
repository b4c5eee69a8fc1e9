"""Test what the messages of queued songs show."""

from __future__ import annotations

import asyncio

import pytest

from songbot.songs import provider_errors
from songbot.songs.models import FailureReason, State
from songbot.songs.ports import MAX_ADMITTED
from songbot.songs.progress import Progress, Stage
from songbot.worker import queue_display
from tests.support.fakes import WorkerEnvironment, run_scenario


def last_shown(env: WorkerEnvironment) -> dict[int, Progress]:
    return {song_id: shown for _, song_id, shown in env.delivery.progress_updates}


def test_the_first_twenty_positions_are_exact_and_later_ones_are_rounded_up_to_tens():
    async def scenario(env: WorkerEnvironment) -> None:
        env.whisul.seconds = 600
        for user_id in range(1, 34):
            await env.order(user_id)
        await asyncio.sleep(60)
        env.shown = last_shown(env)

    shown = run_scenario(scenario, max_concurrent=1).shown
    exact = {song_id: shown[song_id].queue_position for song_id in range(2, 22)}
    assert exact == {song_id: song_id - 1 for song_id in exact}
    assert {shown[song_id].queue_position for song_id in range(22, 32)} == {30}
    assert {shown[song_id].queue_position for song_id in range(32, 34)} == {40}


def test_a_song_that_waits_for_its_own_persons_songs_says_for_how_many():
    async def scenario(env: WorkerEnvironment) -> None:
        env.whisul.seconds = 600
        for user_id in (1, 1, 1, 2, 3):
            await env.order(user_id)
        await asyncio.sleep(60)
        env.shown = last_shown(env)

    shown = run_scenario(scenario, max_concurrent=3, max_concurrent_per_user=2).shown
    waiting = {song_id: each.running_own for song_id, each in shown.items() if each.stage is Stage.WAITING}
    assert waiting == {3: 2, 5: 0}


def test_a_song_whose_order_whisul_rejected_for_now_says_that_whisul_is_busy():
    async def scenario(env: WorkerEnvironment) -> None:
        env.whisul.submit_errors = [provider_errors.RateLimited(retry_after=60)]
        await env.order()
        await asyncio.sleep(50)

    assert Stage.BUSY in {shown.stage for _, _, shown in run_scenario(scenario).delivery.progress_updates}


@pytest.mark.parametrize("queued_at", [0, 300])
def test_a_song_that_waited_too_long_fails_uncharged_as_its_card_says(queued_at: float):
    async def scenario(env: WorkerEnvironment) -> None:
        env.whisul.down = True
        await env.order()
        await asyncio.sleep(queued_at)
        await env.order(2)
        await asyncio.sleep(16 * 60)

    env = run_scenario(scenario)
    cards = {song.id: (when, song) for when, song, _ in env.delivery.delivered}
    for song_id, ordered_at in ((1, 0), (2, queued_at)):
        when, song = cards[song_id]
        assert 15 * 60 <= when - ordered_at <= 15 * 60 + 30
        assert (song.state, song.reason) == (State.FAILED, FailureReason.UNAVAILABLE)
        assert song.refunded_at == song.finished_at is not None


def test_songs_too_far_behind_to_be_shown_fail_no_later_than_those_before_them(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(queue_display, "SHOWN", 2)

    async def scenario(env: WorkerEnvironment) -> None:
        env.whisul.down = True
        for user_id in range(1, 7):
            await env.order(user_id)
        await asyncio.sleep(20 * 60)

    delivered = run_scenario(scenario).delivery.delivered
    assert sorted(song.id for _, song, _ in delivered) == [1, 2, 3, 4, 5, 6]
    assert all(15 * 60 <= when <= 16 * 60 for when, _, _ in delivered)


def test_a_wait_in_the_queue_begins_again_after_whisul_was_back():
    async def scenario(env: WorkerEnvironment) -> None:
        env.whisul.seconds = 1800
        await env.order()
        await asyncio.sleep(30)
        await env.order(2)
        for _ in range(2):
            env.whisul.down = True
            await asyncio.sleep(10 * 60)
            env.whisul.down = False
            await asyncio.sleep(5 * 60)
        env.cards = [song.reason for _, song, _ in env.delivery.delivered if song.id == 2]

    assert run_scenario(scenario, max_concurrent=1).cards == [], (
        "it waited for ten minutes twice, not for twenty"
    )


def test_songs_are_counted_by_state_for_the_metrics():
    async def scenario(env: WorkerEnvironment) -> None:
        env.whisul.seconds = 600
        for _ in range(5):
            await env.order()
        await asyncio.sleep(60)
        assert env.worker.counts() == {State.QUEUED: 3, State.COMPOSING: 2}
        assert len(env.worker) == 2

    run_scenario(scenario, max_concurrent=2)


def test_the_first_part_of_a_burst_being_admitted_shows_nobody_a_position():
    async def scenario(env: WorkerEnvironment) -> None:
        await asyncio.sleep(33)
        await asyncio.gather(*(env.order(user_id) for user_id in range(1, 2 * MAX_ADMITTED + 11)))
        await asyncio.sleep(60)

    updates = run_scenario(scenario, max_concurrent=1000).delivery.progress_updates
    assert {shown.stage for _, _, shown in updates} == {Stage.COMPOSING}


def test_after_a_burst_those_who_got_no_slot_soon_see_their_position():
    async def scenario(env: WorkerEnvironment) -> None:
        env.whisul.seconds = 600
        await asyncio.gather(*(env.order(user_id) for user_id in range(1, 2 * MAX_ADMITTED + 11)))
        await asyncio.sleep(5)
        env.waiting = [song_id for song_id, shown in last_shown(env).items() if shown.stage is Stage.WAITING]

    assert len(run_scenario(scenario, max_concurrent=MAX_ADMITTED + 30).waiting) == MAX_ADMITTED - 20
