from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy import Connection, Text, cast, select

from songbot.quotas.repository import QuotaSubject
from songbot.quotas.rules import LimitKind, Period, Rule
from songbot.songs.library import LibraryScope, Search
from songbot.songs.models import FailureReason, Relation, State
from songbot.storage import Database
from songbot.storage.repositories import privacy
from songbot.storage.schema.tables import metadata
from tests.storage.builders import (
    ANN,
    DAY,
    GUILD,
    MAX,
    NOW,
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
    outcomes,
    placed,
)

ADMIN = 9


async def everything(database: Database) -> str:
    """Return the contents of all tables as one text."""

    def look(connection: Connection) -> list[str]:
        return [
            str(tuple(row))
            for table in metadata.sorted_tables
            for row in connection.execute(select(*(cast(column, Text) for column in table.c)))
        ]

    return "\n".join(await database.connector.read(look))


async def a_life(database: Database) -> None:
    """Leave traces of ann in every table."""
    song = await completed(database, ANN, prompt="my secret prompt")
    other = await completed(database, MAX, parent_id=song.id, relation=Relation.REMIX)
    await database.library.toggle_saved(ANN, other.id)
    await database.library.toggle_saved(MAX, song.id)
    waiting = await placed(database, MAX)
    await database.library.toggle_subscription(waiting.id, ANN, 10)
    await database.quotas.set_rule(GUILD, ANN, Rule(LimitKind.USER, 9, Period.DAY, ANN), NOW)
    await database.quotas.grant(GUILD, ADMIN, ANN, 3, NOW)
    await database.quotas.reset(GUILD, ADMIN, ANN, NOW)


async def test_an_export_has_all_of_a_person_and_no_token(database: Database) -> None:
    await a_life(database)
    await placed(database)
    export = await database.privacy.export(ANN)
    assert {table: len(rows) for table, rows in export.items()} == {
        "songs": 2,
        "saves": 1,
        "notifications": 1,
        "user_languages": 0,
        "quota_rules": 1,
        "quota_grants": 1,
        "quota_resets": 1,
        "quota_changes": 3,
    }
    text = json.dumps(export)
    assert "my secret prompt" in text
    assert NOW.isoformat() in text
    assert str(REPLY.token) not in text


async def test_what_is_forgotten_is_in_no_table(database: Database) -> None:
    await a_life(database)
    assert "my secret prompt" in await everything(database)
    assert await database.privacy.delete_user_data(ANN) == 1
    left = await everything(database)
    assert str(ANN) not in left
    assert "my secret prompt" not in left
    assert str(MAX) in left
    assert all(rows == [] for rows in (await database.privacy.export(ANN)).values())
    assert await database.privacy.delete_user_data(ANN) == 0


async def test_a_song_that_still_counts_keeps_no_language(database: Database) -> None:
    await completed(database, ANN, language="ja")
    assert "'ja'" in await everything(database)
    await database.privacy.delete_user_data(ANN)
    assert "'ja'" not in await everything(database)


async def test_others_keep_their_songs_without_the_way_back(database: Database) -> None:
    song = await completed(database, ANN)
    remix = await completed(database, MAX, parent_id=song.id, relation=Relation.REMIX)
    await database.privacy.delete_user_data(ANN)
    assert (await fetched(database, remix.id)).parent_id is None
    assert await database.songs.get(song.id) is None
    page = await database.library.page(LibraryScope(MAX, MAX, saved=True), Search())
    assert page.entries == ()


async def test_deleting_ones_data_does_not_give_the_days_songs_back(database: Database) -> None:
    await outcomes(database, *(order() for _ in range(3)), *(direct_order() for _ in range(3)))
    assert await database.privacy.delete_user_data(ANN) == 6
    assert await outcomes(database, order(), order(), order()) == ["Accepted", "Accepted", "Refused"]
    assert await outcomes(database, direct_order()) == ["Refused"]
    assert await database.privacy.delete_user_data(ANN) == 2
    assert (await database.quotas.check(QuotaSubject(ANN, GUILD), NOW)).effective.used == 5
    assert (await database.quotas.usage(GUILD, 7, NOW)).top == ()


async def test_songs_that_count_to_nothing_any_more_go_at_once(database: Database, clock) -> None:
    await completed(database, ANN)
    refunded = await placed(database, ANN)
    await database.songs.mark_failed(refunded, WORKER, FailureReason.FAILED, None, NOW)
    clock.time = NOW + privacy.LONGEST_WINDOW + DAY
    assert await database.privacy.delete_user_data(ANN) == 2
    assert await database.songs.create(order(MAX), NOW)
    assert (await everything(database)).count("a song about rain") == 2  # max's prompt and search text


async def test_songs_in_the_works_are_followed_no_longer(database: Database) -> None:
    queued, under_way = await placed(database, ANN), await composing(database, ANN)
    await database.privacy.delete_user_data(ANN)
    store = database.songs
    assert not await store.mark_completed(under_way, WORKER, RESULT, NOW)
    assert not await store.mark_failed(queued, WORKER, FailureReason.INTERRUPTED, None, NOW)
    assert await store.leased(WORKER) == set()
    assert await in_line(database) == []
    assert await store.claim("worker-3", NOW, 10) == []
    assert await admitted(database, 20, 20) == []


async def test_pseudonyms_go_when_their_windows_have_ended(database: Database, clock) -> None:
    await placed(database, ANN)
    await database.privacy.delete_user_data(ANN)
    assert await database.privacy.purge(365) == 0
    assert "failed" in await everything(database)
    clock.time = NOW + privacy.LONGEST_WINDOW + timedelta(seconds=1)
    await database.privacy.purge(365)
    assert "failed" not in await everything(database)


async def test_old_songs_are_purged_in_batches(database: Database, clock, monkeypatch) -> None:
    monkeypatch.setattr(privacy, "_BATCH", 2)
    for person in range(1, 6):
        await placed(database, person)
    kept = await placed(database, MAX, now=NOW + 10 * DAY)
    clock.time = NOW + 100 * DAY
    assert await database.privacy.purge(95) == 5
    assert (await fetched(database, kept.id)).state is State.QUEUED


async def test_however_short_the_retention_what_still_counts_stays(database: Database, clock) -> None:
    await placed(database)
    clock.time = NOW + 5 * DAY
    assert await database.privacy.purge(1) == 0


async def test_the_daily_job_takes_tokens_that_have_expired_and_lists_that_were_used(
    database: Database, clock
) -> None:
    song = await placed(database)
    await database.library.toggle_subscription(song.id, MAX, 10)
    await database.privacy.purge(365)
    assert (await fetched(database, song.id)).reply == REPLY
    clock.time = NOW + timedelta(minutes=16)
    await database.privacy.purge(365)
    assert (await fetched(database, song.id)).reply.token is None
    assert await database.songs.subscribers(song.id) == [MAX]
    await database.songs.mark_failed(song, WORKER, FailureReason.FAILED, None, NOW)
    await database.songs.mark_delivered(song, WORKER, REPLY, NOW)
    await database.privacy.purge(365)
    assert await database.songs.subscribers(song.id) == []
