"""Test the loopback Discord's gateway sessions, identifies, and commands that somebody else changes."""

from __future__ import annotations

import pytest

from tests.wire.discord_server import Channel, PersonError, User
from tests.wire.discord_server.fixtures import ann, bot, channel, guild, server
from tests.wire.discord_server.plain_bot import PlainBot, gateway_session

__all__ = ["ann", "bot", "channel", "guild", "server"]


async def test_two_sessions_of_one_shard_both_get_every_event(
    bot: PlainBot, channel: Channel, ann: User
) -> None:
    bot.server.session_starts.interval = 0  # the second identifies at once
    async with gateway_session(bot.server) as old, gateway_session(bot.server) as new:
        record = await bot.server.slash(ann, channel, "song")
        await bot.answer(record, content="composing")
        await bot.server.wait_until(lambda: old.named("MESSAGE_CREATE") and new.named("MESSAGE_CREATE"))
        assert record.reached == 2
        for session in (old, new):
            assert [event["id"] for event in session.named("INTERACTION_CREATE")] == [str(record.id)]
        assert (await bot.answer(record, content="again")).refusal == (400, 40060)


async def test_identifies_follow_each_other_by_five_seconds(bot: PlainBot) -> None:
    async with gateway_session(bot.server) as first, gateway_session(bot.server) as second:
        assert (first.invalidated, second.invalidated) == (False, True)
        bot.server.advance(5)
        async with gateway_session(bot.server) as third:
            assert third.named("READY")


async def test_identifies_are_counted_and_forgotten_after_a_day(bot: PlainBot) -> None:
    async def left() -> tuple[int, int]:
        limit = (await bot.request("GET", "/gateway/bot")).json["session_start_limit"]
        return limit["remaining"], limit["reset_after"]

    assert await left() == (1000, 0)
    async with gateway_session(bot.server):
        remaining, reset_after = await left()
        assert remaining == 999
        assert 0 < reset_after <= 24 * 3600 * 1000
    bot.server.advance(24 * 3600)
    assert await left() == (1000, 0)


async def test_past_the_days_identifies_sessions_end_and_the_token_is_reset(bot: PlainBot) -> None:
    bot.server.session_starts.total = 1
    async with gateway_session(bot.server) as first, gateway_session(bot.server) as second:
        await bot.server.wait_until(lambda: first.closed)
        assert (first.closed, second.closed) == (4004, 4004)
    assert (await bot.request("GET", "/users/@me")).status == 401


async def test_another_program_may_overwrite_the_commands_without_a_word(
    bot: PlainBot, channel: Channel, ann: User
) -> None:
    async with gateway_session(bot.server) as session:
        told = len(session.events)
        bot.server.overwrite_commands([{"name": "other", "description": "of somebody else"}])
        with pytest.raises(PersonError, match="no command 'song'"):
            await bot.server.slash(ann, channel, "song")
        known = await bot.request("GET", f"/applications/{bot.server.state.application_id}/commands")
        assert [command["name"] for command in known.json] == ["other"]
        assert len(session.events) == told
        await bot.server.slash(ann, channel, "other")
        await bot.server.wait_until(lambda: session.named("INTERACTION_CREATE"))
        assert session.named("INTERACTION_CREATE")[0]["data"]["name"] == "other"


async def test_registered_commands_keep_id_and_version_until_they_change(bot: PlainBot) -> None:
    async def registered() -> dict[str, str]:
        known = await bot.request("GET", f"/applications/{bot.server.state.application_id}/commands")
        (command,) = known.json
        assert command["options"] == [
            {"name": "prompt", "description": "what", "type": 3, "autocomplete": True}
        ], "without what is only a default"
        return {name: command[name] for name in ("id", "version")}

    first = await registered()
    await bot.register("song")
    assert await registered() == first
    await bot.register("song", nsfw=True)
    changed = await registered()
    assert changed["id"] == first["id"]
    assert changed["version"] != first["version"]


async def test_an_event_is_sent_as_it_stands_however_strange(bot: PlainBot) -> None:
    async with gateway_session(bot.server) as session:
        assert await bot.server.send_event("INTERACTION_CREATE", {"id": "1"}) == 1
        await bot.server.wait_until(lambda: session.named("INTERACTION_CREATE"))
        assert session.named("INTERACTION_CREATE") == [{"id": "1"}]


async def test_changes_of_channels_and_roles_come_as_events(bot: PlainBot, channel: Channel) -> None:
    guild = channel.guild
    assert guild is not None
    thread = bot.server.state.add_thread(channel, "ideas")
    async with gateway_session(bot.server) as session:
        await bot.server.set_overwrite(channel, guild.everyone, deny=1024)
        await bot.server.set_role_permissions(guild, guild.everyone, 0)
        await bot.server.set_thread(thread, locked=True)
        await bot.server.wait_until(lambda: session.named("THREAD_UPDATE"))
    assert session.named("CHANNEL_UPDATE")[0]["permission_overwrites"][0]["deny"] == "1024"
    assert session.named("GUILD_ROLE_UPDATE")[0]["role"]["permissions"] == "0"
    assert session.named("THREAD_UPDATE")[0]["thread_metadata"]["locked"] is True
    created = session.named("GUILD_CREATE")[0]
    assert [each["id"] for each in created["threads"]] == [str(thread.id)]
