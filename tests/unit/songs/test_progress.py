"""Test what the progress message of a song says at each of its stages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from songbot.songs.durations import DurationEstimator
from songbot.songs.models import State
from songbot.songs.progress import SEGMENTS, Progress, Stage, compute_progress
from tests.support.songs import SONG
from tests.support.virtual_clock import EPOCH

MINUTE = timedelta(minutes=1)
USUALLY_A_MINUTE = DurationEstimator([60.0] * 10)
QUEUED = replace(SONG, state=State.QUEUED, created_at=EPOCH, result=None, finished_at=None)
COMPOSING = replace(QUEUED, state=State.COMPOSING, submitted_at=EPOCH + MINUTE)


def test_a_queued_song_shows_its_position_since_when_it_waits_and_for_how_many_songs_of_its_own_person():
    shown = compute_progress(QUEUED, USUALLY_A_MINUTE, EPOCH + MINUTE, 3, running_own=2)
    assert shown == Progress(Stage.WAITING, queue_position=3, since=EPOCH, running_own=2)


@pytest.mark.parametrize(("busy", "stage"), [(True, Stage.BUSY), (False, Stage.UNAVAILABLE)])
def test_a_song_that_waits_for_whisul_shows_whether_it_is_busy_or_away_instead_of_a_position(busy, stage):
    waiting = replace(QUEUED, unavailable_since=EPOCH + MINUTE)
    shown = compute_progress(waiting, USUALLY_A_MINUTE, EPOCH + 2 * MINUTE, 3, running_own=2, busy=busy)
    assert shown == Progress(stage, since=EPOCH)


def test_a_song_on_its_way_to_whisul_shows_since_when():
    sending = replace(QUEUED, state=State.SUBMITTING)
    assert compute_progress(sending, USUALLY_A_MINUTE, EPOCH) == Progress(Stage.SENDING, since=EPOCH)
    admitted = replace(sending, submitted_at=EPOCH + MINUTE)
    assert compute_progress(admitted, USUALLY_A_MINUTE, EPOCH) == Progress(
        Stage.SENDING, since=EPOCH + MINUTE
    )


@pytest.mark.parametrize(("seconds", "segments"), [(-60, 0), (0, 0), (5.9, 0), (6, 1), (30, 5), (59, 9)])
def test_the_bar_of_a_song_in_composition_fills_until_songs_are_usually_done(seconds, segments):
    now = EPOCH + MINUTE + timedelta(seconds=seconds)
    shown = compute_progress(COMPOSING, USUALLY_A_MINUTE, now)
    assert shown == Progress(Stage.COMPOSING, segments=segments, since=EPOCH + MINUTE)
    assert shown.expected_at == EPOCH + 2 * MINUTE


def test_a_song_that_takes_unusually_long_shows_an_almost_full_bar():
    shown = compute_progress(COMPOSING, USUALLY_A_MINUTE, EPOCH + 3 * MINUTE)
    assert shown == Progress(Stage.OVERDUE, segments=SEGMENTS - 1, since=EPOCH + MINUTE)


def test_a_new_estimate_alone_is_no_news():
    now = EPOCH + MINUTE
    slower = DurationEstimator([90.0] * 10)
    assert compute_progress(COMPOSING, USUALLY_A_MINUTE, now) == compute_progress(COMPOSING, slower, now)
