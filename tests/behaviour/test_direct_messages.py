"""Writing to the bot directly: it asks first, and only `Make it` charges."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from songbot.songs.ports import StoreUnavailable
from songbot.wording import direct_messages as wording
from songbot.wording import general

from .environment import House
from .helpers import all_songs, labels, now, press_at_once, private_answer, restart, wait_long


def last(house: House) -> discord.Message:
    return house.ann.user.dm_channel.last_message


def current(house: House, message: Any) -> discord.Message:
    found = now(house.ann.user.dm_channel, message)
    assert found is not None
    return found


async def offer(house: House, prompt: str = "a trap song") -> discord.Message:
    await house.ann.send_dm(prompt)
    return last(house)


async def press(house: House, message: Any, label: str) -> Any:
    return await house.ann.user.click(message, label=label)


async def test_the_bot_shows_the_prompt_as_it_would_be_sent_and_how_many_songs_are_left(house: House):
    message = await offer(house, "a  *trap*\nsong \u202e")
    assert message.embeds[0].description == "a \\*trap\\* song"
    assert "You have 3 songs left today." in message.content
    assert labels(message) == ["Make it", "Cancel"]
    assert message.reference is not None
    assert await all_songs(house) == []


async def test_make_it_charges_and_the_bots_own_message_becomes_the_card(house: House):
    message = await offer(house)
    result = await press(house, message, "Make it")
    assert result.acknowledged
    await house.wait(2)
    line = current(house, message)
    assert "a trap song" in line.content
    assert line.embeds == []
    assert labels(line) == ["Notify me"]
    await house.wait(80)
    card = current(house, message)
    assert card.embeds[0].title == "Midnight Grid"
    (song,) = await all_songs(house)
    assert (song.guild_id, song.quota_guild_id, song.prompt) == (None, None, "a trap song")
    assert last(house).content == f"<@{house.ann.id}> your song is here: **Midnight Grid**"


async def test_a_song_that_takes_longer_than_a_token_lives_still_arrives_on_the_message(house: House):
    house.whisul.seconds = 16 * 60
    message = await offer(house)
    await press(house, message, "Make it")
    await wait_long(house, 17 * 60)
    assert current(house, message).embeds[0].title == "Midnight Grid"
    assert len(house.whisul.posts) == 1


async def test_two_presses_make_one_song(house: House):
    message = await offer(house)
    make_it = message.components[0].children[0].custom_id
    results = await press_at_once(house, house.ann.user, message, *[make_it] * 5)
    assert all(result.acknowledged for result in results)
    await house.wait(80)
    assert house.whisul.posts == ["a trap song"]


async def test_the_buttons_work_after_a_restart_and_still_make_one_song(house: House):
    message = await offer(house)
    await restart(house)
    await press(house, message, "Make it")
    await restart(house)
    if "Make it" in labels(current(house, message)):
        assert private_answer(await press(house, message, "Make it")) == general.ALREADY_ORDERED
    await house.wait(80)
    assert len(house.whisul.posts) == 1


async def test_cancel_says_so_and_takes_the_buttons_away(house: House):
    message = await offer(house)
    await press(house, message, "Cancel")
    message = current(house, message)
    assert message.content == wording.CANCELLED
    assert (message.embeds, message.components) == ([], [])
    assert await all_songs(house) == []


async def test_what_was_edited_meanwhile_is_what_is_made(house: House):
    written = await house.ann.send_dm("a trap song")
    message = last(house)
    await house.ann.user.edit(written, "a calm song")
    await press(house, message, "Make it")
    await house.wait(2)
    assert house.whisul.posts == ["a calm song"]


async def test_a_message_that_was_deleted_meanwhile_is_made_as_it_was_shown(house: House):
    prompt = r"1. a [trap] *song* @everyone \o/ <@1>"
    written = await house.ann.send_dm(prompt)
    message = last(house)
    await house.ann.user.delete(written)
    await press(house, message, "Make it")
    await house.wait(2)
    assert house.whisul.posts == [prompt]


@pytest.mark.parametrize(
    ("content", "attachments", "sentence"),
    [
        ("x" * 1001, (), general.prompt_too_long(1001, 1000)),
        ("\u200b", (), general.EMPTY_PROMPT),
        (
            "",
            ({"id": "7", "filename": "a.txt", "size": 1, "url": "https://x.y/a", "proxy_url": ""},),
            wording.ONLY_WORDS,
        ),
    ],
)
async def test_what_is_no_prompt_gets_a_kind_sentence(
    house: House, content: str, attachments: Any, sentence: str
):
    await house.ann.send_dm(content, attachments=list(attachments))
    assert last(house).content == sentence
    assert last(house).components == []


@pytest.mark.settings(dm_songs_per_day=1)
async def test_with_no_song_left_there_is_nothing_to_press(house: House):
    await press(house, await offer(house), "Make it")
    await house.wait(80)
    message = await offer(house, "another one")
    assert "You have used 1 of 1 song today" in message.content
    assert message.components == []


@pytest.mark.settings(dm_songs_per_day=1)
async def test_a_song_that_is_refused_after_all_is_told_privately_and_the_offer_stays(house: House):
    first, second = await offer(house, "one"), await offer(house, "two")
    await press(house, first, "Make it")
    assert "You have used 1 of 1 song today" in private_answer(await press(house, second, "Make it"))
    assert labels(current(house, second)) == ["Make it", "Cancel"]


async def test_with_the_database_away_the_person_is_told_and_can_press_again(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    message = await offer(house)

    async def away(*_arguments: Any) -> None:
        raise StoreUnavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(house.database.songs, "place", away)
        patch.setattr(house.database.quotas, "check", away)
        assert private_answer(await press(house, message, "Make it")) == general.STORE_UNAVAILABLE
        assert (await offer(house, "another")).content == general.STORE_UNAVAILABLE
    await press(house, message, "Make it")
    await house.wait(2)
    assert house.whisul.posts == ["a trap song"]


async def test_messages_in_a_server_are_none_of_its_business(house: House):
    await house.ann.send(house.channel, "a trap song")
    assert [message.author.id for message in house.channel.history()] == [house.ann.id]
