"""Test what recent songs predict about the next one, and what is shown and polled accordingly."""

from __future__ import annotations

from datetime import timedelta
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songbot.songs.durations import DEFAULT_SAMPLES, DurationEstimator, next_poll_delay
from songbot.songs.models import ReplyTarget, Song, State
from songbot.songs.progress import SEGMENTS, Stage, compute_progress
from tests.support.virtual_clock import EPOCH

SECONDS = st.floats(1, 1800)
SONG = Song(
    id=1,
    user_id=1,
    guild_id=None,
    quota_guild_id=None,
    prompt="rain",
    private=False,
    reply=ReplyTarget(1),
    created_at=EPOCH,
    submitted_at=EPOCH,
    state=State.COMPOSING,
)


@given(st.lists(SECONDS, min_size=5, max_size=300))
def test_quantiles_are_those_of_the_latest_songs(seconds):
    estimator = DurationEstimator(reversed(seconds), max_samples=50)
    latest = seconds[-50:]
    expected = quantiles(latest, n=10, method="inclusive")
    assert abs(estimator.quantile(0.5) - expected[4]) < 1e-6
    assert abs(estimator.quantile(0.9) - expected[8]) < 1e-6
    assert (estimator.quantile(0), estimator.quantile(1)) == (min(latest), max(latest))


def test_only_the_latest_songs_count_once_there_are_many():
    estimator = DurationEstimator(max_samples=10)
    for seconds in [*[600.0] * 20, *[60.0] * 10]:
        estimator.record(seconds)
    assert (estimator.quantile(0), estimator.quantile(1)) == (60, 60)


def test_few_songs_tell_nothing_yet():
    assert DurationEstimator([10, 11]).quantile(0) == DEFAULT_SAMPLES[0]


def test_impossible_figures_are_left_out():
    estimator = DurationEstimator([60.0] * 5)
    for nonsense in (0, -5, 7200, 10**6):
        estimator.record(nonsense)
    assert estimator.quantile(1) == 60


@given(st.floats(0, 4000), SECONDS, st.floats(0, 1))
def test_polls_are_between_the_shortest_and_the_longest_distance(elapsed, earliest, jitter):
    assert 5 <= next_poll_delay(elapsed, earliest, 5, 10, jitter) <= 10


@pytest.mark.parametrize(
    ("elapsed", "delay"),
    [(0, 10), (44.9, 10), (45, 10), (46, 10), (52, 8), (54.5, 5.5), (57, 5), (60, 5), (300, 5)],
)
def test_polls_are_rare_until_the_first_songs_are_usually_done_and_then_as_frequent_as_allowed(
    elapsed, delay
):
    assert next_poll_delay(elapsed, 60, 5, 10, jitter=0) == pytest.approx(delay)


def test_songs_that_started_together_are_polled_apart():
    assert [next_poll_delay(0, 60, 5, 10, jitter) for jitter in (0, 0.5, 1)] == [10, 9.25, 8.5]
    assert [next_poll_delay(54, 60, 5, 10, jitter) for jitter in (0, 0.5, 1)] == [6, 7.25, 8.5]
    assert next_poll_delay(0, 60, 9, 10, jitter=1) == 9


@given(SECONDS, st.floats(0, 1))
def test_a_song_that_may_be_ready_is_polled_every_five_seconds(earliest, jitter):
    assert next_poll_delay(earliest, earliest, 5, 10, jitter) <= 5.5


@given(st.lists(SECONDS, max_size=30), st.floats(-10_000, 10_000))
def test_the_bar_is_never_full_before_the_song_is_there(recent, elapsed):
    progress = compute_progress(SONG, DurationEstimator(recent), EPOCH + timedelta(seconds=elapsed))
    assert 0 <= progress.segments < SEGMENTS


@given(st.lists(SECONDS, max_size=30), st.floats(0, 2000), st.floats(0, 100))
def test_the_bar_never_goes_back(recent, elapsed, more):
    estimator = DurationEstimator(recent)
    earlier = compute_progress(SONG, estimator, EPOCH + timedelta(seconds=elapsed))
    later = compute_progress(SONG, estimator, EPOCH + timedelta(seconds=elapsed + more))
    assert later.segments >= earlier.segments


def test_past_the_90th_percentile_it_says_so():
    estimator = DurationEstimator([60.0] * 10)
    assert compute_progress(SONG, estimator, EPOCH + timedelta(seconds=59)).stage is Stage.COMPOSING
    assert compute_progress(SONG, estimator, EPOCH + timedelta(seconds=61)).stage is Stage.OVERDUE
