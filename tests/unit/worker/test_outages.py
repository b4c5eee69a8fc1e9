"""While other services are down, slow or wrong, no song is lost, paid for twice or failed too soon."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from songbot.songs import provider_errors
from songbot.songs.models import DeliveryState, FailureReason, State
from songbot.songs.ports import Delivered, RetryLater
from songbot.songs.provider_errors import HEALTH_CHECK_JOB_ID
from tests.support.fakes import SharedDatabase, WorkerEnvironment, run_scenario
from tests.support.virtual_clock import run

MINUTE, HOUR = 60.0, 3600.0


def pair(**config) -> tuple[SharedDatabase, WorkerEnvironment, WorkerEnvironment]:
    """Run two workers on one database and one Whisul."""
    database = SharedDatabase(alone=False)
    first = WorkerEnvironment(database, name="first", **config)
    second = WorkerEnvironment(database, name="second", **config)
    second.whisul = first.whisul
    return database, first, second


# ------------------------------------------------------------------------ Discord


def test_a_song_is_delivered_however_long_discord_is_away_within_a_day():
    async def scenario(env):
        env.delivery.outcomes = [RetryLater("503")] * 60
        await env.order()
        await asyncio.sleep(5 * HOUR)

    env = run_scenario(scenario)
    assert env.song().delivery is DeliveryState.DELIVERED
    times = [when for when, _, _ in env.delivery.delivered]
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert max(pauses) <= 300.5
    assert len(times) == 61


def test_postponed_songs_are_tried_sooner_once_discord_takes_another():
    async def scenario(env):
        env.delivery.outcomes = [RetryLater("503")] * 10
        await env.order()
        await asyncio.sleep(25 * MINUTE)
        last_try = env.delivery.delivered[-1][0]
        env.delivery.outcomes = []
        env.delivery.delivered.clear()
        await env.order(user_id=2)
        env.whisul.jobs["job-2"] = -1000.0
        await asyncio.sleep(95)
        (_, other, _), (when, postponed, _) = env.delivery.delivered
        assert (other.user_id, postponed.user_id) == (2, 1)
        assert when - last_try < 300

    run_scenario(scenario)


def test_a_card_that_discord_never_takes_is_tried_no_more_than_once_a_minute():
    async def scenario(env):
        async def deliver(song, _subscribers, _attempt):
            env.delivery.delivered.append((env.clock.monotonic(), song, 0))
            return RetryLater("500") if song.user_id == 1 else Delivered(song.reply, "token")

        env.delivery.deliver = deliver
        await env.order(user_id=1)
        for number in range(60):
            await env.order(user_id=100 + number)
            await asyncio.sleep(10)

    env = run_scenario(scenario)
    times = [when for when, song, _ in env.delivery.delivered if song.user_id == 1]
    assert len(times) <= 10 * 60 / 60 + 6
    assert env.song().delivery is DeliveryState.PENDING


# ----------------------------------------------------------------------- database


@pytest.mark.parametrize("alone", [True, False])
def test_nothing_is_sent_on_a_lease_that_may_have_run_out(alone):
    """The database fails between the admission and the POST, which waits for one of the concurrent requests
    to end."""

    async def scenario(env):
        for _ in range(40):
            await env.throttle.semaphore.acquire()
        await env.order()
        await asyncio.sleep(1)
        assert env.song().state is State.SUBMITTING
        env.connector.away = True
        await asyncio.sleep(45)
        for _ in range(40):
            env.throttle.semaphore.release()
        await asyncio.sleep(10)
        assert env.whisul.posts == [], "nobody knows whose song it is"
        env.connector.away = False
        await asyncio.sleep(200)

    env = run_scenario(scenario, alone=alone)
    assert env.whisul.posts == ["rain"]
    assert env.delivery.reasons() == [None]


def test_a_frozen_worker_wakes_and_does_not_send_what_another_has_settled():
    async def live():
        _, first, second = pair()
        async with first.open():
            for _ in range(40):
                await first.throttle.semaphore.acquire()
            await first.order()
            await asyncio.sleep(1)
            heartbeat = first.repository.heartbeat

            async def frozen(*_, **__):
                await asyncio.sleep(100)
                return await heartbeat("first", 30.0, provider_available=True)

            first.repository.heartbeat = frozen
            async with second.open():
                await asyncio.sleep(150)
                first.repository.heartbeat = heartbeat
                for _ in range(40):
                    first.throttle.semaphore.release()
                await asyncio.sleep(200)
        return first, second

    first, second = run(live())
    assert first.whisul.posts == []
    assert second.delivery.reasons() == [FailureReason.INTERRUPTED]
    assert first.delivery.reasons() == []


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("lost", range(1, 8))
def test_lost_answers_of_the_database_send_nothing_twice_and_lose_nothing(lost, alone):
    """Each write from the order on takes effect although its response is lost."""

    async def scenario(env):
        await env.order()
        env.connector.answers_lost = lost
        await asyncio.sleep(300)

    env = run_scenario(scenario, alone=alone)
    assert env.whisul.posts == ["rain"]
    assert env.delivery.reasons() == [None]
    assert env.song().delivery is DeliveryState.DELIVERED


def test_an_admission_whose_answer_comes_late_is_not_sent_twice():
    """The reconciliation finds the song in the meantime."""

    async def scenario(env):
        admit = env.repository.admit

        async def late(*arguments):
            songs = await admit(*arguments)
            await asyncio.sleep(9)
            return songs

        env.repository.admit = late
        for number in range(5):
            await env.order(user_id=number)
        await asyncio.sleep(400)

    env = run_scenario(scenario)
    assert len(env.whisul.posts) == 5
    assert env.delivery.reasons() == [None] * 5


# ------------------------------------------------------------------------- Whisul


def test_a_worker_that_cannot_reach_whisul_leaves_the_line_to_one_that_can():
    async def live():
        _, cut_off, healthy = pair(max_concurrent=20)
        whisul = cut_off.whisul
        cut_off.whisul = type(whisul)(cut_off.clock, down=True)
        async with cut_off.open(), healthy.open():
            await asyncio.sleep(1)
            for number in range(40):
                await cut_off.order(user_id=number)
            await asyncio.sleep(25)
            assert len(whisul.posts) == 20
            await asyncio.sleep(400)
        return healthy

    env = run(live())
    assert env.delivery.reasons() == [None] * 40


def test_songs_are_kept_while_whisul_is_away_for_longer_than_a_song_may_take():
    async def scenario(env):
        for number in range(5):
            await env.order(user_id=number)
        await asyncio.sleep(10)
        env.whisul.down = True
        await asyncio.sleep(5 * HOUR)
        env.whisul.down = False
        await asyncio.sleep(5 * MINUTE)

    assert run_scenario(scenario).delivery.reasons() == [None] * 5


def test_only_the_time_in_which_whisul_could_be_asked_counts():
    async def scenario(env):
        env.whisul.seconds = 10**9
        await env.order()
        await asyncio.sleep(10 * MINUTE)
        env.whisul.down = True
        await asyncio.sleep(HOUR)
        env.whisul.down = False
        await asyncio.sleep(19 * MINUTE)
        assert env.delivery.delivered == []
        await asyncio.sleep(3 * MINUTE)

    assert run_scenario(scenario).delivery.reasons() == [FailureReason.TIMED_OUT]


def test_unreadable_responses_do_not_use_up_the_time_of_a_song_while_the_key_is_refused():
    async def scenario(env):
        await env.order()
        await asyncio.sleep(10)
        unreadable, refused = provider_errors.InvalidResponse(), provider_errors.AuthenticationFailed()
        env.whisul.poll_errors = [unreadable, unreadable, refused] * 40
        await asyncio.sleep(3 * HOUR)

    assert run_scenario(scenario).delivery.reasons() == [None]


def test_unreadable_responses_count_when_a_readable_one_shows_that_the_job_still_runs():
    async def scenario(env):
        env.whisul.seconds = 10**9
        await env.order()
        await asyncio.sleep(MINUTE)
        env.whisul.poll_errors = [provider_errors.InvalidResponse()] * 25
        await asyncio.sleep(28 * MINUTE)
        assert env.delivery.delivered == []
        await asyncio.sleep(3 * MINUTE)

    assert run_scenario(scenario).delivery.reasons() == [FailureReason.TIMED_OUT]


def test_a_job_whose_responses_are_all_unreadable_is_given_up_after_thirty_minutes():
    async def scenario(env):
        await env.order()
        env.whisul.poll_errors = [provider_errors.InvalidResponse()] * 1000
        await asyncio.sleep(29 * MINUTE)
        assert env.delivery.delivered == []
        await asyncio.sleep(3 * MINUTE)

    assert run_scenario(scenario).delivery.reasons() == [FailureReason.TIMED_OUT]


def test_a_song_is_given_up_when_whisul_could_not_be_asked_for_a_day():
    async def scenario(env):
        await env.order()
        await asyncio.sleep(10)
        env.whisul.down = True
        await asyncio.sleep(3 * HOUR)

    env = run_scenario(scenario, unreachable_timeout=2 * HOUR)
    assert env.delivery.reasons() == [FailureReason.TIMED_OUT]


def test_a_long_retry_after_is_believed_for_two_minutes():
    async def scenario(env):
        for number in range(3):
            await env.order(user_id=number)
        await asyncio.sleep(1)
        env.whisul.poll_errors = [provider_errors.RateLimited(retry_after=3600)]
        await asyncio.sleep(4 * MINUTE)

    assert run_scenario(scenario).delivery.reasons() == [None] * 3


def test_a_retry_after_of_a_poll_holds_up_no_order():
    async def scenario(env):
        await env.order()
        await asyncio.sleep(1)
        env.whisul.poll_errors = [provider_errors.RateLimited(retry_after=100)]
        await asyncio.sleep(15)
        await env.order(user_id=2, prompt="snow")
        await asyncio.sleep(10)
        assert env.whisul.posts == ["rain", "snow"]

    run_scenario(scenario)


def test_a_retry_after_of_an_order_holds_up_no_poll():
    async def scenario(env):
        await env.order()
        await asyncio.sleep(1)
        env.whisul.submit_errors = [provider_errors.RateLimited(retry_after=100)]
        await env.order(user_id=2)
        await asyncio.sleep(90)
        assert env.delivery.reasons() == [None]

    run_scenario(scenario)


def test_polls_of_a_job_stay_five_seconds_apart_when_a_lease_lapses():
    async def scenario(env):
        env.whisul.seconds = 300
        await env.order()
        for _ in range(3):
            await asyncio.sleep(20)
            env.connector.away = True
            await asyncio.sleep(40)
            env.connector.away = False
        await asyncio.sleep(100)

    env = run_scenario(scenario, alone=False)
    times = [when for job, when in env.whisul.polls if job != HEALTH_CHECK_JOB_ID]
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= 5.0


def test_a_job_whose_responses_can_not_be_read_is_polled_ever_more_rarely_down_to_once_a_minute():
    async def scenario(env):
        env.whisul.seconds = 500
        env.whisul.poll_errors = [provider_errors.InvalidResponse() for _ in range(8)]
        await env.order()
        await asyncio.sleep(600)

    polls = [when for _, when in run_scenario(scenario).whisul.polls]
    gaps = [later - earlier for earlier, later in itertools.pairwise(polls)][:8]
    assert gaps == pytest.approx([5, 10, 20, 40, 60, 60, 60, 60], abs=0.6)
