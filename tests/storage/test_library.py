from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from songbot.songs.library import LibraryPage, LibraryScope, Search, parse_search
from songbot.songs.models import DeliveryState, ReplyTarget
from songbot.storage import Database
from tests.storage.builders import (
    ANN,
    CHANNEL,
    DAY,
    EVE,
    GUILD,
    MAX,
    NOW,
    OTHER_GUILD,
    REPLY,
    RESULT,
    WORKER,
    completed,
    direct_order,
    fetched,
    placed,
)

OWN = LibraryScope(ANN, ANN)


def ids(page: LibraryPage) -> list[int]:
    return [entry.song.id for entry in page.entries]


async def finds(database: Database, text: str, scope: LibraryScope = OWN) -> list[int]:
    return ids(await database.library.page(scope, parse_search(text)))


@pytest.fixture
def operator_limits(operator_limits):
    return replace(operator_limits, member=100)


async def test_pages_are_turned_by_key_newest_first(database: Database) -> None:
    songs = [(await completed(database)).id for _ in range(12)][::-1]
    library = database.library
    first = await library.page(OWN, Search())
    assert (ids(first), first.newer, first.older) == (songs[:5], False, True)
    second = await library.page(OWN, Search(), older_than=songs[4])
    assert (ids(second), second.newer, second.older) == (songs[5:10], True, True)
    last = await library.page(OWN, Search(), older_than=songs[9])
    assert (ids(last), last.newer, last.older) == (songs[10:], True, False)
    back = await library.page(OWN, Search(), newer_than=songs[10])
    assert (ids(back), back.newer, back.older) == (songs[5:10], True, True)
    front = await library.page(OWN, Search(), newer_than=songs[5])
    assert (ids(front), front.newer, front.older) == (songs[:5], False, True)


async def test_only_finished_songs_that_were_not_deleted_are_there(database: Database) -> None:
    await placed(database)
    kept, deleted, lost = [await completed(database) for _ in range(3)]
    assert await database.library.mark_deleted(deleted.id)
    assert not await database.library.mark_deleted(deleted.id)
    await database.songs.mark_undeliverable(lost, WORKER, NOW)
    page = await database.library.page(OWN, Search())
    assert ids(page) == [lost.id, kept.id]
    assert page.entries[0].song.delivery is DeliveryState.UNDELIVERABLE


async def test_words_are_looked_for_in_title_tags_and_prompt_whatever_their_case(database: Database) -> None:
    first = (await completed(database, prompt="Ein Lied über REGEN")).id
    russian = replace(RESULT, title="Полночь", tags=("50%_off",), bpm=95.0)
    second = (await completed(database, prompt="a waltz", result=russian)).id
    assert await finds(database, "midnight synthWAVE regen") == [first]
    assert await finds(database, "über") == [first]
    assert await finds(database, "полночь WALTZ") == [second]
    assert await finds(database, "50%_") == [second]
    assert await finds(database, "5_%") == []
    assert await finds(database, "waltz midnight") == []
    assert await finds(database, "bpm:120-121") == [first]
    assert await finds(database, "bpm:95") == [second]
    assert await finds(database, "") == [second, first]


async def test_of_others_only_what_they_made_publicly_here_is_shown(database: Database) -> None:
    here = await completed(database, MAX)
    await completed(database, MAX, private=True)
    await completed(database, MAX, guild_id=OTHER_GUILD)
    await completed(database, MAX, **vars_of_dm())
    scope = LibraryScope(ANN, MAX, GUILD)
    channel = here.reply.channel_id
    assert await database.library.channels(scope) == [(GUILD, channel)]
    assert await finds(database, "", scope) == [], "in no channel that the viewer may view"
    assert await finds(database, "", replace(scope, channel_ids=frozenset({channel}))) == [here.id]
    assert await finds(database, "", replace(scope, channel_ids=frozenset({channel + 1}))) == []
    assert await database.library.channels(LibraryScope(ANN, MAX, None)) == []
    assert await finds(database, "", LibraryScope(ANN, MAX, None, channel_ids=frozenset({channel}))) == []
    assert len(await finds(database, "", LibraryScope(MAX, MAX, None))) == 4


async def test_a_card_that_went_to_a_dm_is_found_by_the_channel_it_was_requested_in(
    database: Database,
) -> None:
    song = await completed(database, MAX)
    direct = ReplyTarget(CHANNEL + 1, 77)
    assert await database.songs.mark_delivered(song, WORKER, direct, NOW)
    stored = await fetched(database, song.id)
    assert (stored.reply.channel_id, stored.requested_in) == (CHANNEL + 1, CHANNEL)
    scope = LibraryScope(ANN, MAX, GUILD)
    assert await database.library.channels(scope) == [(GUILD, CHANNEL)]
    assert await finds(database, "", replace(scope, channel_ids=frozenset({CHANNEL}))) == [song.id]
    assert await finds(database, "", replace(scope, channel_ids=frozenset({CHANNEL + 1}))) == []


async def test_a_card_in_its_own_channel_has_no_other_origin(database: Database) -> None:
    song = await completed(database, MAX)
    assert await database.songs.mark_delivered(song, WORKER, replace(REPLY, message_id=77), NOW)
    stored = await fetched(database, song.id)
    assert (stored.origin_channel_id, stored.requested_in) == (None, CHANNEL)


def vars_of_dm() -> dict[str, None]:
    plain = direct_order()
    return {"guild_id": plain.guild_id, "quota_guild_id": plain.quota_guild_id}


async def test_a_song_is_saved_and_taken_out_by_the_same_press(database: Database) -> None:
    song = await completed(database, MAX)
    library = database.library
    assert await library.toggle_saved(ANN, song.id)
    assert await library.is_saved(ANN, song.id)
    assert not await library.is_saved(MAX, song.id)
    assert not await library.toggle_saved(ANN, song.id)
    assert not await library.is_saved(ANN, song.id)
    assert not await library.toggle_saved(ANN, 404)


async def test_the_saved_shelf_has_what_the_viewer_may_still_see(database: Database) -> None:
    own = await completed(database, ANN, private=True)
    public = await completed(database, MAX)
    hidden = await completed(database, MAX, private=True)
    await completed(database, ANN)
    for song in (own, public, hidden):
        await database.library.toggle_saved(ANN, song.id)
    channels = frozenset(
        {channel for _, channel in await database.library.channels(replace(OWN, saved=True))}
    )
    page = await database.library.page(replace(OWN, saved=True, channel_ids=channels), Search())
    assert ids(page) == [public.id, own.id]
    assert all(entry.saved for entry in page.entries)
    everything = await database.library.page(OWN, Search())
    assert [entry.saved for entry in everything.entries] == [False, True]


async def test_a_person_goes_on_and_off_the_list_of_those_to_mention(database: Database, clock) -> None:
    song = await placed(database)
    library = database.library
    assert await library.toggle_subscription(song.id, MAX, 2) is True
    clock.time += DAY
    assert await library.toggle_subscription(song.id, ANN, 2) is True
    assert await library.toggle_subscription(song.id, EVE, 2) is None
    assert await database.songs.subscribers(song.id) == [MAX, ANN]
    assert await library.toggle_subscription(song.id, MAX, 2) is False
    assert await database.songs.subscribers(song.id) == [ANN]


async def test_of_many_who_press_at_once_no_more_than_fit_are_on_the_list(database: Database) -> None:
    song = await placed(database)
    presses = (database.library.toggle_subscription(song.id, person, 3) for person in range(1, 11))
    assert sorted(map(str, await asyncio.gather(*presses))) == ["None"] * 7 + ["True"] * 3


async def test_nobody_is_put_on_the_list_of_a_finished_song(database: Database) -> None:
    song = await completed(database)
    assert await database.library.toggle_subscription(song.id, MAX, 10) is None
    assert await database.library.toggle_subscription(404, MAX, 10) is None


async def test_an_undeliverable_song_is_delivered_by_opening_it(database: Database, clock) -> None:
    song, pending = await completed(database), await completed(database)
    await database.songs.mark_undeliverable(song, WORKER, NOW)
    clock.time = NOW + DAY
    for song_id in (song.id, pending.id):
        await database.library.mark_redelivered(song_id)
    opened = await fetched(database, song.id)
    assert (opened.delivery, opened.delivered_at) == (DeliveryState.DELIVERED, NOW + DAY)
    assert (await fetched(database, pending.id)).delivery is DeliveryState.PENDING


async def test_recent_prompts_are_ones_own_each_once_newest_first(database: Database) -> None:
    for prompt in ("Rain on tin", "a waltz", "rain on tin", "Rain on tin", "rainbow"):
        await placed(database, prompt=prompt)
    await placed(database, MAX, prompt="rain dance")
    found = await database.library.recent_prompts(ANN, "RAIN", 25)
    assert found == ["rainbow", "Rain on tin", "rain on tin"]
    assert await database.library.recent_prompts(ANN, "", 1) == ["rainbow"]
