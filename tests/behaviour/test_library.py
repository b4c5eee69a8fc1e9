"""/library as people use it: finding songs again, page by page, and seeing only what is theirs to see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from songbot.interactions.errors import UserFacingError
from songbot.songs.errors import StoreUnavailable
from tests.support.songs import RESULT

from .environment import BotEnvironment
from .library import a_song, button, library, restart, text_of, titles

pytestmark = pytest.mark.settings(server_songs_per_day=1000, member_songs_per_day=1000)


async def turn(who: Any, message: Any, label: str) -> Any:
    result = await who.click(message, label=label)
    return result.response or message


async def test_an_empty_library_says_how_to_fill_it(bot_env: BotEnvironment):
    assert "/song" in text_of(await library(bot_env, bot_env.ann))
    assert "Save" in text_of(await library(bot_env, bot_env.ann, saved=True))


async def test_twelve_songs_are_paged_by_five_there_and_back(bot_env: BotEnvironment):
    for number in range(1, 13):
        await a_song(bot_env, bot_env.ann, f"Song {number}")
    page = await library(bot_env, bot_env.ann)
    assert titles(page) == [f"Song {number}" for number in (12, 11, 10, 9, 8)]
    assert button(page, "Newer")["disabled"]
    await turn(bot_env.ann, page, "Older")
    assert titles(page) == [f"Song {number}" for number in (7, 6, 5, 4, 3)]
    await turn(bot_env.ann, page, "Older")
    assert titles(page) == ["Song 2", "Song 1"]
    assert button(page, "Older")["disabled"]
    await turn(bot_env.ann, page, "Newer")
    assert titles(page) == [f"Song {number}" for number in (7, 6, 5, 4, 3)]
    await a_song(bot_env, bot_env.ann, "Song 13")
    await turn(bot_env.ann, page, "Newer")
    assert titles(page) == [f"Song {number}" for number in (12, 11, 10, 9, 8)]
    await turn(bot_env.ann, page, "Newer")
    assert titles(page) == [f"Song {number}" for number in (13, 12, 11, 10, 9)]


async def test_a_search_and_a_shelf_are_kept_while_turning_pages(bot_env: BotEnvironment):
    search = "rain bpm:100-90 " + "la " * 28
    for number in range(7):
        await a_song(bot_env, bot_env.ann, f"Wet {number}", prompt="rain la", result=replace(RESULT, bpm=95))
        await a_song(bot_env, bot_env.ann, f"Dry {number}", prompt="la sun", result=replace(RESULT, bpm=95))
        await a_song(bot_env, bot_env.ann, f"Fast {number}", prompt="rain la")
    page = await library(bot_env, bot_env.ann, search=search)
    assert titles(page) == [f"Wet {number}" for number in (6, 5, 4, 3, 2)]
    await turn(bot_env.ann, page, "Older")
    assert titles(page) == ["Wet 1", "Wet 0"]
    await turn(bot_env.ann, page, "Newer")
    assert titles(page) == [f"Wet {number}" for number in (6, 5, 4, 3, 2)]


async def test_pages_are_turned_after_a_restart(bot_env: BotEnvironment):
    for number in range(1, 7):
        await a_song(bot_env, bot_env.ann, f"Song {number}", prompt="over *rain*")
    page = await library(bot_env, bot_env.ann, search="*rain*")
    await restart(bot_env)
    await turn(bot_env.ann, page, "Older")
    assert titles(page) == ["Song 1"]


async def test_words_are_found_in_title_tags_and_prompt_and_a_tempo_by_its_range(bot_env: BotEnvironment):
    await a_song(bot_env, bot_env.ann, "Velvet Dusk", prompt="a slow waltz", result=replace(RESULT, bpm=92))
    await a_song(bot_env, bot_env.ann, "Midnight Grid", prompt="trap about rain")
    assert titles(await library(bot_env, bot_env.ann, search="VELVET")) == ["Velvet Dusk"]
    assert titles(await library(bot_env, bot_env.ann, search="808s rain")) == ["Midnight Grid"]
    assert titles(await library(bot_env, bot_env.ann, search="bpm:90-120")) == ["Velvet Dusk"]
    assert titles(await library(bot_env, bot_env.ann, search="bpm:140")) == ["Midnight Grid"]
    nothing = await library(bot_env, bot_env.ann, search="@everyone **polka**")
    assert "No songs match" in text_of(nothing)
    assert "@everyone" not in text_of(nothing)


async def test_of_another_member_only_what_was_made_publicly_here_is_seen(bot_env: BotEnvironment):
    await a_song(bot_env, bot_env.ann, "Public here")
    await a_song(bot_env, bot_env.ann, "Private", private=True)
    await a_song(bot_env, bot_env.ann, "Elsewhere", guild_id=bot_env.guild.id + 1)
    await a_song(bot_env, bot_env.ann, "By direct message", guild_id=None, quota_guild_id=None)
    assert titles(await library(bot_env, bot_env.max, of=bot_env.ann)) == ["Public here"]
    own = ["By direct message", "Elsewhere", "Private 🔒", "Public here"]
    assert titles(await library(bot_env, bot_env.ann)) == own
    assert titles(await library(bot_env, bot_env.ann, of=bot_env.ann)) == own
    assert "no public songs" in text_of(await library(bot_env, bot_env.ann, of=bot_env.max))


async def test_turning_a_page_of_anothers_songs_shows_no_more_than_the_first_did(bot_env: BotEnvironment):
    for number in range(6):
        await a_song(bot_env, bot_env.ann, f"Public {number}")
        await a_song(bot_env, bot_env.ann, f"Private {number}", private=True)
    page = await library(bot_env, bot_env.max, of=bot_env.ann)
    await turn(bot_env.max, page, "Older")
    assert titles(page) == ["Public 0"]


async def test_of_another_member_is_kindly_refused_in_direct_messages(bot_env: BotEnvironment):
    result = await bot_env.ann.user.slash("library", of=bot_env.max.user)
    assert "only works in a server" in text_of(result.response)
    assert all(isinstance(error.__cause__, UserFacingError) for error in bot_env.env.errors)


async def test_of_and_saved_together_are_refused(bot_env: BotEnvironment):
    assert "one of them" in text_of(await library(bot_env, bot_env.ann, of=bot_env.max, saved=True))
    assert all(isinstance(error.__cause__, UserFacingError) for error in bot_env.env.errors)


async def test_the_saved_shelf_has_what_was_saved_and_is_marked_everywhere(bot_env: BotEnvironment):
    kept = await a_song(bot_env, bot_env.ann, "Kept")
    await a_song(bot_env, bot_env.ann, "Not kept")
    await bot_env.database.library.toggle_saved(bot_env.ann.id, kept.id)
    assert titles(await library(bot_env, bot_env.ann, saved=True)) == ["Kept ⭐"]
    assert titles(await library(bot_env, bot_env.ann)) == ["Not kept", "Kept ⭐"]


async def test_a_library_works_in_direct_messages(bot_env: BotEnvironment):
    await a_song(bot_env, bot_env.ann, "Mine", private=True)
    result = await bot_env.ann.user.slash("library")
    assert titles(result.response) == ["Mine 🔒"]


async def test_an_export_is_a_playlist_of_what_the_search_finds(bot_env: BotEnvironment):
    for number in range(130):
        await a_song(bot_env, bot_env.ann, f"Song {number}", prompt="rain")
    await a_song(bot_env, bot_env.ann, "Other", prompt="sun")
    message = await library(bot_env, bot_env.ann, search="rain", export=True)
    (file,) = message.attachments
    lines = (await file.read()).decode().splitlines()
    assert file.filename == "library.m3u8"
    assert lines[:3] == ["#EXTM3U", "#EXTINF:167,Song 129", RESULT.song_url]
    assert len(lines) == 1 + 2 * 130
    assert "130 songs" in message.content


async def test_an_export_of_nothing_says_so(bot_env: BotEnvironment):
    message = await library(bot_env, bot_env.ann, export=True)
    assert "/song" in message.content
    assert message.attachments == []


async def test_the_database_being_away_is_told(bot_env: BotEnvironment):
    for number in range(6):
        await a_song(bot_env, bot_env.ann, f"Song {number}")
    page = await library(bot_env, bot_env.ann)
    bot_env.app.bot.get_cog("library")._library = Broken()
    result = await bot_env.ann.click(page, label="Older")
    assert "database" in result.followups[0].content
    assert result.followups[0].ephemeral


class Broken:
    """A database that is away."""

    def __getattr__(self, _name: str) -> Any:
        async def fail(*_: object, **__: object) -> None:
            raise StoreUnavailable("for this test")

        return fail
