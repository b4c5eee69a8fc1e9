from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from songbot.worker.scheduler import JobScheduler, coalesced_due_time

MOMENTS = st.floats(0, 1e7)


@given(MOMENTS, st.floats(0, 300))
def test_a_song_is_never_due_early_and_hardly_later(now: float, seconds: float) -> None:
    late = coalesced_due_time(now, seconds) - (now + seconds)
    assert -1e-6 <= late <= 0.5 + 1e-6


@given(MOMENTS, st.floats(0, 7.99))
def test_short_waits_are_kept_to_the_letter(now: float, seconds: float) -> None:
    assert coalesced_due_time(now, seconds) == now + seconds


def test_songs_due_within_half_a_second_of_each_other_are_visited_together() -> None:
    schedule = JobScheduler()
    for song_id in range(50):
        schedule.set(song_id, coalesced_due_time(1000.01 + song_id / 110, 10.0))
    assert len(schedule.pop_due(schedule.next_due())) == 50


def test_a_song_that_is_due_anew_is_due_once() -> None:
    schedule = JobScheduler()
    schedule.set(1, 5.0)
    schedule.set(1, 7.0)
    assert schedule.pop_due(6.0) == []
    assert schedule.pop_due(8.0) == [1]
    assert schedule.pop_due(9.0) == []


def test_the_next_is_the_earliest_of_those_that_are_still_due() -> None:
    schedule = JobScheduler()
    assert schedule.next_due() == math.inf
    for song_id, due in ((1, 5.0), (2, 3.0), (3, 4.0)):
        schedule.set(song_id, due)
    schedule.set(2, 6.0)
    schedule.discard(3)
    assert schedule.next_due() == 5
    assert schedule.pop_due(5.0) == [1]
    assert schedule.next_due() == 6
    assert schedule.pop_due(6.0) == [2]
    assert schedule.next_due() == math.inf
