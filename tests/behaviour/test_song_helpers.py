"""The helpers on /song: style, bpm and instrumental become words, and prompts come back by themselves."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from songbot.songs.errors import StoreUnavailable
from songbot.wording import general
from songbot.wording.examples import EXAMPLES

from .environment import BotEnvironment
from .helpers import all_songs, make_song, private_answer


async def values(bot_env: BotEnvironment, option: str, typed: str, person: Any = None) -> list[str]:
    choices = await (person or bot_env.ann).autocomplete(bot_env.channel, "song", option, typed)
    assert all(choice["name"] == choice["value"] for choice in choices)
    return [choice["value"] for choice in choices]


async def test_helpers_become_words_and_the_card_shows_the_prompt_as_sent(bot_env: BotEnvironment):
    card = await make_song(
        bot_env, prompt="rain", style="trap, dark,", bpm=140, instrumental=True, private=False
    )
    sent = "rain, trap, dark, 140 bpm, instrumental, no vocals"
    assert bot_env.whisul.posts == [sent]
    shown = bot_env.channel.last_message
    assert shown.id == card.id
    assert shown.embeds[0].description == f"> {sent}"


async def test_the_whole_stays_within_a_thousand_characters(bot_env: BotEnvironment):
    result = await bot_env.ann.slash(bot_env.channel, "song", prompt="x" * 990, style="drum and bass")
    assert private_answer(result) == general.prompt_too_long(1005, 1000)
    assert await all_songs(bot_env) == []


async def test_helpers_alone_are_no_prompt(bot_env: BotEnvironment):
    result = await bot_env.ann.slash(bot_env.channel, "song", prompt=" ", style="trap", bpm=90)
    assert private_answer(result) == general.EMPTY_PROMPT


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
    assert await values(bot_env, "prompt", "a song") == ["a song", "a song about snow", "a song about rain"]
    assert await values(bot_env, "prompt", "a song", bot_env.max) == ["a song"]


async def test_what_was_typed_is_never_replaced_and_newcomers_see_examples(bot_env: BotEnvironment):
    await bot_env.ann.slash(bot_env.channel, "song", prompt="forced private")
    assert (await values(bot_env, "prompt", "forced"))[0] == "forced"
    assert await values(bot_env, "prompt", "forced " + "x" * 100) == []
    assert await values(bot_env, "prompt", "", bot_env.max) == list(EXAMPLES)


async def test_with_the_database_away_or_slow_nothing_but_what_was_typed_is_offered(
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
        assert await values(bot_env, "prompt", "j") == ["j"]
