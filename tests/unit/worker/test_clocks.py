"""Set the wall clock back and forward: all waits follow the monotonic clock."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songbot.songs.durations import DurationEstimator
from songbot.songs.models import UNFINISHED, FailureReason, ReplyTarget, Song
from songbot.songs.progress import SEGMENTS, compute_progress
from songbot.songs.provider import JobReport
from tests.support.fakes import run_scenario

NOW = datetime(2026, 3, 18, 12, 30, tzinfo=UTC)
SONG = Song(
    id=1,
    user_id=1,
    guild_id=None,
    quota_guild_id=None,
    prompt="rain",
    private=False,
    reply=ReplyTarget(10, 20),
    created_at=NOW,
)


@pytest.mark.parametrize("shift", [timedelta(days=-2), timedelta(hours=5)])
def test_an_order_waits_fifteen_minutes_for_whisul_whatever_the_clock_says(shift: timedelta):
    async def scenario(env):
        env.whisul.down = True
        await env.order()
        await asyncio.sleep(60)
        env.clock.shift = shift
        await asyncio.sleep(13 * 60)
        assert env.delivery.delivered == []
        await asyncio.sleep(3 * 60)

    assert run_scenario(scenario).delivery.reasons() == [FailureReason.UNAVAILABLE]


@pytest.mark.parametrize("shift", [timedelta(days=-2), timedelta(hours=5)])
def test_a_song_is_given_up_after_thirty_minutes_whatever_the_clock_says(shift: timedelta):
    async def scenario(env):
        env.whisul.seconds = 10**9
        await env.order()
        await asyncio.sleep(60)
        env.clock.shift = shift
        await asyncio.sleep(28 * 60)
        assert env.delivery.delivered == []
        await asyncio.sleep(3 * 60)

    assert run_scenario(scenario).delivery.reasons() == [FailureReason.TIMED_OUT]


def test_a_process_that_stood_still_asks_again_before_it_gives_a_song_up():
    async def scenario(env):
        poll = env.whisul.poll

        async def stand_still_amid_a_poll(job_id: str) -> JobReport:
            env.whisul.poll = poll
            report = await poll(job_id)
            await asyncio.sleep(45 * 60)
            return report

        env.whisul.seconds = 100
        await env.order()
        env.whisul.poll = stand_still_amid_a_poll
        await asyncio.sleep(50 * 60)

    assert run_scenario(scenario).delivery.reasons() == [None]


moments = st.integers(-(10**9), 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(moments, moments, st.sampled_from(UNFINISHED), st.none() | moments)
def test_progress_is_sane_whenever_a_song_says_it_began(now, created, state, submitted):
    song = replace(SONG, state=state, created_at=created, submitted_at=submitted)
    progress = compute_progress(song, DurationEstimator(), now)
    assert 0 <= progress.segments < SEGMENTS
    if progress.expected_at is not None:
        assert timedelta(0) < progress.expected_at - (submitted or created) < timedelta(hours=1)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True)))
def test_estimates_stay_between_nothing_and_two_hours_whatever_was_measured(seconds: list[float]):
    estimator = DurationEstimator(seconds)
    assert 0 < estimator.quantile(0.05) <= estimator.quantile(0.5) <= estimator.quantile(0.9) < 7200
