"""A half-copied database is not used, and a restored one is made safe first."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from songbot.quotas.repository import QuotaSubject
from songbot.songs.models import DeliveryState, FailureReason, State
from songbot.storage import Database, open_database, restored
from songbot.storage.errors import DatabaseInUse, UnfinishedCopy
from songbot.storage.preconditions import COPY_UNFINISHED
from songbot.storage.restored import prepare_restored
from tests.storage.builders import (
    ANN,
    EVE,
    GUILD,
    MAX,
    MINUTE,
    NOW,
    REPLY,
    WORKER,
    completed,
    composing,
    fetched,
    placed,
    submitting,
)


async def test_a_copy_that_broke_off_is_refused_with_what_to_do(url: str) -> None:
    async with open_database(url) as database:
        await database.app_state.set(COPY_UNFINISHED, "not yet verified")
        for refused in (database.migrate, database.describe):
            with pytest.raises(UnfinishedCopy, match=r"songbot\.storage\.move FROM TO"):
                await refused()
        await database.app_state.set(COPY_UNFINISHED, None)
        await database.migrate()


async def in_each_state(database: Database) -> None:
    """Make songs 1 to 5: delivered, composing, submitting, queued on a grant, queued."""
    answered = await completed(database, EVE)
    await database.songs.mark_delivered(answered, WORKER, REPLY, NOW + MINUTE)
    await composing(database, EVE)
    await submitting(database, MAX)
    for _ in range(5):
        await completed(database, ANN)
    await database.quotas.grant(GUILD, 9, ANN, 1, NOW)
    await placed(database, ANN)
    await placed(database, EVE)
    await database.songs.unregister_worker(WORKER)


async def test_after_a_restore_what_may_have_been_sent_fails_and_is_refunded(url: str) -> None:
    async with open_database(url) as database:
        await in_each_state(database)
    assert await prepare_restored(url, NOW) == 3
    assert await prepare_restored(url, NOW) == 0
    async with open_database(url) as database:
        for number in (3, 9, 10):
            song = await fetched(database, number)
            assert (song.state, song.reason) == (State.FAILED, FailureReason.INTERRUPTED)
            assert (song.refunded_at, song.delivery) == (NOW, DeliveryState.PENDING)
        assert (await fetched(database, 2)).state is State.COMPOSING
        assert (await fetched(database, 1)).delivery is DeliveryState.DELIVERED
        assert (await database.quotas.check(QuotaSubject(ANN, GUILD), NOW)).grant_left == 1
        assert (await database.quotas.check(QuotaSubject(MAX, GUILD), NOW)).effective.used == 0


async def test_while_a_bot_runs_nothing_is_changed(url: str) -> None:
    now = datetime.now(UTC)
    async with open_database(url) as database:
        song = await placed(database)
        await database.songs.register_worker("a-bot", 3600)
        with pytest.raises(DatabaseInUse, match="A bot runs on the database"):
            await prepare_restored(url, now)
        assert (await fetched(database, song.id)).state is State.QUEUED


def test_the_command_says_how_many_songs_it_failed(sqlite_url: str, monkeypatch, capsys) -> None:
    async def fill() -> None:
        async with open_database(sqlite_url) as database:
            await placed(database)

    asyncio.run(fill())
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    assert restored.main([]) == 0
    assert capsys.readouterr().out.startswith("1 song was waiting for Whisul")


def test_the_command_says_in_a_sentence_what_is_wrong(monkeypatch, capsys) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://u:hunter2@h/d")
    assert restored.main([]) == 1
    said = capsys.readouterr()
    assert "DATABASE_URL names a database that is not supported" in said.err
    assert "hunter2" not in said.err + said.out
