"""/help says what this person can do here, and what the bot lacks to do its part."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from songbot.ui.help import mention, missing_permissions
from songbot.wording.help import RIGHTS

from .environment import BotEnvironment


def said(message: Any) -> str:
    return "\n".join(f"{field.name}: {field.value}" for field in message.embeds[0].fields)


async def shown(bot_env: BotEnvironment, who: Any, channel: Any = None) -> str:
    result = await who.slash(channel or bot_env.channel, "help")
    assert result.ephemeral
    return said(result.response)


async def test_a_member_finds_clickable_commands_and_nothing_for_admins(bot_env: BotEnvironment):
    text = await shown(bot_env, bot_env.ann)
    ids = bot_env.app.bot.command_ids
    for command in ("song", "library", "privacy show"):
        assert f"</{command}:{ids[command.split()[0]]}>" in text
    assert "For admins" not in text
    assert "quota" not in text


async def test_an_admin_is_also_told_of_quotas_and_that_all_is_in_order(bot_env: BotEnvironment):
    text = await shown(bot_env, bot_env.max)
    assert f"</quota show:{bot_env.app.bot.command_ids['quota']}>" in text
    assert "all that I need" in text


def a_channel_without(bot_env: BotEnvironment, *names: str) -> Any:
    """A channel in which the bot lacks these permissions."""
    denied = discord.PermissionOverwrite(**dict.fromkeys(names, False))
    return bot_env.guild.create_text_channel("quiet", overwrites={bot_env.app.bot.user: denied})


async def test_missing_permissions_are_named_with_what_they_are_for(bot_env: BotEnvironment):
    channel = a_channel_without(bot_env, "attach_files", "embed_links")
    to_admin = await shown(bot_env, bot_env.max, channel)
    assert "**Attach Files**: else the audio can't play" in to_admin
    assert "**Embed Links**: else the card and its cover" in to_admin
    assert "Read Message History" not in to_admin
    assert "Please allow me this" in to_admin
    assert "Ask an admin" in await shown(bot_env, bot_env.ann, channel)


async def test_in_direct_messages_no_permissions_are_checked(bot_env: BotEnvironment):
    result = await bot_env.ann.user.slash("help")
    text = said(result.response)
    assert "/song" in text
    assert "This channel" not in text
    assert "For admins" not in text


async def test_nothing_is_posted_when_the_bot_joins_a_server(bot_env: BotEnvironment):
    other = bot_env.env.create_guild("Elsewhere")
    channel = other.create_text_channel("general")
    await bot_env.wait(5)
    assert channel.history() == []


@pytest.mark.parametrize("in_thread", [False, True])
def test_every_permission_that_may_be_missing_has_a_name_for_people(in_thread: bool):
    missing = missing_permissions(discord.Permissions.none(), in_thread=in_thread)
    assert set(missing) <= set(RIGHTS)
    assert ("send_messages_in_threads" in missing) is in_thread
    assert ("send_messages" in missing) is not in_thread
    assert missing_permissions(discord.Permissions.all(), in_thread=in_thread) == []


def test_a_command_that_discord_has_not_numbered_is_plain_text():
    assert mention("quota show", {}) == "`/quota show`"
    assert mention("quota show", {"quota": 5}) == "</quota show:5>"
