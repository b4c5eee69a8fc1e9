"""Test `Make a song from this`, which turns any message into a prompt that can be edited first."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from songbot.songs.models import State
from songbot.wording import general
from songbot.wording.language import ENGLISH

from .environment import BotEnvironment
from .helpers import all_songs, private_answer, restart, text_of

MENU = "Make a song from this"


async def opened(bot_env: BotEnvironment, content: str, **kwargs: Any) -> Any:
    message = await bot_env.max.send(bot_env.channel, content, **kwargs)
    return await bot_env.ann.context_menu(bot_env.channel, MENU, message)


def default(shown: Any) -> str | None:
    return shown.modal["components"][0]["component"].get("value")


async def test_it_opens_a_modal_with_the_messages_text(bot_env: BotEnvironment):
    shown = await opened(bot_env, "a  song\nabout \u202erain")
    assert shown.modal["title"] == "Make a song"
    assert default(shown) == "a song about rain"


async def test_a_message_without_text_opens_an_empty_modal(bot_env: BotEnvironment):
    assert not default(await opened(bot_env, "", attachments=[("a.txt", b"x")]))


@pytest.mark.parametrize("content", ["x" * 2000, "👩‍👩‍👧" * 300])
async def test_a_long_message_is_cut_to_what_a_prompt_may_have(bot_env: BotEnvironment, content: str):
    text = default(await opened(bot_env, content))
    assert text is not None
    assert 900 < len(text) <= 1000


async def test_mentions_come_as_names(bot_env: BotEnvironment):
    assert default(await opened(bot_env, f"a song for <@{bot_env.ann.id}>")) == "a song for @ann"


async def test_what_comes_back_is_a_song_of_who_pressed(bot_env: BotEnvironment):
    shown = await opened(bot_env, "a song about rain")
    result = await bot_env.ann.submit_modal(shown, {"prompt": "a song about snow"})
    assert "a song about snow" in text_of(result.response)
    await bot_env.wait(80)
    (song,) = await all_songs(bot_env)
    assert (song.user_id, song.prompt, song.state) == (bot_env.ann.id, "a song about snow", State.COMPLETED)
    assert bot_env.channel.last_message.embeds[0].title == "Midnight Grid"


async def test_a_modal_that_was_open_while_the_bot_restarted_works(bot_env: BotEnvironment):
    shown = await opened(bot_env, "a song about rain")
    await restart(bot_env)
    await bot_env.ann.submit_modal(shown, {"prompt": "a song about snow"})
    await bot_env.wait(80)
    assert bot_env.whisul.posts == ["a song about snow"]


async def test_white_space_alone_gets_a_kind_sentence(bot_env: BotEnvironment):
    shown = await opened(bot_env, "a song")
    assert private_answer(await bot_env.ann.submit_modal(shown, {"prompt": " \n "})) == general.EMPTY_PROMPT(
        ENGLISH
    )
    assert await all_songs(bot_env) == []


@pytest.mark.parametrize(
    "custom_id", ["song:v0:make:0", "song:v1:burn:0", "song:v1:remix:9999999999999999999"]
)
async def test_a_modal_of_another_version_gets_a_kind_private_sentence(
    bot_env: BotEnvironment, custom_id: str
):
    shown = await opened(bot_env, "a song")
    shown._interaction.modal["custom_id"] = custom_id
    answer = private_answer(await bot_env.ann.submit_modal(shown, {"prompt": "a song"}))
    assert answer == "This form has expired. Please use `/song` instead."


async def test_it_is_there_for_every_install_and_in_every_place(bot_env: BotEnvironment):
    menu = bot_env.app.bot.tree.get_command(MENU, type=discord.AppCommandType.message)
    assert menu is not None
    described = menu.to_dict(bot_env.app.bot.tree)
    assert set(described["integration_types"]) == {0, 1}
    assert set(described["contexts"]) == {0, 1, 2}
