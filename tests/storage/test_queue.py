from __future__ import annotations

from songbot.storage import Database
from tests.storage.builders import ANN, EVE, MAX, MINUTE, NOW, OTHER_WORKER, RESULT, WORKER, composing, placed


async def admitted(
    database: Database, slots: int, slots_per_user: int = 2, worker_id: str = WORKER
) -> list[int]:
    return [song.id for song in await database.songs.admit(worker_id, slots, slots_per_user, NOW)]


async def test_one_persons_five_songs_do_not_hold_up_anothers_first(database: Database) -> None:
    anns = [(await placed(database, ANN)).id for _ in range(5)]
    maxs = [(await placed(database, MAX)).id for _ in range(2)]
    assert await database.songs.queue() == [anns[0], maxs[0], anns[1], maxs[1], *anns[2:]]
    assert await admitted(database, slots=2) == [anns[0], maxs[0]]


async def test_songs_in_the_works_count_as_turns_taken(database: Database) -> None:
    await composing(database, ANN)
    anns = (await placed(database, ANN)).id
    maxs = (await placed(database, MAX)).id
    assert await database.songs.queue() == [maxs, anns]


async def test_of_equals_who_was_served_longest_ago_goes_first(database: Database) -> None:
    for person, minutes in ((ANN, 1), (MAX, 0)):
        song = await composing(database, person, now=NOW + minutes * MINUTE)
        await database.songs.mark_completed(song.id, WORKER, RESULT, NOW)
    anns, maxs, eves = [(await placed(database, person)).id for person in (ANN, MAX, EVE)]
    assert await database.songs.queue() == [eves, maxs, anns]


async def test_no_more_songs_are_admitted_than_there_are_places(database: Database) -> None:
    songs = [(await placed(database, person)).id for person in (ANN, MAX, EVE)]
    assert await admitted(database, slots=2) == songs[:2]
    assert await admitted(database, slots=2) == []
    assert await admitted(database, slots=3) == songs[2:]


async def test_nobody_gets_more_places_than_their_own(database: Database) -> None:
    songs = [(await placed(database, ANN)).id for _ in range(3)]
    assert await admitted(database, slots=20, slots_per_user=2) == songs[:2]
    assert await admitted(database, slots=20, slots_per_user=2) == []
    assert await database.songs.queue() == songs[2:]


async def test_places_are_shared_and_songs_are_not(database: Database) -> None:
    theirs = (await placed(database, ANN, worker_id=OTHER_WORKER)).id
    ours = (await placed(database, MAX)).id
    assert await admitted(database, slots=1) == []
    assert await admitted(database, slots=2) == [ours]
    assert await admitted(database, slots=2, worker_id=OTHER_WORKER) == [theirs]
