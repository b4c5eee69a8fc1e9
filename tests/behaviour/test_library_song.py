"""Opening a song from the library and posting it: only what one may see, on every press."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any

import pytest

import songbot.delivery.links as links
from songbot.media.downloader import MediaFile, SongFiles
from songbot.songs.models import Delivery, Reason, Reply, Song
from songbot.songs.orders import Accepted, Order

from .environment import House
from .test_library import a_song, button, library, restart, text_of, titles

pytestmark = pytest.mark.settings(server_songs_per_day=1000, member_songs_per_day=1000)

MP3 = MediaFile("midnight.mp3", b"ID3" + bytes(100))


@pytest.fixture(autouse=True)
def all_links_live(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked of the network."""

    async def none(*_: object) -> frozenset[str]:
        return frozenset()

    monkeypatch.setattr(links.LinkProbe, "dead", none)


@asynccontextmanager
async def an_mp3(_song: Song, _limit: int) -> Any:
    yield SongFiles(audio=MP3)


async def opened(house: House, who: Any, page: Any, song: Song) -> Any:
    """What choosing the song brings, seen by the person alone."""
    result = await who.select(page, [str(song.id)])
    message = result.response or result.followups[-1]
    assert message.ephemeral
    return message


def labels(message: Any) -> list[str]:
    return [part["label"] for row in message.components for part in row["components"]]


async def stored(house: House, song: Song) -> Song:
    found = await house.database.songs.song(song.id)
    assert found is not None
    return found


async def forge(who: Any, message: Any, song: Song) -> Any:
    """Presses `Post here` for another song than the one on the message."""
    message._message.components[-1]["components"][-1]["custom_id"] = f"song:v1:post:{song.id}"
    return await who.click(message, label="Post here")


async def test_a_song_is_opened_with_its_card_and_all_buttons(house: House):
    song = await a_song(house, house.ann)
    card = await opened(house, house.ann, await library(house, house.ann), song)
    assert card.embeds[0].title == "Midnight Grid"
    assert labels(card) == ["Listen", "Another take", "Remix", "Save", "Delete", "Post here"]


async def test_a_song_is_opened_after_a_restart(house: House):
    song = await a_song(house, house.ann)
    page = await library(house, house.ann)
    await restart(house)
    card = await opened(house, house.ann, page, song)
    assert card.embeds[0].title == "Midnight Grid"


async def test_post_here_shows_the_card_to_the_channel(house: House):
    song = await a_song(house, house.ann, private=True)
    card = await opened(house, house.ann, await library(house, house.ann), song)
    result = await house.ann.click(card, label="Post here")
    (posted,) = result.followups
    assert not posted.ephemeral
    assert posted.embeds[0].title == "Midnight Grid"
    assert labels(posted) == ["Listen", "Another take", "Remix", "Save", "Delete"]


async def test_pressing_post_here_twice_fast_posts_one_card(house: House):
    song = await a_song(house, house.ann)
    card = await opened(house, house.ann, await library(house, house.ann), song)
    presses = [await house.ann.click(card, label="Post here") for _ in range(3)]
    assert [len(press.followups) for press in presses] == [1, 0, 0]
    assert all(press.acknowledged for press in presses)


async def test_when_discord_does_not_take_the_post_it_is_said_and_can_be_pressed_again(house: House):
    song = await a_song(house, house.ann)
    card = await opened(house, house.ann, await library(house, house.ann), song)
    house.env.inject_error("POST", "/webhooks/*", status=403, code=50013, times=2)
    result = await house.ann.click(card, label="Post here")
    assert [message.content for message in result.followups if message.embeds] == []
    assert "try again" in result.followups[0].content
    assert (await house.ann.click(card, label="Post here")).followups[0].embeds


async def test_another_member_opens_and_posts_what_was_made_publicly_here(house: House):
    song = await a_song(house, house.ann)
    card = await opened(house, house.max, await library(house, house.max, of=house.ann), song)
    result = await house.max.click(card, label="Post here")
    assert not result.followups[0].ephemeral


async def test_a_forged_press_posts_no_private_song_and_none_of_another_server(house: House):
    page_song = await a_song(house, house.max)
    hidden = [
        await a_song(house, house.ann, "Private", private=True),
        await a_song(house, house.ann, "Elsewhere", guild_id=house.guild.id + 1),
        await a_song(house, house.ann, "Direct", guild_id=None, quota_guild_id=None),
    ]
    card = await opened(house, house.max, await library(house, house.max), page_song)
    for song in hidden:
        result = await forge(house.max, card, song)
        (answer,) = result.followups
        assert answer.ephemeral
        assert "Only songs of your own" in answer.content
        assert not answer.embeds


async def test_a_forged_choice_opens_nothing_that_is_not_to_be_seen(house: House):
    await a_song(house, house.max)
    private = await a_song(house, house.ann, "Private", private=True)
    page = await library(house, house.max)
    for value in (str(private.id), "9" * 30, "../1", "999"):
        page._message.components[0]["components"][0]["options"][0]["value"] = value
        result = await house.max.select(page, [value])
        answer = result.response or result.followups[0]
        assert answer.ephemeral
        assert answer.content
        assert not answer.embeds


async def test_a_saved_song_of_another_server_is_opened_but_not_posted_here(house: House):
    song = await a_song(house, house.ann, guild_id=house.guild.id + 1)
    await house.database.library.toggle_saved(house.max.id, song.id)
    page = await library(house, house.max, saved=True)
    assert titles(page) == ["Midnight Grid ⭐"]
    assert "Post here" not in labels(await opened(house, house.max, page, song))


async def test_a_song_that_was_deleted_meanwhile_is_gone(house: House):
    song = await a_song(house, house.ann)
    page = await library(house, house.ann)
    card = await opened(house, house.ann, page, song)
    await house.database.library.mark_deleted(song.id)
    assert "any more" in text_of(await opened(house, house.ann, page, song))
    result = await house.ann.click(card, label="Post here")
    assert "any more" in result.followups[0].content


async def test_an_undeliverable_song_is_marked_and_delivered_by_opening_it(house: House):
    song = await a_song(house, house.ann, delivered=False)
    house.app.bot.get_cog("library")._song._files_of = an_mp3
    page = await library(house, house.ann)
    assert titles(page) == ["Midnight Grid 📭"]
    assert "open it" in text_of(page)
    card = await opened(house, house.ann, page, song)
    assert [file.filename for file in card.attachments] == ["midnight.mp3"]
    assert (await stored(house, song)).delivery is Delivery.DELIVERED
    assert titles(await library(house, house.ann)) == ["Midnight Grid"]


async def test_opening_anothers_undeliverable_song_does_not_deliver_it(house: House):
    song = await a_song(house, house.ann, delivered=False)
    await opened(house, house.max, await library(house, house.max, of=house.ann), song)
    assert (await stored(house, song)).delivery is Delivery.UNDELIVERABLE


async def test_a_card_that_discord_does_not_take_leaves_the_song_undelivered(house: House):
    song = await a_song(house, house.ann, delivered=False)
    page = await library(house, house.ann)
    house.env.inject_error("POST", "/webhooks/*", status=403, code=50013, times=3)
    result = await house.ann.select(page, [str(song.id)])
    assert all(not message.embeds for message in [*result.followups, result.response] if message)
    assert (await stored(house, song)).delivery is Delivery.UNDELIVERABLE


async def test_files_that_are_too_large_are_left_out_of_a_posted_card(house: House):
    song = await a_song(house, house.ann)
    house.app.bot.get_cog("library")._song._files_of = an_mp3
    card = await opened(house, house.ann, await library(house, house.ann), song)
    house.env.inject_error("POST", "/webhooks/*", status=413, code=40005)
    result = await house.ann.click(card, label="Post here")
    (posted,) = result.followups
    assert posted.attachments == []
    assert button(posted, "Listen")["url"]


async def test_dead_links_become_those_of_the_cards_attachments_when_opened_and_exported(house: House):
    async def all_of_them(urls: Any) -> frozenset[str]:
        return frozenset(urls)

    songs = house.app.bot.get_cog("library")._song
    songs._files_of, songs._links._dead_of = an_mp3, all_of_them
    first = await a_song(house, house.ann)
    card = await opened(house, house.ann, await library(house, house.ann), first)
    posted = (await house.ann.click(card, label="Post here")).followups[0]
    reply = Reply(house.channel.id, posted.id)
    song = await a_song(house, house.ann, "Old", reply=reply)
    fresh = posted.attachments[0].url
    card = await opened(house, house.ann, await library(house, house.ann), song)
    assert button(card, "Listen")["url"] == fresh
    (file,) = (await library(house, house.ann, search="old", export=True)).attachments
    assert fresh in (await file.read()).decode().splitlines()


async def test_a_failure_that_could_not_be_told_waits_in_the_library_until_it_is_opened(house: House):
    songs, worker, now = house.database.songs, "some-time-ago", house.env.now()
    order = Order("lost", house.ann.id, "rain", private=False, reply=Reply(house.channel.id))
    outcome = await songs.place(order, worker, now)
    assert isinstance(outcome, Accepted)
    song = outcome.song
    await songs.fail(song.id, worker, Reason.FAILED, None, now)
    await songs.undeliverable(song.id, worker, now)
    assert titles(await library(house, house.max, of=house.ann)) == []
    page = await library(house, house.ann)
    assert titles(page) == ["This song could not be made 📭"]
    told = await opened(house, house.ann, page, song)
    assert "try again" in text_of(told)
    assert labels(told) == ["Try again"]
    assert titles(await library(house, house.ann)) == []
