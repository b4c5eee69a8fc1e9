"""Test direct messages: the bot asks first, and only `Make it` charges."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from songbot.songs.errors import StoreUnavailable
from songbot.wording import direct_messages as wording
from songbot.wording import general
from songbot.wording.language import ENGLISH

from .environment import BotEnvironment
from .helpers import all_songs, labels, now, press_at_once, private_answer, restart, text_of, wait_long


def last(bot_env: BotEnvironment) -> discord.Message:
    return bot_env.ann.user.dm_channel.last_message


def current(bot_env: BotEnvironment, message: Any) -> discord.Message:
    found = now(bot_env.ann.user.dm_channel, message)
    assert found is not None
    return found


async def offer(bot_env: BotEnvironment, prompt: str = "a trap song") -> discord.Message:
    await bot_env.ann.send_dm(prompt)
    return last(bot_env)


async def press(bot_env: BotEnvironment, message: Any, label: str) -> Any:
    return await bot_env.ann.user.click(message, label=label)


async def test_the_bot_shows_the_prompt_as_it_would_be_sent_and_how_many_songs_are_left(
    bot_env: BotEnvironment,
):
    message = await offer(bot_env, "a  *trap*\nsong \u202e")
    assert message.embeds[0].description == "a \\*trap\\* song"
    assert "It uses 1 of your 3 remaining songs today." in message.content
    assert labels(message) == ["Make it", "Cancel"]
    assert message.reference is not None
    assert await all_songs(bot_env) == []


@pytest.mark.parametrize("said", ["hi", "Hello there!", "help", "What can you do?", "👋"])
async def test_a_greeting_gets_one_back_with_ideas_and_no_offer(bot_env: BotEnvironment, said: str):
    await bot_env.ann.send_dm(said)
    message = last(bot_env)
    assert message.embeds[0].title == wording.GREETING_TITLE(ENGLISH)
    assert labels(message)[-1] == "Surprise me"
    assert "Make it" not in labels(message)


async def test_a_first_prompt_is_welcomed_and_a_later_one_only_offered(bot_env: BotEnvironment):
    message = await offer(bot_env)
    assert message.content.startswith(wording.WELCOME(ENGLISH))
    await press(bot_env, message, "Make it")
    await bot_env.wait(80)
    assert (await offer(bot_env, "another")).content.startswith("Make a song from this?")


async def test_make_it_charges_and_the_bots_own_message_becomes_the_card(bot_env: BotEnvironment):
    message = await offer(bot_env)
    result = await press(bot_env, message, "Make it")
    assert result.acknowledged
    await bot_env.wait(2)
    line = current(bot_env, message)
    assert "> a trap song" in text_of(line)
    assert labels(line) == ["Notify me"]
    await bot_env.wait(80)
    card = current(bot_env, message)
    assert card.embeds[0].title == "Midnight Grid"
    (song,) = await all_songs(bot_env)
    assert (song.guild_id, song.quota_guild_id, song.prompt) == (None, None, "a trap song")
    assert last(bot_env).content == f"<@{bot_env.ann.id}>, your song is ready: **Midnight Grid**"


async def test_a_song_that_takes_longer_than_a_token_lives_still_arrives_on_the_message(
    bot_env: BotEnvironment,
):
    bot_env.whisul.seconds = 16 * 60
    message = await offer(bot_env)
    await press(bot_env, message, "Make it")
    await wait_long(bot_env, 17 * 60)
    assert current(bot_env, message).embeds[0].title == "Midnight Grid"
    assert len(bot_env.whisul.posts) == 1


async def test_two_presses_make_one_song(bot_env: BotEnvironment):
    message = await offer(bot_env)
    make_it = message.components[0].children[0].custom_id
    results = await press_at_once(bot_env, bot_env.ann.user, message, *[make_it] * 5)
    assert all(result.acknowledged for result in results)
    await bot_env.wait(80)
    assert bot_env.whisul.posts == ["a trap song"]


async def test_the_buttons_work_after_a_restart_and_still_make_one_song(bot_env: BotEnvironment):
    message = await offer(bot_env)
    await restart(bot_env)
    await press(bot_env, message, "Make it")
    await restart(bot_env)
    if "Make it" in labels(current(bot_env, message)):
        assert private_answer(await press(bot_env, message, "Make it")) == general.ALREADY_ORDERED(ENGLISH)
    await bot_env.wait(80)
    assert len(bot_env.whisul.posts) == 1


async def test_cancel_says_so_and_takes_the_buttons_away(bot_env: BotEnvironment):
    message = await offer(bot_env)
    await press(bot_env, message, "Cancel")
    message = current(bot_env, message)
    assert message.content == wording.CANCELLED(ENGLISH)
    assert (message.embeds, message.components) == ([], [])
    assert await all_songs(bot_env) == []


async def test_what_was_edited_meanwhile_is_what_is_made(bot_env: BotEnvironment):
    written = await bot_env.ann.send_dm("a trap song")
    message = last(bot_env)
    await bot_env.ann.user.edit(written, "a calm song")
    await press(bot_env, message, "Make it")
    await bot_env.wait(2)
    assert bot_env.whisul.posts == ["a calm song"]


async def test_a_message_that_was_deleted_meanwhile_is_made_as_it_was_shown(bot_env: BotEnvironment):
    prompt = r"1. a [trap] *song* @everyone \o/ <@1>"
    written = await bot_env.ann.send_dm(prompt)
    message = last(bot_env)
    await bot_env.ann.user.delete(written)
    await press(bot_env, message, "Make it")
    await bot_env.wait(2)
    assert bot_env.whisul.posts == [prompt]


@pytest.mark.parametrize(
    ("content", "attachments", "sentence"),
    [
        ("x" * 1001, (), general.prompt_too_long(ENGLISH, 1001, 1000)),
        ("\u200b", (), wording.ONLY_WORDS(ENGLISH)),
        (
            "",
            ({"id": "7", "filename": "a.txt", "size": 1, "url": "https://x.y/a", "proxy_url": ""},),
            wording.ONLY_WORDS(ENGLISH),
        ),
    ],
)
async def test_what_is_no_prompt_gets_a_kind_sentence(
    bot_env: BotEnvironment, content: str, attachments: Any, sentence: str
):
    await bot_env.ann.send_dm(content, attachments=list(attachments))
    assert last(bot_env).content == sentence
    assert last(bot_env).components == []


@pytest.mark.settings(dm_songs_per_day=1)
async def test_with_no_song_left_there_is_nothing_to_press(bot_env: BotEnvironment):
    await press(bot_env, await offer(bot_env), "Make it")
    await bot_env.wait(80)
    message = await offer(bot_env, "another one")
    assert "You've used your 1 song for today" in message.content
    assert message.components == []


@pytest.mark.settings(dm_songs_per_day=1)
async def test_a_song_that_is_refused_after_all_is_told_privately_and_the_offer_stays(
    bot_env: BotEnvironment,
):
    first, second = await offer(bot_env, "one"), await offer(bot_env, "two")
    await press(bot_env, first, "Make it")
    assert "You've used your 1 song for today" in private_answer(await press(bot_env, second, "Make it"))
    assert labels(current(bot_env, second)) == ["Make it", "Cancel"]


async def test_with_the_database_away_the_person_is_told_and_can_press_again(
    bot_env: BotEnvironment, monkeypatch: pytest.MonkeyPatch
):
    message = await offer(bot_env)

    async def away(*_arguments: Any) -> None:
        raise StoreUnavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(bot_env.database.songs, "create", away)
        patch.setattr(bot_env.database.quotas, "check", away)
        assert private_answer(await press(bot_env, message, "Make it")) == general.STORE_UNAVAILABLE(ENGLISH)
        assert (await offer(bot_env, "another")).content == general.STORE_UNAVAILABLE(ENGLISH)
    await press(bot_env, message, "Make it")
    await bot_env.wait(2)
    assert bot_env.whisul.posts == ["a trap song"]


async def test_messages_in_a_server_are_none_of_its_business(bot_env: BotEnvironment):
    await bot_env.ann.send(bot_env.channel, "a trap song")
    assert [message.author.id for message in bot_env.channel.history()] == [bot_env.ann.id]
