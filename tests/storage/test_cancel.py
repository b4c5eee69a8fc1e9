"""Cancelling a song that is still in line."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from songbot.quotas.repository import QuotaSubject
from songbot.songs.models import FailureReason, State
from songbot.storage import Database
from tests.storage.builders import (
    ANN,
    GUILD,
    MAX,
    NOW,
    WORKER,
    admitted,
    fetched,
    in_line,
    order,
    outcomes,
    placed,
    submitting,
)


async def test_a_queued_song_is_cancelled_and_refunded_and_leaves_the_line(database: Database) -> None:
    song, other = await placed(database), await placed(database, MAX)
    assert await database.songs.cancel_queued(song.id, ANN, NOW)
    cancelled = await fetched(database, song.id)
    failure = {"reason": FailureReason.CANCELLED, "finished_at": NOW, "refunded_at": NOW}
    assert cancelled == replace(song, state=State.FAILED, **failure)
    assert await in_line(database) == [other.id]
    assert [one.id for one in await admitted(database, 20)] == [other.id]


async def test_a_song_is_cancelled_once(database: Database) -> None:
    song = await placed(database)
    presses = [database.songs.cancel_queued(song.id, ANN, NOW) for _ in range(5)]
    assert sorted(await asyncio.gather(*presses)) == [False] * 4 + [True]


async def test_nobody_cancels_the_song_of_another(database: Database) -> None:
    song = await placed(database)
    assert not await database.songs.cancel_queued(song.id, MAX, NOW)
    assert await in_line(database) == [song.id]


async def test_a_song_that_has_its_slot_is_not_cancelled(database: Database) -> None:
    song = await submitting(database)
    assert not await database.songs.cancel_queued(song.id, ANN, NOW)
    assert await fetched(database, song.id) == song


async def test_a_song_that_is_back_in_line_can_be_cancelled_and_its_admission_changes_it_no_more(
    database: Database,
) -> None:
    song = await submitting(database)
    assert await database.songs.requeue(song, WORKER, NOW)
    assert await database.songs.cancel_queued(song.id, ANN, NOW)
    assert not await database.songs.mark_submitted(song, "job")
    assert (await fetched(database, song.id)).reason is FailureReason.CANCELLED


async def test_the_extra_song_that_paid_is_given_back(database: Database) -> None:
    assert await outcomes(database, *[order() for _ in range(6)]) == ["Accepted"] * 5 + ["Refused"]
    await database.quotas.grant(GUILD, MAX, ANN, 1, NOW)
    granted = await placed(database)
    assert await outcomes(database, order()) == ["Refused"]
    assert await database.songs.cancel_queued(granted.id, ANN, NOW)
    assert (await database.quotas.check(QuotaSubject(ANN, GUILD), NOW)).grant_left == 1
    assert await outcomes(database, order(), order()) == ["Accepted", "Refused"]


@pytest.mark.parametrize("attempt", range(5))
async def test_a_song_is_either_cancelled_or_admitted(database: Database, attempt: int) -> None:
    await admitted(database, 0)
    songs = [await placed(database, person) for person in range(1, 6)]
    presses = [database.songs.cancel_queued(song.id, song.user_id, NOW) for song in songs]
    admission = database.songs.admit(WORKER, attempt + 1, 2, NOW)
    taken, *cancelled = await asyncio.gather(admission, *presses)
    assert isinstance(taken, list)
    ids = {song.id for song in taken}
    assert [song.id in ids for song in songs] == [not pressed for pressed in cancelled]
