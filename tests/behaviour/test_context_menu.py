"""`Make a song from this`: any message becomes a prompt, once it has been looked over."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from songbot.songs.models import State
from songbot.wording import general

from .environment import House
from .helpers import all_songs, private_answer, restart

MENU = "Make a song from this"


async def opened(house: House, content: str, **kwargs: Any) -> Any:
    message = await house.max.send(house.channel, content, **kwargs)
    return await house.ann.context_menu(house.channel, MENU, message)


def default(shown: Any) -> str | None:
    return shown.modal["components"][0]["component"].get("value")


async def test_it_opens_a_modal_with_the_messages_text(house: House):
    shown = await opened(house, "a  song\nabout \u202erain")
    assert shown.modal["title"] == "Make a song"
    assert default(shown) == "a song about rain"


async def test_a_message_without_text_opens_an_empty_modal(house: House):
    assert not default(await opened(house, "", attachments=[("a.txt", b"x")]))


@pytest.mark.parametrize("content", ["x" * 2000, "👩‍👩‍👧" * 300])
async def test_a_long_message_is_cut_to_what_a_prompt_may_have(house: House, content: str):
    text = default(await opened(house, content))
    assert text is not None
    assert 900 < len(text) <= 1000


async def test_mentions_come_as_names(house: House):
    assert default(await opened(house, f"a song for <@{house.ann.id}>")) == "a song for @ann"


async def test_what_comes_back_is_a_song_of_who_pressed(house: House):
    shown = await opened(house, "a song about rain")
    result = await house.ann.submit_modal(shown, {"prompt": "a song about snow"})
    assert "a song about snow" in result.response.content
    await house.wait(80)
    (song,) = await all_songs(house)
    assert (song.user_id, song.prompt, song.state) == (house.ann.id, "a song about snow", State.COMPLETED)
    assert house.channel.last_message.embeds[0].title == "Midnight Grid"


async def test_a_modal_that_was_open_while_the_bot_restarted_works(house: House):
    shown = await opened(house, "a song about rain")
    await restart(house)
    await house.ann.submit_modal(shown, {"prompt": "a song about snow"})
    await house.wait(80)
    assert house.whisul.posts == ["a song about snow"]


async def test_white_space_alone_gets_a_kind_sentence(house: House):
    shown = await opened(house, "a song")
    assert private_answer(await house.ann.submit_modal(shown, {"prompt": " \n "})) == general.EMPTY_PROMPT
    assert await all_songs(house) == []


@pytest.mark.parametrize(
    "custom_id", ["song:v0:make:0", "song:v1:burn:0", "song:v1:remix:9999999999999999999"]
)
async def test_a_modal_of_another_version_gets_a_kind_private_sentence(house: House, custom_id: str):
    shown = await opened(house, "a song")
    shown._interaction.modal["custom_id"] = custom_id
    answer = private_answer(await house.ann.submit_modal(shown, {"prompt": "a song"}))
    assert answer == "I can't use this form any more. Please use `/song` instead."


async def test_it_is_there_for_every_install_and_in_every_place(house: House):
    menu = house.app.bot.tree.get_command(MENU, type=discord.AppCommandType.message)
    assert menu is not None
    described = menu.to_dict(house.app.bot.tree)
    assert set(described["integration_types"]) == {0, 1}
    assert set(described["contexts"]) == {0, 1, 2}
