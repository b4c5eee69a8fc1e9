from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import insert

from songbot.quotas.rules import OperatorLimits
from songbot.songs.ports import MAX_ADMITTED
from songbot.storage import Database
from songbot.storage.queries import admission
from songbot.storage.queries.admission import next_turn
from songbot.storage.queries.mapping import order_to_columns
from songbot.storage.schema.tables import songs
from tests.storage.builders import (
    ANN,
    EVE,
    MAX,
    NOW,
    OTHER_WORKER,
    RESULT,
    WORKER,
    admitted,
    composing,
    in_line,
    order,
    placed,
    submitting,
)


@pytest.fixture
def operator_limits() -> OperatorLimits:
    return OperatorLimits(server=10_000, member=10_000, direct=10_000)


async def admitted_ids(database: Database, slots: int, **options) -> list[int]:
    return [song.id for song in await admitted(database, slots, **options)]


async def finish(database: Database, song) -> None:
    assert await database.songs.mark_submitted(song, "job")
    assert await database.songs.mark_completed(song, WORKER, RESULT, NOW)


async def test_one_persons_five_songs_do_not_hold_up_anothers_first(database: Database) -> None:
    anns = [(await placed(database, ANN)).id for _ in range(5)]
    maxs = [(await placed(database, MAX)).id for _ in range(2)]
    assert await in_line(database) == [anns[0], maxs[0], anns[1], maxs[1], *anns[2:]]
    assert await admitted_ids(database, slots=2) == [anns[0], maxs[0]]


async def test_whoever_has_nothing_in_the_works_goes_before_anothers_second_song(database: Database) -> None:
    await composing(database, ANN)
    anns = (await placed(database, ANN)).id
    maxs = (await placed(database, MAX)).id
    assert await in_line(database) == [maxs, anns]


async def test_a_newcomer_does_not_go_before_somebody_who_had_a_song_before(database: Database) -> None:
    for song in await admitted(database, slots=1) or [await composing(database, ANN)]:
        assert await database.songs.mark_completed(song, WORKER, RESULT, NOW)
    busy = await composing(database, EVE)
    anns = await placed(database, ANN)
    newcomers = [(await placed(database, 1000 + number)).id for number in range(20)]
    assert await database.songs.mark_completed(busy, WORKER, RESULT, NOW)
    assert await in_line(database) == [anns.id, *newcomers]


async def test_no_more_songs_are_admitted_than_there_are_slots(database: Database) -> None:
    songs = [(await placed(database, person)).id for person in (ANN, MAX, EVE)]
    assert await admitted_ids(database, slots=2) == songs[:2]
    assert await admitted_ids(database, slots=2) == []
    assert await admitted_ids(database, slots=3) == songs[2:]


async def test_nobody_gets_more_slots_than_their_own(database: Database) -> None:
    songs = [(await placed(database, ANN)).id for _ in range(3)]
    assert await admitted_ids(database, slots=20) == songs[:2]
    assert await admitted_ids(database, slots=20) == []
    assert await in_line(database) == songs[2:]


async def test_hundreds_of_songs_of_one_person_at_their_limit_hold_nobody_up(database: Database) -> None:
    for _ in range(250):
        await placed(database, ANN)
    assert len(await admitted_ids(database, slots=20)) == 2
    maxs = (await placed(database, MAX)).id
    assert await admitted_ids(database, slots=20) == [maxs]


async def test_an_admission_takes_only_as_many_songs_as_a_worker_can_send_soon(database: Database) -> None:
    songs = [(await placed(database, person)).id for person in range(1, MAX_ADMITTED + 11)]
    assert await admitted_ids(database, slots=1000) == songs[:MAX_ADMITTED]
    assert await admitted_ids(database, slots=1000) == songs[MAX_ADMITTED:]


@pytest.mark.slow
async def test_more_people_may_be_at_their_limit_than_a_statement_can_have_parameters(
    database: Database,
) -> None:
    elsewhere = order_to_columns(order(guild_id=7, quota_guild_id=7), 0, NOW, granted=False)
    for first in range(1, 33_001, 3000):  # in parts, since one write of all might exceed its deadline
        rows = [
            elsewhere | {"state": "composing", "user_id": person, "order_key": f"active-{person}"}
            for person in range(first, first + 3000)
        ]
        await database.connector.write(lambda connection, rows=rows: connection.execute(insert(songs), rows))
    await placed(database, user_id=1)
    newcomers = (await placed(database, ANN)).id
    assert await admitted_ids(database, slots=40_000, slots_per_user=1) == [newcomers]
    assert (await database.songs.queue(10, 10)).active_by_user == {1: 1}


def next_in_line(rows: list[dict[str, Any]], slots: int, slots_per_user: int) -> list[int]:
    """The rule of admissions: song ids, counted from 1, by going through the whole line."""
    taken = Counter(row["user_id"] for row in rows if row["state"] in ("submitting", "composing"))
    free, chosen = slots - taken.total(), []
    for song_id, row in sorted(enumerate(rows, start=1), key=lambda pair: (pair[1]["turn"], pair[0])):
        if row["state"] == "queued" and len(chosen) < free and taken[row["user_id"]] < slots_per_user:
            taken[row["user_id"]] += 1
            chosen.append(song_id)
    return chosen


@pytest.mark.parametrize("seed", range(15))
async def test_the_next_are_found_however_many_songs_of_others_at_their_limit_are_before_them(
    database: Database, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = random.Random(seed)
    monkeypatch.setattr(admission, "_PAGE", rng.randrange(1, 6))
    monkeypatch.setattr(admission, "_TURNS", rng.randrange(6, 30))
    heavy, states = rng.randrange(1, 4), ["queued"] * 12 + ["submitting", "composing", "completed"]
    rows: list[dict[str, Any]] = []
    for _ in range(rng.randrange(0, 120)):
        person = rng.choice([*range(1, heavy + 1)] * 5 + [*range(10, 10 + rng.randrange(1, 25))])
        row = order_to_columns(order(person), rng.randrange(0, 60), NOW, granted=False)
        finished_at = NOW if (state := rng.choice(states)) == "completed" else None
        rows.append(row | {"state": state, "finished_at": finished_at})
    if rows:
        await database.connector.write(lambda connection: connection.execute(insert(songs), rows))
    slots, slots_per_user = rng.randrange(1, 40), rng.randrange(1, 5)
    expected = next_in_line(rows, slots, slots_per_user)
    assert await admitted_ids(database, slots, slots_per_user=slots_per_user) == expected


async def test_any_worker_admits_the_next_in_line_whoever_took_the_order(database: Database) -> None:
    first, second = [(await placed(database, person)).id for person in (ANN, MAX)]
    assert await admitted_ids(database, slots=1, worker_id=OTHER_WORKER) == [first]
    assert await admitted_ids(database, slots=2, worker_id=WORKER) == [second]


async def test_a_song_that_made_no_job_keeps_its_place_in_line(database: Database) -> None:
    first, second = await placed(database, ANN), await placed(database, MAX)
    [song] = await admitted(database, slots=1)
    await database.songs.requeue(song, WORKER, NOW)
    assert await in_line(database) == [first.id, second.id]


async def test_the_line_is_empty_unless_somebody_waits(database: Database) -> None:
    assert await database.songs.is_queue_empty()
    await placed(database)
    assert not await database.songs.is_queue_empty()
    await admitted(database, slots=1)
    assert await database.songs.is_queue_empty()


async def test_the_line_is_counted_up_to_a_limit(database: Database) -> None:
    for person in range(1, 6):
        await placed(database, person)
    for limit, count_limit, length in ((2, 100, 5), (2, 3, 3), (5, 100, 5), (10, 100, 5)):
        queue = await database.songs.queue(limit, count_limit)
        assert queue.length == length
        assert [song.id for song in queue.first] == [1, 2, 3, 4, 5][:limit]


async def test_the_active_songs_of_those_in_line_are_counted_over_all_workers(database: Database) -> None:
    for worker_id in (WORKER, OTHER_WORKER):
        await submitting(database, ANN, worker_id=worker_id)
    for person in (MAX, 7):
        await composing(database, person)
    for person in (ANN, MAX, EVE):
        await placed(database, person)
    assert (await database.songs.queue(10, 10)).active_by_user == {ANN: 2, MAX: 1}


class Line:
    """Follows the rule of the queue without a database, with one slot: `waiting` holds (turn, number,
    person)."""

    def __init__(self) -> None:
        self.turn = 0
        self.waiting: list[tuple[int, int, int]] = []
        self.number = 0

    def order(self, person: int) -> int:
        last = max((turn for turn, _, other in self.waiting if other == person), default=None)
        self.number += 1
        self.waiting.append((next_turn(self.turn, last), self.number, person))
        return self.number

    def serve(self) -> int:
        self.waiting.sort()
        turn, number, _ = self.waiting.pop(0)
        self.turn = max(self.turn, turn)
        return number

    def people(self) -> int:
        return len({person for _, _, person in self.waiting})


@pytest.mark.parametrize("seed", range(20))
def test_nobody_is_overtaken_by_more_songs_than_there_are_people_for_each_song_of_their_own(seed) -> None:
    """`people` is the largest number of people in the queue while the song waited."""
    rng, line = random.Random(seed), Line()
    waiting: dict[int, list[int]] = {}  # number -> [overtaken by, own songs before it, most people in queue]
    for _ in range(3000):
        if rng.random() < 0.52 or not line.waiting:
            person = rng.choice([1, 1, 1, 2, 2, 3, rng.randrange(4, 60), 1000 + line.number])
            own = sum(other == person for _, _, other in line.waiting)
            waiting[line.order(person)] = [0, own, 0]
            for entry in waiting.values():
                entry[2] = max(entry[2], line.people())
        else:
            served = line.serve()
            overtaken, own, people = waiting.pop(served)
            assert overtaken <= (own + 1) * people + 1
            for number, entry in waiting.items():
                entry[0] += number < served


def test_somebody_who_had_a_song_before_is_not_overtaken_for_ever() -> None:
    """With one slot, a song per minute and a new person per minute, a person's second song is not delayed."""
    line = Line()
    line.order(1)
    line.serve()
    line.order(2)
    mine = line.order(1)
    served: list[int] = []
    for newcomer in range(100, 400):
        line.order(newcomer)
        served.append(line.serve())
    assert served.index(mine) == 1
