"""Test the loopback Discord with a real discord.py bot over real sockets."""

from __future__ import annotations

import aiohttp
import discord
import pytest

from tests.wire.discord_server import DiscordServer, Guild, PersonError, User
from tests.wire.discord_server.example_bot import ExampleBot
from tests.wire.discord_server.permissions import MANAGE_GUILD
from tests.wire.example_bot_fixtures import _discord_py_is_put_back, ann, bot, guild, server

__all__ = ["_discord_py_is_put_back", "ann", "bot", "guild", "server"]


async def test_a_bot_becomes_ready_and_knows_its_guild(
    server: DiscordServer, bot: ExampleBot, guild: Guild
) -> None:
    assert bot.user is not None
    assert bot.user.id == server.bot.id
    assert [known.name for known in bot.guilds] == ["Band"]
    assert server.gateway.identifies[0]["token"] == server.token
    (session,) = server.gateway.connected()
    assert session.intents == bot.intents.value
    await server.wait_until(lambda: session.connection and session.connection.heartbeats)
    assert server.state.commands_for(None)[0]["name"] == "song"


async def test_a_wrong_token_is_refused_at_the_login(server: DiscordServer) -> None:
    bot = ExampleBot(server.api_url)
    with pytest.raises(discord.LoginFailure):
        await bot.start("wrong")
    await bot.close()


async def test_a_command_is_acknowledged_edited_and_followed_up(
    server: DiscordServer, bot: ExampleBot, guild: Guild, ann: User
) -> None:
    record = await server.slash(ann, guild, "song", prompt="rain @everyone")
    await record.acknowledged()
    assert record.ack_seconds > 0
    assert record.in_time
    await server.wait_until(lambda: record.followups)

    assert record.message is not None
    assert [edit.via for edit in record.message.history] == ["callback", "webhook"]
    assert record.dispatched_at < record.message.history[0].at < record.message.history[1].at
    assert record.message.pinged == set()
    assert record.followups[0].content == "there it is"
    assert not record.ephemeral


async def test_uploaded_files_are_served_and_embeds_show_them(
    server: DiscordServer, bot: ExampleBot, guild: Guild, ann: User
) -> None:
    record = await server.slash(ann, guild, "song", prompt="rain")
    card = await record.message_matching(lambda message: message.embeds)
    cover = card.file("cover.png")
    assert card.embed["image"]["url"] == cover.url
    assert [part["filename"] for part in card.payload["attachments"]] == ["song.mp3"]
    async with aiohttp.ClientSession() as session, session.get(cover.url) as answer:
        assert await answer.read() == b"png"
        assert answer.content_type == "image/png"
    upload = server.requests_to("/messages/@original", "PATCH")[0]
    assert [(file.name, file.size) for file in upload.files] == [("cover.png", 3), ("song.mp3", 27)]


async def test_a_private_reply_is_out_of_reach_for_others(
    server: DiscordServer, bot: ExampleBot, guild: Guild, ann: User
) -> None:
    record = await server.slash(ann, guild, "song", prompt="rain", private=True)
    card = await record.message_matching(lambda message: message.embeds)
    assert record.ephemeral
    channel = bot.get_partial_messageable(card.channel.id)
    with pytest.raises(discord.NotFound) as refused:
        await channel.get_partial_message(card.id).edit(content="found you")
    assert refused.value.code == 10008
    with pytest.raises(PersonError):
        await server.click(server.state.add_user("max"), card, "Again")


async def test_the_first_followup_fills_a_deferred_answer(
    server: DiscordServer, bot: ExampleBot, guild: Guild, ann: User
) -> None:
    record = await server.slash(ann, guild, "later")
    await server.wait_until(lambda: record.followups)
    assert [message.content for message in record.messages] == ["first", "second"]
    assert record.ack_type == 5
    assert record.ephemeral


async def test_a_button_opens_a_modal_whose_answer_updates_the_message(
    server: DiscordServer, bot: ExampleBot, guild: Guild, ann: User
) -> None:
    card = await (await server.slash(ann, guild, "song", prompt="rain")).message_matching(lambda m: m.embeds)
    press = await server.click(ann, card, "Again")
    await press.acknowledged()
    assert press.modal is not None
    assert press.modal["title"] == "Again"
    form = await server.submit_modal(press, {"Prompt": "slower"})
    await form.acknowledged()
    assert card.content == "again: slower"
    assert form.message is card


async def test_people_cannot_press_what_is_not_there(
    server: DiscordServer, bot: ExampleBot, guild: Guild, ann: User
) -> None:
    card = await (await server.slash(ann, guild, "song", prompt="rain")).message_matching(lambda m: m.embeds)
    with pytest.raises(PersonError, match="link"):
        await server.click(ann, card, "Listen")
    with pytest.raises(PersonError, match="no 'Remix'"):
        await server.click(ann, card, "Remix")
    with pytest.raises(PersonError, match="required"):
        await server.slash(ann, guild, "song")
    with pytest.raises(PersonError, match="takes 1 to 100"):
        await server.slash(ann, guild, "song", prompt="a" * 101)


async def test_a_command_for_managers_is_hidden_from_others(
    server: DiscordServer, bot: ExampleBot, guild: Guild, ann: User
) -> None:
    with pytest.raises(PersonError, match="hidden"):
        await server.slash(ann, guild, "quota set", user=ann, limit=3)
    guild.member(ann).roles.append(server.state.add_role(guild, "boss", MANAGE_GUILD))
    record = await server.slash(ann, guild, "quota set", user=ann, limit=3)
    await record.message_matching("ann: 3")


async def test_autocomplete_and_message_menus_are_answered(
    server: DiscordServer, bot: ExampleBot, guild: Guild, ann: User
) -> None:
    typed = await (
        await server.autocomplete(ann, guild, "song", focused="prompt", prompt="sad")
    ).acknowledged()
    assert typed.choices == [{"name": "sad song", "value": "sad song"}]
    message = await server.say(ann, guild, "walking home in the rain")
    chosen = await server.message_menu(ann, message, "Make a song")
    await chosen.message_matching("walking home in the rain")


async def test_a_direct_message_is_answered_once(server: DiscordServer, bot: ExampleBot, ann: User) -> None:
    question = await server.dm(ann, "hello")
    await server.wait_until(lambda: len(server.message_store.in_channel(question.channel)) == 2)
    answer = server.message_store.in_channel(question.channel)[1]
    assert answer.content == "you said hello"
    assert answer.payload["message_reference"]["message_id"] == str(question.id)
    assert answer.pinged == set()

    again = await bot.get_partial_messageable(question.channel.id).send("twice", nonce=question.id)
    assert again.id == answer.id
    server.advance(600)
    fresh = await bot.get_partial_messageable(question.channel.id).send("later", nonce=question.id)
    assert fresh.id != answer.id


async def test_a_user_install_has_no_way_but_the_token(
    server: DiscordServer, bot: ExampleBot, ann: User
) -> None:
    friends = server.state.group_dm(ann, server.state.add_user("max"))
    record = await server.slash(ann, friends, "song", prompt="rain")
    await record.message_matching(lambda message: message.embeds)
    assert record.payload["context"] == 2
    assert record.payload["authorizing_integration_owners"] == {"1": str(ann.id)}
    with pytest.raises(discord.Forbidden) as refused:
        await bot.get_partial_messageable(friends.id).send("hello?")
    assert refused.value.code == 50001

    elsewhere = server.state.add_guild("Not ours", bot_is_member=False)
    await (await server.slash(ann, elsewhere, "song", prompt="sun")).message_matching(lambda m: m.embeds)
