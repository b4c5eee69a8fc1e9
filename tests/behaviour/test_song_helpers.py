"""Test the options of /song: style, bpm and instrumental become words, and old prompts are suggested."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from songbot.songs.errors import StoreUnavailable
from songbot.wording import general
from songbot.wording.language import ENGLISH

from .environment import BotEnvironment
from .helpers import all_songs, make_song, private_answer


async def values(bot_env: BotEnvironment, option: str, typed: str, person: Any = None) -> list[str]:
    choices = await (person or bot_env.ann).autocomplete(bot_env.channel, "song", option, typed)
    return [choice["value"] for choice in choices]


async def test_helpers_become_words_and_the_card_shows_the_prompt_as_sent(bot_env: BotEnvironment):
    card = await make_song(
        bot_env, prompt="rain", style="trap, dark,", bpm=140, instrumental=True, private=False
    )
    sent = "rain, trap, dark, 140 bpm, instrumental, no vocals"
    assert bot_env.whisul.posts == [sent]
    shown = bot_env.channel.last_message
    assert shown.id == card.id
    assert shown.embeds[0].description.startswith(f"> {sent}\n")


async def test_what_was_written_is_never_refused_for_the_sake_of_an_option(bot_env: BotEnvironment):
    prompt = "x" * 990
    result = await bot_env.ann.slash(bot_env.channel, "song", prompt=prompt, style="drum and bass", bpm=90)
    assert private_answer(result) == general.options_left_out(ENGLISH, ["style"])
    (song,) = await all_songs(bot_env)
    assert song.prompt == f"{prompt}, 90 bpm"


async def test_two_takes_are_two_songs_and_count_as_two(bot_env: BotEnvironment):
    await bot_env.ann.slash(bot_env.channel, "song", prompt="rain", takes=2)
    await bot_env.wait(80)
    assert bot_env.whisul.posts == ["rain", "rain"]
    assert [message.embeds[0].title for message in bot_env.channel.history()] == ["Midnight Grid"] * 2


@pytest.mark.settings(member_songs_per_day=1)
async def test_of_two_takes_only_one_is_made_where_only_one_song_is_left(bot_env: BotEnvironment):
    result = await bot_env.ann.slash(bot_env.channel, "song", prompt="rain", takes=2)
    await bot_env.wait(80)
    assert len(await all_songs(bot_env)) == 1
    assert "today" in private_answer(result)
    assert len(bot_env.channel.history()) == 1


async def test_helpers_alone_are_no_prompt(bot_env: BotEnvironment):
    result = await bot_env.ann.slash(bot_env.channel, "song", prompt=" ", style="trap", bpm=90)
    assert private_answer(result) == general.EMPTY_PROMPT(ENGLISH)


@pytest.mark.parametrize("bpm", [39, 241])
async def test_a_tempo_out_of_range_is_not_taken_by_discord(bot_env: BotEnvironment, bpm: int):
    with pytest.raises(Exception, match="bpm"):
        await bot_env.ann.slash(bot_env.channel, "song", prompt="rain", bpm=bpm)


async def test_style_carries_on_after_each_comma(bot_env: BotEnvironment):
    assert (await values(bot_env, "style", "tra"))[:2] == ["tra", "trap"]
    assert "trap, dark" in await values(bot_env, "style", "trap, da")
    assert len(await values(bot_env, "style", "")) == 25


async def test_prompt_offers_the_persons_own_latest_prompts(bot_env: BotEnvironment):
    for prompt in ("a song about rain", "a song about snow", "jazz", "a song about " + "x" * 100):
        await bot_env.ann.slash(bot_env.channel, "song", prompt=prompt)
    own = ["a song about snow", "a song about rain"]
    assert await values(bot_env, "prompt", "a song") == ["a song", *own]
    assert not set(own) & set(await values(bot_env, "prompt", "a song", bot_env.max))


async def test_without_a_fitting_earlier_prompt_examples_are_offered_by_genre(bot_env: BotEnvironment):
    offered = await values(bot_env, "prompt", "lo-fi")
    assert offered == ["lo-fi", "a slow lo-fi tune about rain on a tin roof"]
    assert len(await values(bot_env, "prompt", "")) == 25


@pytest.mark.parametrize("typed", ["lo-fi", "x", "waltz about nothing at all", "x" * 100])
async def test_what_was_typed_is_always_the_first_suggestion(bot_env: BotEnvironment, typed: str):
    assert (await values(bot_env, "prompt", typed))[0] == typed


async def test_what_is_too_long_for_a_suggestion_is_left_as_it_is(bot_env: BotEnvironment):
    assert await values(bot_env, "prompt", "x" * 101) == []


async def test_with_the_database_away_or_slow_examples_are_offered(
    bot_env: BotEnvironment, monkeypatch: pytest.MonkeyPatch
):
    await make_song(bot_env, prompt="jazz")

    async def away(*_arguments: Any) -> list[str]:
        raise StoreUnavailable("away")

    async def slow(*_arguments: Any) -> list[str]:
        async with asyncio.timeout(0):
            await asyncio.Event().wait()
        return []

    for trouble in (away, slow):
        monkeypatch.setattr(bot_env.database.library, "recent_prompts", trouble)
        offered = await values(bot_env, "prompt", "smoky")
        assert offered == ["smoky", "smoky late-night jazz for the last guest at the bar"]
