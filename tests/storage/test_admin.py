from __future__ import annotations

from datetime import timedelta

from songbot.songs.models import FailureReason, State
from songbot.songs.orders import NotAccepting
from songbot.storage import Database
from tests.storage.builders import (
    ANN,
    DAY,
    GUILD,
    MAX,
    MINUTE,
    NOW,
    REPLY,
    WORKER,
    completed,
    composing,
    order,
    placed,
)


async def test_songs_in_the_works_are_counted_by_state(database: Database) -> None:
    await composing(database)
    await placed(database, MAX)
    await placed(database, MAX)
    summary = await database.admin.status(NOW - DAY)
    assert summary.unfinished == {State.COMPOSING: 1, State.QUEUED: 2}
    assert summary.undelivered == 0


async def test_a_finished_song_waits_to_be_delivered_until_it_is(database: Database) -> None:
    song = await completed(database)
    assert (await database.admin.status(NOW - DAY)).undelivered == 1
    assert await database.songs.mark_delivered(song, WORKER, REPLY, NOW)
    summary = await database.admin.status(NOW - DAY)
    assert (summary.undelivered, summary.unfinished) == (0, {})


async def test_songs_of_late_are_counted_by_state_and_reason(database: Database) -> None:
    await completed(database, now=NOW - 2 * DAY)
    for reason in (FailureReason.VANISHED, FailureReason.VANISHED, FailureReason.NO_AUDIO):
        song = await composing(database)
        assert await database.songs.mark_failed(song, WORKER, reason, None, NOW)
    await completed(database)
    summary = await database.admin.status(NOW - DAY)
    assert summary.ordered == {
        (State.FAILED, FailureReason.VANISHED): 2,
        (State.FAILED, FailureReason.NO_AUDIO): 1,
        (State.COMPLETED, None): 1,
    }


async def test_the_databases_kind_and_size_are_told(database: Database, backend: str) -> None:
    summary = await database.admin.status(NOW)
    assert summary.database == {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[backend]
    assert 50_000 < summary.size_bytes < 100_000_000


async def test_a_pause_refuses_new_songs_with_its_reason_until_it_ends(database: Database) -> None:
    assert not await database.admin.resume()
    await database.admin.pause("moving house")
    assert (await database.admin.status(NOW)).paused == "moving house"
    assert await database.songs.create(order(), NOW) == NotAccepting("moving house")
    await database.admin.pause("still moving")
    assert await database.songs.create(order(), NOW) == NotAccepting("still moving")
    assert await database.admin.resume()
    assert (await database.admin.status(NOW)).paused is None
    await placed(database)


async def test_a_songs_story_names_its_worker_and_who_wants_to_be_told(database: Database) -> None:
    song = await composing(database)
    await database.library.toggle_subscription(song.id, MAX, 10)
    story = await database.admin.song_details(song.id)
    assert story is not None
    assert (story.song.id, story.song.state, story.song.submitted_at) == (song.id, State.COMPOSING, NOW)
    assert (story.worker_id, story.subscribers, story.granted) == (WORKER, 1, False)


async def test_a_song_paid_for_with_an_extra_one_says_so(database: Database) -> None:
    for minutes in range(5):
        await completed(database, now=NOW + minutes * MINUTE)
    await database.quotas.grant(GUILD, MAX, ANN, 1, NOW)
    song = await placed(database, now=NOW + timedelta(hours=1))
    story = await database.admin.song_details(song.id)
    assert story is not None
    assert story.granted


async def test_there_is_no_story_of_a_song_that_is_not_there_or_whose_person_left(
    database: Database,
) -> None:
    song = await completed(database)
    await database.privacy.delete_user_data(ANN)
    assert await database.admin.song_details(song.id) is None
    assert await database.admin.song_details(song.id + 1) is None
