"""/library as people use it: finding songs again, page by page, and seeing only what is theirs to see."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from songbot.app import build
from songbot.songs.models import Reply, Result, Song
from songbot.songs.orders import Accepted, Order
from songbot.songs.ports import StoreUnavailable

from .environment import RESULT, House

pytestmark = pytest.mark.settings(server_songs_per_day=1000, member_songs_per_day=1000)

_keys = itertools.count(1)


async def a_song(
    house: House,
    who: Any,
    title: str = "Midnight Grid",
    *,
    prompt: str = "rain",
    result: Result = RESULT,
    delivered: bool = True,
    **changes: Any,
) -> Song:
    """A song made some time ago in the server, with the card in its general channel."""
    songs, worker, now = house.database.songs, "some-time-ago", house.env.now()
    plain = Order(
        key=f"made-{next(_keys)}",
        user_id=who.id,
        prompt=prompt,
        private=False,
        reply=Reply(house.channel.id),
        guild_id=house.guild.id,
        quota_guild_id=house.guild.id,
    )
    outcome = await songs.place(replace(plain, **changes), worker, now)
    assert isinstance(outcome, Accepted), outcome
    song_id = outcome.song.id
    await songs.admit(worker, 1000, 1000, now)
    await songs.submitted(song_id, f"job-{song_id}")
    await songs.complete(song_id, worker, replace(result, title=title), now)
    if delivered:
        await songs.delivered(song_id, worker, outcome.song.reply, now)
    else:
        await songs.undeliverable(song_id, worker, now)
    song = await songs.song(song_id)
    assert song is not None
    return song


async def restart(house: House) -> None:
    """Another process takes over, with the same database and none of the old one's memory."""
    await house.app.stop()
    house.app = await build(house.app._parts)
    await house.env.restart_bot(house.app.bot)


def titles(message: Any) -> list[str]:
    return [field.name for field in message.embeds[0].fields]


def text_of(message: Any) -> str:
    embeds = [embed.description or "" for embed in message.embeds]
    return "\n".join([message.content, *embeds])


def button(message: Any, label: str) -> dict[str, Any]:
    found = [part for row in message.components for part in row["components"] if part.get("label") == label]
    assert len(found) == 1, found
    return found[0]


async def library(house: House, who: Any, **options: Any) -> Any:
    """What the person is shown, and nobody else."""
    result = await who.slash(house.channel, "library", **options)
    assert result.ephemeral
    return result.response or result.followups[0]


async def turn(who: Any, message: Any, label: str) -> Any:
    result = await who.click(message, label=label)
    return result.response or message


async def test_an_empty_library_says_how_to_fill_it(house: House):
    assert "/song" in text_of(await library(house, house.ann))
    assert "Save" in text_of(await library(house, house.ann, saved=True))


async def test_twelve_songs_are_paged_by_five_there_and_back(house: House):
    for number in range(1, 13):
        await a_song(house, house.ann, f"Song {number}")
    page = await library(house, house.ann)
    assert titles(page) == [f"Song {number}" for number in (12, 11, 10, 9, 8)]
    assert button(page, "Newer")["disabled"]
    await turn(house.ann, page, "Older")
    assert titles(page) == [f"Song {number}" for number in (7, 6, 5, 4, 3)]
    await turn(house.ann, page, "Older")
    assert titles(page) == ["Song 2", "Song 1"]
    assert button(page, "Older")["disabled"]
    await turn(house.ann, page, "Newer")
    assert titles(page) == [f"Song {number}" for number in (7, 6, 5, 4, 3)]
    await a_song(house, house.ann, "Song 13")
    await turn(house.ann, page, "Newer")
    assert titles(page) == [f"Song {number}" for number in (12, 11, 10, 9, 8)]
    await turn(house.ann, page, "Newer")
    assert titles(page) == [f"Song {number}" for number in (13, 12, 11, 10, 9)]


async def test_a_search_and_a_shelf_are_kept_while_turning_pages(house: House):
    search = "rain bpm:100-90 " + "la " * 28
    for number in range(7):
        await a_song(house, house.ann, f"Wet {number}", prompt="rain la", result=replace(RESULT, bpm=95))
        await a_song(house, house.ann, f"Dry {number}", prompt="la sun", result=replace(RESULT, bpm=95))
        await a_song(house, house.ann, f"Fast {number}", prompt="rain la")
    page = await library(house, house.ann, search=search)
    assert titles(page) == [f"Wet {number}" for number in (6, 5, 4, 3, 2)]
    await turn(house.ann, page, "Older")
    assert titles(page) == ["Wet 1", "Wet 0"]
    await turn(house.ann, page, "Newer")
    assert titles(page) == [f"Wet {number}" for number in (6, 5, 4, 3, 2)]


async def test_pages_are_turned_after_a_restart(house: House):
    for number in range(1, 7):
        await a_song(house, house.ann, f"Song {number}", prompt="over *rain*")
    page = await library(house, house.ann, search="*rain*")
    await restart(house)
    await turn(house.ann, page, "Older")
    assert titles(page) == ["Song 1"]


async def test_words_are_found_in_title_tags_and_prompt_and_a_tempo_by_its_range(house: House):
    await a_song(house, house.ann, "Velvet Dusk", prompt="a slow waltz", result=replace(RESULT, bpm=92))
    await a_song(house, house.ann, "Midnight Grid", prompt="trap about rain")
    assert titles(await library(house, house.ann, search="VELVET")) == ["Velvet Dusk"]
    assert titles(await library(house, house.ann, search="808s rain")) == ["Midnight Grid"]
    assert titles(await library(house, house.ann, search="bpm:90-120")) == ["Velvet Dusk"]
    assert titles(await library(house, house.ann, search="bpm:140")) == ["Midnight Grid"]
    nothing = await library(house, house.ann, search="@everyone **polka**")
    assert "Nothing found" in text_of(nothing)
    assert "@everyone" not in text_of(nothing)


async def test_of_another_member_only_what_was_made_publicly_here_is_seen(house: House):
    await a_song(house, house.ann, "Public here")
    await a_song(house, house.ann, "Private", private=True)
    await a_song(house, house.ann, "Elsewhere", guild_id=house.guild.id + 1)
    await a_song(house, house.ann, "By direct message", guild_id=None, quota_guild_id=None)
    assert titles(await library(house, house.max, of=house.ann)) == ["Public here"]
    own = ["By direct message", "Elsewhere", "Private 🔒", "Public here"]
    assert titles(await library(house, house.ann)) == own
    assert titles(await library(house, house.ann, of=house.ann)) == own
    assert "no songs" in text_of(await library(house, house.ann, of=house.max))


async def test_turning_a_page_of_anothers_songs_shows_no_more_than_the_first_did(house: House):
    for number in range(6):
        await a_song(house, house.ann, f"Public {number}")
        await a_song(house, house.ann, f"Private {number}", private=True)
    page = await library(house, house.max, of=house.ann)
    await turn(house.max, page, "Older")
    assert titles(page) == ["Public 0"]


async def test_of_another_member_is_kindly_refused_in_direct_messages(house: House):
    result = await house.ann.user.slash("library", of=house.max.user)
    assert "in a server, so use it in one" in text_of(result.response)


async def test_of_and_saved_together_are_refused(house: House):
    assert "one of them" in text_of(await library(house, house.ann, of=house.max, saved=True))


async def test_the_saved_shelf_has_what_was_saved_and_is_marked_everywhere(house: House):
    kept = await a_song(house, house.ann, "Kept")
    await a_song(house, house.ann, "Not kept")
    await house.database.library.toggle_saved(house.ann.id, kept.id)
    assert titles(await library(house, house.ann, saved=True)) == ["Kept ⭐"]
    assert titles(await library(house, house.ann)) == ["Not kept", "Kept ⭐"]


async def test_a_library_works_in_direct_messages(house: House):
    await a_song(house, house.ann, "Mine", private=True)
    result = await house.ann.user.slash("library")
    assert titles(result.response) == ["Mine 🔒"]


async def test_an_export_is_a_playlist_of_what_the_search_finds(house: House):
    for number in range(130):
        await a_song(house, house.ann, f"Song {number}", prompt="rain")
    await a_song(house, house.ann, "Other", prompt="sun")
    message = await library(house, house.ann, search="rain", export=True)
    (file,) = message.attachments
    lines = (await file.read()).decode().splitlines()
    assert file.filename == "library.m3u8"
    assert lines[:3] == ["#EXTM3U", "#EXTINF:167,Song 129", RESULT.song_url]
    assert len(lines) == 1 + 2 * 130
    assert "130 songs" in message.content


async def test_an_export_of_nothing_says_so(house: House):
    message = await library(house, house.ann, export=True)
    assert "/song" in message.content
    assert message.attachments == []


async def test_the_database_being_away_is_told(house: House):
    for number in range(6):
        await a_song(house, house.ann, f"Song {number}")
    page = await library(house, house.ann)
    house.app.bot.get_cog("library")._library = Broken()
    result = await house.ann.click(page, label="Older")
    assert "database" in result.followups[0].content
    assert result.followups[0].ephemeral


class Broken:
    """A database that is away."""

    def __getattr__(self, _name: str) -> Any:
        async def fail(*_: object, **__: object) -> None:
            raise StoreUnavailable("for this test")

        return fail
