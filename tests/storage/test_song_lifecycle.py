from __future__ import annotations

from dataclasses import replace

import pytest

from songbot.songs.models import DeliveryState, FailureReason, Relation, State
from songbot.storage import Database
from tests.storage.builders import (
    ANN,
    GUILD,
    LEASE,
    MAX,
    MINUTE,
    NOW,
    OTHER_WORKER,
    REPLY,
    RESULT,
    WORKER,
    admitted,
    completed,
    composing,
    direct_order,
    fetched,
    in_line,
    order,
    placed,
    submitting,
)


async def test_a_placed_song_is_read_back_as_it_was_ordered(database: Database) -> None:
    song = await placed(database, private=True, prompt="drum & bass, 174 bpm", relation=Relation.RETRY)
    assert await fetched(database, song.id) == song
    assert song.id == 1
    assert (song.user_id, song.guild_id, song.quota_guild_id) == (ANN, GUILD, GUILD)
    assert (song.prompt, song.private, song.reply) == ("drum & bass, 174 bpm", True, REPLY)
    assert (song.state, song.delivery, song.created_at) == (State.QUEUED, DeliveryState.PENDING, NOW)


async def test_a_song_in_a_dm_has_no_server(database: Database) -> None:
    outcome = await database.songs.create(direct_order(), NOW)
    assert outcome.song.guild_id is None
    assert outcome.song.quota_guild_id is None


async def test_a_song_goes_from_the_line_to_its_person(database: Database) -> None:
    store = database.songs
    song = await placed(database, parent_id=None)
    [sent] = await admitted(database, slots=1, now=NOW + MINUTE)
    assert sent == replace(song, state=State.SUBMITTING, submitted_at=NOW + MINUTE, generation=1)
    assert await store.mark_submitted(sent, "job-1")
    assert await store.mark_completed(sent, WORKER, RESULT, NOW + 2 * MINUTE)
    finished = await fetched(database, song.id)
    assert (finished.state, finished.job_id, finished.result) == (State.COMPLETED, "job-1", RESULT)
    assert (finished.finished_at, finished.delivery) == (NOW + 2 * MINUTE, DeliveryState.PENDING)
    elsewhere = replace(REPLY, message_id=77, bot_in_channel=False)
    assert await store.mark_delivered(sent, WORKER, elsewhere, NOW + 3 * MINUTE)
    delivered = await fetched(database, song.id)
    assert delivered.reply == replace(elsewhere, token=None, token_expires_at=None)
    assert (delivered.delivery, delivered.delivered_at) == (DeliveryState.DELIVERED, NOW + 3 * MINUTE)
    assert await store.leased(WORKER) == set()


async def test_a_result_may_have_nothing_but_its_audio(database: Database) -> None:
    bare = type(RESULT)(song_url="https://cdn.example/x.mp3")
    assert (await completed(database, result=bare)).result == bare


async def test_text_that_no_database_takes_is_cleaned_on_its_way_in(database: Database) -> None:
    hostile = replace(RESULT, title="nul\x00 and half \ud83d emoji", tags=("a\x00b", "\ud83d"))
    song = await completed(database, result=hostile, prompt="x\x00y")
    assert song.prompt == "xy"
    assert song.result is not None
    assert song.result.title == "nul and half ? emoji"
    assert song.result.tags == ("ab", "?")


async def test_a_failed_song_is_refunded_and_says_why(database: Database) -> None:
    song = await composing(database)
    assert await database.songs.mark_failed(song, WORKER, FailureReason.FAILED, "out of tune", NOW + MINUTE)
    failed = await fetched(database, song.id)
    assert (failed.state, failed.reason, failed.error) == (State.FAILED, FailureReason.FAILED, "out of tune")
    assert failed.refunded_at == failed.finished_at == NOW + MINUTE
    assert failed.delivery is DeliveryState.PENDING


@pytest.mark.parametrize("begin", [placed, submitting, composing])
async def test_a_song_can_fail_in_every_unfinished_state(database: Database, begin) -> None:
    song = await begin(database)
    assert await database.songs.mark_failed(song, WORKER, FailureReason.TIMED_OUT, None, NOW)
    assert not await database.songs.mark_failed(song, WORKER, FailureReason.TIMED_OUT, None, NOW)


async def test_a_song_whose_job_was_written_after_all_is_not_interrupted(database: Database) -> None:
    song = await submitting(database)
    assert await database.songs.mark_submitted(song, "a-job")
    assert not await database.songs.mark_failed(song, WORKER, FailureReason.INTERRUPTED, None, NOW)
    assert (await fetched(database, song.id)).state is State.COMPOSING


async def test_a_song_that_whisul_did_not_take_goes_back_to_the_line(database: Database) -> None:
    song = await submitting(database)
    assert await database.songs.requeue(song, WORKER, NOW)
    waiting = await fetched(database, song.id)
    assert (waiting.state, waiting.submitted_at, waiting.unavailable_since) == (State.QUEUED, None, NOW)
    assert await in_line(database) == [song.id]


async def test_an_undeliverable_song_keeps_no_token(database: Database) -> None:
    song = await completed(database)
    assert await database.songs.mark_undeliverable(song, WORKER, NOW)
    kept = await fetched(database, song.id)
    assert kept.delivery is DeliveryState.UNDELIVERABLE
    assert kept.reply.token is None


async def test_steps_out_of_order_change_nothing(database: Database) -> None:
    store = database.songs
    song = await placed(database)
    assert not await store.mark_submitted(song, "job")
    assert not await store.requeue(song, WORKER, None)
    assert not await store.mark_completed(song, WORKER, RESULT, NOW)
    assert not await store.mark_delivered(song, WORKER, REPLY, NOW)
    assert not await store.mark_undeliverable(song, WORKER, NOW)
    assert await fetched(database, song.id) == song


async def test_another_workers_song_is_left_alone(database: Database) -> None:
    store = database.songs
    queued, made = await placed(database, MAX), await completed(database)
    before = [await fetched(database, song.id) for song in (queued, made)]
    assert not await store.requeue(queued, OTHER_WORKER, None)
    assert not await store.mark_failed(made, OTHER_WORKER, FailureReason.FAILED, None, NOW)
    assert not await store.mark_delivered(made, OTHER_WORKER, REPLY, NOW)
    assert not await store.mark_undeliverable(made, OTHER_WORKER, NOW)
    assert [await fetched(database, song.id) for song in (queued, made)] == before


async def test_a_job_id_is_stored_though_the_lease_is_over(database: Database) -> None:
    song = await submitting(database)
    await database.songs.register_worker(OTHER_WORKER, LEASE)
    await database.songs.unregister_worker(WORKER)
    assert await database.songs.mark_submitted(song, "job-1")
    assert await database.songs.claim(OTHER_WORKER, NOW, 5) == [song.id]
    assert not await database.songs.mark_completed(song, WORKER, RESULT, NOW)
    assert await database.songs.mark_completed(song, OTHER_WORKER, RESULT, NOW)


async def test_recent_seconds_are_those_of_completed_songs_newest_first(database: Database) -> None:
    for minutes in (1, 2, 3):
        await completed(database, user_id=minutes, took=minutes * MINUTE)
    failed = await composing(database)
    await database.songs.mark_failed(failed, WORKER, FailureReason.FAILED, None, NOW)
    assert await database.songs.recent_durations(2) == [180.0, 120.0]


async def test_there_is_no_song_under_an_unknown_number(database: Database) -> None:
    assert await database.songs.get(404) is None


async def test_a_naive_datetime_is_refused_at_the_door(database: Database) -> None:
    naive = order(reply=replace(REPLY, token_expires_at=NOW.replace(tzinfo=None)))
    with pytest.raises(ValueError, match="time zone"):
        await database.songs.create(naive, NOW)
