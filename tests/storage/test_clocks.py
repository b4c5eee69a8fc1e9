"""Set the machine's clock forward and back: nobody is locked out for long, and nobody gets extra songs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from songbot.quotas.repository import QuotaSubject
from songbot.songs.durations import DEFAULT_SAMPLES, DurationEstimator
from songbot.songs.models import Relation
from songbot.songs.orders import Accepted, Duplicate, Refused
from songbot.storage import Database
from tests.storage.builders import (
    ANN,
    DAY,
    GUILD,
    LEASE,
    MINUTE,
    NOW,
    OTHER_WORKER,
    WORKER,
    completed,
    composing,
    order,
    outcomes,
    placed,
)
from tests.support.fixed_clock import FixedClock

ANNS = QuotaSubject(ANN, GUILD, frozenset())
AHEAD = 3 * DAY


async def used(database: Database, now) -> int:
    return (await database.quotas.check(ANNS, now)).effective.used


async def test_songs_charged_in_the_future_count_in_their_own_window_and_in_no_other(database: Database):
    for _ in range(5):
        await placed(database, now=NOW + AHEAD)
    assert await used(database, NOW) == 0
    assert await used(database, NOW + AHEAD) == 5
    assert await used(database, NOW + AHEAD + DAY) == 0


async def test_a_clock_set_back_and_forth_gives_a_window_its_songs_once(database: Database):
    """However often the clock is set, each calendar day has its five songs and no more."""
    made = 0
    for shift in (DAY, -DAY, 2 * MINUTE, DAY, -DAY, timedelta(0), DAY):
        names = await outcomes(database, *(order() for _ in range(7)), now=NOW + shift)
        made += names.count("Accepted")
    assert made == 3 * 5


async def test_a_refusal_tells_a_reset_that_is_ahead_and_no_further_than_the_window(database: Database):
    for _ in range(5):
        await placed(database, now=NOW + AHEAD)
        await placed(database)
    refused = await database.songs.create(order(), NOW)
    assert isinstance(refused, Refused)
    assert refused.decision.blocked_by is not None
    assert NOW < refused.decision.blocked_by.window.end <= NOW + DAY


@pytest.mark.parametrize("shift", [timedelta(0), AHEAD, -AHEAD])
async def test_another_take_is_a_double_press_only_of_one_made_just_now(database: Database, shift: timedelta):
    """A take made while the clock was days ahead must not block the button for days."""
    parent = await completed(database)
    button = {"parent_id": parent.id, "relation": Relation.TAKE}
    assert isinstance(await database.songs.create(order(**button), NOW + shift), Accepted)
    again = await database.songs.create(order(**button), NOW)
    assert type(again) is (Accepted if shift else Duplicate)


async def test_seconds_of_songs_that_ended_before_they_began_are_not_learned(database: Database):
    for person in range(1, 7):
        await completed(database, person, took=-DAY)
        await completed(database, person, took=400 * DAY)
    estimator = DurationEstimator(await database.songs.recent_durations(200))
    assert estimator.quantile(0) == DEFAULT_SAMPLES[0]
    assert estimator.quantile(1) == DEFAULT_SAMPLES[-1]


async def test_a_lease_written_while_the_clock_was_ahead_ends_by_its_own_heartbeat(
    database: Database, clock: FixedClock
):
    """The next heartbeat of a live worker corrects its lease."""
    clock.time = NOW + AHEAD
    song = await composing(database)
    clock.time = NOW
    assert await database.songs.heartbeat(WORKER, LEASE, provider_available=True)
    assert await database.songs.claim(OTHER_WORKER, NOW, 10) == []
    assert await database.songs.leased(WORKER) == {song.id}
