"""Test opening a song from the library and posting it. Every press checks what the person may see."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any

import pytest

from songbot.media.downloader import MediaFile, SongFiles
from songbot.media.link_checker import LinkChecker
from songbot.songs.models import DeliveryState, FailureReason, ReplyTarget, Song
from songbot.songs.orders import Accepted, Order

from .environment import BotEnvironment
from .library import a_song, button, library, restart, text_of, titles

pytestmark = pytest.mark.settings(server_songs_per_day=1000, member_songs_per_day=1000)

MP3 = MediaFile("midnight.mp3", b"ID3" + bytes(100))


@pytest.fixture(autouse=True)
def all_links_live(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check no links on the network."""

    async def none(*_: object) -> frozenset[str]:
        return frozenset()

    monkeypatch.setattr(LinkChecker, "find_dead", none)


@asynccontextmanager
async def an_mp3(_song: Song, _limit: int) -> Any:
    yield SongFiles(audio=MP3)


async def opened(bot_env: BotEnvironment, who: Any, page: Any, song: Song) -> Any:
    """Return the message with the song, which only the person sees."""
    result = await who.click(page, custom_id=f"library:v1:play:{song.id}")
    message = result.response or result.followups[-1]
    assert message.ephemeral
    return message


def labels(message: Any) -> list[str]:
    return [part["label"] for row in message.components for part in row["components"]]


async def stored(bot_env: BotEnvironment, song: Song) -> Song:
    found = await bot_env.database.songs.get(song.id)
    assert found is not None
    return found


async def forge(who: Any, message: Any, song: Song) -> Any:
    """Press `Post here` for another song than the one in the message."""
    message._message.components[-1]["components"][-1]["custom_id"] = f"song:v1:post:{song.id}"
    return await who.click(message, label="Post here")


async def test_a_song_is_opened_with_its_card_and_all_buttons(bot_env: BotEnvironment):
    song = await a_song(bot_env, bot_env.ann)
    card = await opened(bot_env, bot_env.ann, await library(bot_env, bot_env.ann), song)
    assert card.embeds[0].title == "Midnight Grid"
    assert labels(card) == ["Another take", "Listen", "Remix (edit prompt)", "Save", "Delete", "Post here"]


async def test_a_song_is_opened_after_a_restart(bot_env: BotEnvironment):
    song = await a_song(bot_env, bot_env.ann)
    page = await library(bot_env, bot_env.ann)
    await restart(bot_env)
    card = await opened(bot_env, bot_env.ann, page, song)
    assert card.embeds[0].title == "Midnight Grid"


async def test_post_here_shows_the_card_to_the_channel(bot_env: BotEnvironment):
    song = await a_song(bot_env, bot_env.ann, private=True)
    card = await opened(bot_env, bot_env.ann, await library(bot_env, bot_env.ann), song)
    result = await bot_env.ann.click(card, label="Post here")
    (posted,) = result.followups
    assert not posted.ephemeral
    assert posted.embeds[0].title == "Midnight Grid"
    assert labels(posted) == ["Another take", "Listen", "Remix (edit prompt)", "Save", "Delete"]


async def test_pressing_post_here_twice_fast_posts_one_card(bot_env: BotEnvironment):
    song = await a_song(bot_env, bot_env.ann)
    card = await opened(bot_env, bot_env.ann, await library(bot_env, bot_env.ann), song)
    presses = [await bot_env.ann.click(card, label="Post here") for _ in range(3)]
    assert [len(press.followups) for press in presses] == [1, 0, 0]
    assert all(press.acknowledged for press in presses)


async def test_when_discord_does_not_take_the_post_it_is_said_and_can_be_pressed_again(
    bot_env: BotEnvironment,
):
    song = await a_song(bot_env, bot_env.ann)
    card = await opened(bot_env, bot_env.ann, await library(bot_env, bot_env.ann), song)
    bot_env.env.inject_error("POST", "/webhooks/*", status=403, code=50013, times=1)
    result = await bot_env.ann.click(card, label="Post here")
    assert [message.content for message in result.followups if message.embeds] == []
    assert "try again" in result.followups[0].content
    assert (await bot_env.ann.click(card, label="Post here")).followups[0].embeds


async def test_another_member_opens_and_posts_what_was_made_publicly_here(bot_env: BotEnvironment):
    song = await a_song(bot_env, bot_env.ann)
    card = await opened(bot_env, bot_env.max, await library(bot_env, bot_env.max, of=bot_env.ann), song)
    result = await bot_env.max.click(card, label="Post here")
    assert not result.followups[0].ephemeral


async def test_a_forged_press_posts_no_private_song_and_none_of_another_server(bot_env: BotEnvironment):
    page_song = await a_song(bot_env, bot_env.max)
    hidden = [
        await a_song(bot_env, bot_env.ann, "Private", private=True),
        await a_song(bot_env, bot_env.ann, "Elsewhere", guild_id=bot_env.guild.id + 1),
        await a_song(bot_env, bot_env.ann, "Direct", guild_id=None, quota_guild_id=None),
    ]
    card = await opened(bot_env, bot_env.max, await library(bot_env, bot_env.max), page_song)
    for song in hidden:
        result = await forge(bot_env.max, card, song)
        (answer,) = result.followups
        assert answer.ephemeral
        assert "You can only post your own songs" in answer.content
        assert not answer.embeds


async def test_a_forged_choice_opens_nothing_that_is_not_to_be_seen(bot_env: BotEnvironment):
    await a_song(bot_env, bot_env.max)
    private = await a_song(bot_env, bot_env.ann, "Private", private=True)
    page = await library(bot_env, bot_env.max)
    for value in (str(private.id), "9" * 30, "../1", "999"):
        forged = page._message.components[0]["components"][0]["custom_id"] = f"library:v1:play:{value}"
        result = await bot_env.max.click(page, custom_id=forged)
        answer = result.response or result.followups[0]
        assert answer.ephemeral
        assert answer.content
        assert not answer.embeds


async def test_a_saved_song_of_a_server_that_the_bot_has_left_is_hidden(bot_env: BotEnvironment):
    song = await a_song(bot_env, bot_env.ann, guild_id=bot_env.guild.id + 1)
    await bot_env.database.library.toggle_saved(bot_env.max.id, song.id)
    assert titles(await library(bot_env, bot_env.max, saved=True)) == []


async def test_a_song_that_was_deleted_meanwhile_is_gone(bot_env: BotEnvironment):
    song = await a_song(bot_env, bot_env.ann)
    page = await library(bot_env, bot_env.ann)
    card = await opened(bot_env, bot_env.ann, page, song)
    await bot_env.database.library.mark_deleted(song.id)
    assert "has been deleted" in text_of(await opened(bot_env, bot_env.ann, page, song))
    result = await bot_env.ann.click(card, label="Post here")
    assert "has been deleted" in result.followups[0].content


async def test_an_undeliverable_song_is_marked_and_delivered_by_opening_it(bot_env: BotEnvironment):
    song = await a_song(bot_env, bot_env.ann, delivered=False)
    bot_env.app.bot.get_cog("library")._song._fetch_files = an_mp3
    page = await library(bot_env, bot_env.ann)
    assert titles(page) == ["Midnight Grid 📭"]
    assert "open it" in text_of(page)
    card = await opened(bot_env, bot_env.ann, page, song)
    assert [file.filename for file in card.attachments] == ["midnight.mp3"]
    assert (await stored(bot_env, song)).delivery is DeliveryState.DELIVERED
    assert titles(await library(bot_env, bot_env.ann)) == ["Midnight Grid"]


async def test_opening_anothers_undeliverable_song_does_not_deliver_it(bot_env: BotEnvironment):
    song = await a_song(bot_env, bot_env.ann, delivered=False)
    await opened(bot_env, bot_env.max, await library(bot_env, bot_env.max, of=bot_env.ann), song)
    assert (await stored(bot_env, song)).delivery is DeliveryState.UNDELIVERABLE


async def test_a_card_that_discord_does_not_take_leaves_the_song_undelivered(bot_env: BotEnvironment):
    song = await a_song(bot_env, bot_env.ann, delivered=False)
    page = await library(bot_env, bot_env.ann)
    bot_env.env.inject_error("PATCH", "/webhooks/*", status=403, code=50013, times=3)
    result = await bot_env.ann.click(page, custom_id=f"library:v1:play:{song.id}")
    assert all(not message.embeds for message in [*result.followups, result.response] if message)
    assert (await stored(bot_env, song)).delivery is DeliveryState.UNDELIVERABLE


async def test_files_that_are_too_large_are_left_out_of_a_posted_card(bot_env: BotEnvironment):
    song = await a_song(bot_env, bot_env.ann)
    bot_env.app.bot.get_cog("library")._song._fetch_files = an_mp3
    card = await opened(bot_env, bot_env.ann, await library(bot_env, bot_env.ann), song)
    bot_env.env.inject_error("POST", "/webhooks/*", status=413, code=40005)
    result = await bot_env.ann.click(card, label="Post here")
    (posted,) = result.followups
    assert posted.attachments == []
    assert button(posted, "Listen")["url"]


async def test_dead_links_become_those_of_the_cards_attachments_when_opened_and_exported(
    bot_env: BotEnvironment,
):
    async def all_of_them(urls: Any) -> frozenset[str]:
        return frozenset(urls)

    songs = bot_env.app.bot.get_cog("library")._song
    songs._fetch_files, songs._links._find_dead = an_mp3, all_of_them
    first = await a_song(bot_env, bot_env.ann)
    card = await opened(bot_env, bot_env.ann, await library(bot_env, bot_env.ann), first)
    posted = (await bot_env.ann.click(card, label="Post here")).followups[0]
    reply = ReplyTarget(bot_env.channel.id, posted.id)
    song = await a_song(bot_env, bot_env.ann, "Old", reply=reply)
    fresh = posted.attachments[0].url
    card = await opened(bot_env, bot_env.ann, await library(bot_env, bot_env.ann), song)
    assert button(card, "Listen")["url"] == fresh
    (file,) = (await library(bot_env, bot_env.ann, search="old", export=True)).attachments
    assert fresh in (await file.read()).decode().splitlines()


async def test_a_failure_that_could_not_be_told_waits_in_the_library_until_it_is_opened(
    bot_env: BotEnvironment,
):
    songs, worker_id, now = bot_env.database.songs, "some-time-ago", bot_env.env.now()
    order = Order("lost", bot_env.ann.id, "rain", private=False, reply=ReplyTarget(bot_env.channel.id))
    outcome = await songs.create(order, now)
    assert isinstance(outcome, Accepted)
    song = outcome.song
    await songs.mark_failed(song, worker_id, FailureReason.FAILED, None, now)
    await songs.mark_undeliverable(song, worker_id, now)
    assert titles(await library(bot_env, bot_env.max, of=bot_env.ann)) == []
    page = await library(bot_env, bot_env.ann)
    assert titles(page) == ["Couldn't make this song 📭"]
    told = await opened(bot_env, bot_env.ann, page, song)
    assert "try again" in text_of(told)
    assert labels(told) == ["Try again"]
    assert titles(await library(bot_env, bot_env.ann)) == []
