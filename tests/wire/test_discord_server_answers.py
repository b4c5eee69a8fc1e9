"""Test the loopback Discord's rules for responses with an interaction's token, as people see them."""

from __future__ import annotations

import asyncio

import pytest

from tests.wire.discord_server import Channel, DiscordServer, Guild, PersonError, User
from tests.wire.discord_server.attachments import MIB
from tests.wire.discord_server.fixtures import ann, bot, channel, guild, server
from tests.wire.discord_server.model import NITRO
from tests.wire.discord_server.permissions import USE_EXTERNAL_APPS
from tests.wire.discord_server.plain_bot import PlainBot, gateway_session

__all__ = ["ann", "bot", "channel", "guild", "server"]

EPHEMERAL = 1 << 6


def foreign_guild(server: DiscordServer, ann: User, *, external_apps: bool) -> Channel:
    channel = server.state.add_guild("Elsewhere", bot_is_member=False).channel
    if not external_apps:
        channel.overwrite(ann, deny=USE_EXTERNAL_APPS)
    return channel


# Forced ephemerality ----------------------------------------------------------------------------


@pytest.mark.parametrize("external_apps", [True, False])
async def test_without_use_external_apps_every_answer_by_user_install_is_ephemeral(
    bot: PlainBot, ann: User, external_apps: bool
) -> None:
    channel = foreign_guild(bot.server, ann, external_apps=external_apps)
    record = await bot.server.slash(ann, channel, "song")
    await bot.answer(record, content="composing")
    followed = await bot.follow_up(record, {"content": "done"})
    assert record.ephemeral is not external_apps
    assert bool(followed.json["flags"] & EPHEMERAL) is not external_apps
    deferred = await bot.server.slash(ann, channel, "song")
    await bot.answer(deferred, 5)
    assert deferred.ephemeral is not external_apps


@pytest.mark.parametrize("commands_only", [True, False])
async def test_where_the_app_is_installed_nothing_is_forced(
    bot: PlainBot, ann: User, commands_only: bool
) -> None:
    channel = bot.server.state.add_guild("Ours", commands_only=commands_only).channel
    channel.overwrite(ann, deny=USE_EXTERNAL_APPS)
    record = await bot.server.slash(ann, channel, "song", user_install=True)
    await bot.answer(record, content="composing")
    assert not record.ephemeral


async def test_a_commands_only_install_is_the_guilds_without_a_bot_in_it(bot: PlainBot, ann: User) -> None:
    guild = bot.server.state.add_guild("Ours", commands_only=True)
    async with gateway_session(bot.server) as session:
        record = await bot.server.slash(ann, guild, "song")
        assert record.payload["authorizing_integration_owners"] == {"0": str(guild.id)}
        await bot.server.wait_until(lambda: session.named("INTERACTION_CREATE"))
        assert str(guild.id) not in [known["id"] for known in session.named("READY")[0]["guilds"]]
    assert (await bot.post(guild.channel.id, {"content": "hello"})).refusal == (403, 50001)
    await bot.answer(record, content="composing")
    bot.server.rate_limits.enabled = False  # this is about the number of followups, not their rate
    answers = [await bot.follow_up(record, {"content": str(number)}) for number in range(6)]
    assert {answer.status for answer in answers} == {200}


# Ephemeral messages -----------------------------------------------------------------------------


async def test_an_ephemeral_message_is_found_by_its_token_alone(
    bot: PlainBot, channel: Channel, ann: User
) -> None:
    record = await bot.server.slash(ann, channel, "song")
    await bot.answer(record, content="private", flags=EPHEMERAL)
    message = record.message
    assert message is not None
    single = f"/channels/{channel.id}/messages/{message.id}"
    for method, body in (("GET", None), ("PATCH", {"content": "found"}), ("DELETE", None)):
        assert (await bot.request(method, single, body)).refusal == (404, 10008)
    assert (await bot.history(channel.id)).json == []
    assert (await bot.edit_answer(record, {"content": "by token"})).status == 200
    bot.server.advance(901)
    assert (await bot.edit_answer(record, {"content": "late"})).refusal == (401, 50027)


async def test_ephemeral_messages_vanish_when_the_client_restarts(
    bot: PlainBot, channel: Channel, ann: User
) -> None:
    record = await bot.server.slash(ann, channel, "song")
    button = {"type": 2, "style": 1, "label": "Again", "custom_id": "again"}
    row = {"type": 1, "components": [button]}
    await bot.answer(record, content="private", flags=EPHEMERAL, components=[row])
    bot.server.restart_client(bot.server.state.add_user("max"))
    assert [message.content for message in record.messages] == ["private"]

    bot.server.restart_client(ann)
    assert record.messages == []
    assert record.message is not None
    with pytest.raises(PersonError, match="does not see"):
        await bot.server.click(ann, record.message, "Again")
    assert (await bot.edit_answer(record, {"content": "nobody sees it"})).status == 200
    assert record.messages == []
    await bot.follow_up(record, {"content": "new", "flags": EPHEMERAL})
    assert [message.content for message in record.messages] == ["new"]


async def test_a_channel_post_cannot_be_made_ephemeral(bot: PlainBot, channel: Channel) -> None:
    posted = await bot.request("POST", f"/channels/{channel.id}/messages", {"content": "hi", "flags": 4096})
    bot.server.schema_violations.clear()
    assert posted.json["flags"] & EPHEMERAL == 0
    forced = await bot.post(channel.id, {"content": "hi", "flags": EPHEMERAL})
    bot.server.schema_violations.clear()
    assert forced.json["flags"] & EPHEMERAL == 0


# Answering --------------------------------------------------------------------------------------


async def test_filling_a_deferred_answer_by_a_post_works_but_is_deprecated(
    bot: PlainBot, channel: Channel, ann: User
) -> None:
    record = await bot.server.slash(ann, channel, "song")
    await bot.answer(record, 5)
    await bot.follow_up(record, {"content": "by a post"})
    assert record.message is not None
    assert (record.message.content, record.followups) == ("by a post", [])
    assert len(bot.server.interactions.deprecations) == 1
    edited = await bot.server.slash(ann, channel, "song")
    await bot.answer(edited, 5)
    await bot.edit_answer(edited, {"content": "by an edit"})
    assert len(bot.server.interactions.deprecations) == 1


async def test_an_answer_after_three_seconds_is_refused(bot: PlainBot, channel: Channel, ann: User) -> None:
    record = await bot.server.slash(ann, channel, "song")
    bot.server.advance(3.1)
    assert (await bot.answer(record, content="late")).refusal == (404, 10062)


async def test_automod_refuses_answers_followups_edits_and_posts(
    bot: PlainBot, guild: Guild, channel: Channel, ann: User
) -> None:
    guild.blocked_words.add("Rude")
    blocked, embed = (400, 200000), {"embeds": [{"title": "A rude song"}]}
    record = await bot.server.slash(ann, channel, "song")
    assert (await bot.answer(record, content="so rude")).refusal == blocked
    assert (await bot.answer(record, content="composing")).status == 204
    assert (await bot.edit_answer(record, embed)).refusal == blocked
    assert (await bot.follow_up(record, embed)).refusal == blocked
    assert (await bot.post(channel.id, {"content": "rude"})).refusal == blocked
    await bot.post(channel.id, {"content": "polite"})
    assert (await bot.edit(bot.server.message_store.in_channel(channel)[-1], embed)).refusal == blocked
    assert [message.text for message in bot.server.message_store.in_channel(channel)] == [
        "composing",
        "polite",
    ]
    elsewhere = bot.server.state.add_guild("Elsewhere").channel
    assert (await bot.post(elsewhere.id, {"content": "rude"})).status == 200


@pytest.mark.parametrize(("offered", "sent"), [(["an older prompt"], "an older prompt"), ([], "rain")])
async def test_enter_takes_the_first_suggestion_in_place_of_what_was_typed(
    bot: PlainBot, channel: Channel, ann: User, offered: list[str], sent: str
) -> None:
    server = bot.server
    entering = asyncio.create_task(
        server.type_and_enter(ann, channel, "song", focused="prompt", prompt="rain"), name="typing"
    )
    await server.wait_until(lambda: server.interactions.by_token)
    (typed,) = server.interactions.by_token.values()
    await bot.answer(typed, 8, choices=[{"name": name, "value": name} for name in offered])
    record = await entering
    assert record.payload["data"]["options"][0]["value"] == sent


# Files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nitro", "boost_level", "limit"), [(0, 0, 10), (0, 1, 10), (0, 2, 50), (0, 3, 100), (NITRO, 0, 500)]
)
async def test_the_size_limit_is_the_pressers_or_the_guilds(
    bot: PlainBot, guild: Guild, channel: Channel, nitro: int, boost_level: int, limit: int
) -> None:
    guild.boost_level = boost_level
    record = await bot.server.slash(bot.server.state.add_user("rich", nitro=nitro), channel, "song")
    assert record.payload["attachment_size_limit"] == limit * MIB


async def test_own_posts_have_the_guilds_limit_and_a_request_25_mib(
    bot: PlainBot, guild: Guild, channel: Channel
) -> None:
    rich = bot.server.state.add_user("rich", nitro=NITRO)
    record = await bot.server.slash(rich, channel, "song")
    await bot.answer(record, content="composing")
    large, too_large = bytes(11 * MIB), bytes(25 * MIB + 1)
    assert (await bot.edit_answer(record, {}, {"song.wav": large})).status == 200
    assert (await bot.edit_answer(record, {}, {"song.wav": too_large})).refusal == (413, 40005)
    assert (await bot.post(channel.id, {}, {"song.wav": large})).refusal == (413, 40005)
    guild.boost_level = 2
    assert (await bot.post(channel.id, {}, {"song.wav": large})).status == 200


async def test_file_names_lose_letters_beyond_ascii_and_keep_their_title(
    bot: PlainBot, channel: Channel
) -> None:
    described = {"attachments": [{"id": "0", "title": "Grüße", "filename": "Grüße an Käthe.mp3"}]}
    posted = await bot.post(channel.id, described, {"Grüße an Käthe.mp3": b"mp3", "雨.mp3": b"mp3"})
    files = [(file["filename"], file.get("title")) for file in posted.json["attachments"]]
    assert files == [("Gre_an_Kthe.mp3", "Grüße"), ("unknown.mp3", None)]
