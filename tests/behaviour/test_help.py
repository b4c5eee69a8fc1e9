"""Test that /help says what this person can do here, and which permissions the bot lacks."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from songbot.songs.examples import EXAMPLES, SHOWN
from songbot.ui.help import mention, missing_permissions
from songbot.wording.help import NEEDED

from .environment import BotEnvironment
from .helpers import all_songs, buttons_of, labels, text_of


def default_of(form: Any) -> str | None:
    (label,) = form.modal["components"]
    return label["component"].get("value")


async def shown(bot_env: BotEnvironment, who: Any, channel: Any = None) -> str:
    result = await who.slash(channel or bot_env.channel, "help")
    assert result.ephemeral
    return text_of(result.response)


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
    assert "all the permissions I need" in text


def a_channel_without(bot_env: BotEnvironment, *names: str) -> Any:
    """Create a channel in which the bot lacks these permissions."""
    denied = discord.PermissionOverwrite(**dict.fromkeys(names, False))
    return bot_env.guild.create_text_channel("quiet", overwrites={bot_env.app.bot.user: denied})


async def test_missing_permissions_are_named_with_what_they_are_for(bot_env: BotEnvironment):
    channel = a_channel_without(bot_env, "attach_files", "embed_links")
    to_admin = await shown(bot_env, bot_env.max, channel)
    assert "**Attach Files** – needed to play audio" in to_admin
    assert "**Embed Links** – needed to show songs" in to_admin
    assert "Read Message History" not in to_admin
    assert "I'm missing these permissions" in to_admin
    assert "Ask an admin" in await shown(bot_env, bot_env.ann, channel)


async def test_in_direct_messages_no_permissions_are_checked(bot_env: BotEnvironment):
    result = await bot_env.ann.user.slash("help")
    text = text_of(result.response)
    assert "/song" in text
    assert "This channel" not in text
    assert "For admins" not in text


async def test_a_line_for_each_command_and_ideas_to_press(bot_env: BotEnvironment):
    result = await bot_env.ann.slash(bot_env.channel, "help")
    lines = text_of(result.response).splitlines()
    for command in ("song", "library", "usage", "privacy show"):
        assert sum(line.startswith(f"</{command}:") for line in lines) == 1
    assert labels(result.response) == [*(example.prompt for example in SHOWN), "Surprise me"]


async def test_an_example_opens_the_form_and_is_made_once_it_is_sent(bot_env: BotEnvironment):
    help_message = (await bot_env.ann.slash(bot_env.channel, "help")).response
    form = await bot_env.ann.click(help_message, label=SHOWN[1].prompt)
    assert default_of(form) == SHOWN[1].prompt
    assert await all_songs(bot_env) == []
    await bot_env.ann.submit_modal(form, {"prompt": SHOWN[1].prompt})
    await bot_env.wait(2)
    assert bot_env.whisul.posts == [SHOWN[1].prompt]


async def test_surprise_me_opens_the_form_with_some_prompt(bot_env: BotEnvironment):
    help_message = (await bot_env.ann.slash(bot_env.channel, "help")).response
    form = await bot_env.ann.click(help_message, label="Surprise me")
    assert default_of(form) in {example.prompt for example in EXAMPLES}


@pytest.mark.settings(support_url="https://support.example/songs")
async def test_the_support_link_is_a_button(bot_env: BotEnvironment):
    result = await bot_env.ann.slash(bot_env.channel, "help")
    links = {button["label"]: button.get("url") for button in buttons_of(result.response)}
    assert links["Support"] == "https://support.example/songs"


async def joined(bot_env: BotEnvironment) -> None:
    bot_env.app.bot.dispatch("guild_join", bot_env.app.bot.get_guild(bot_env.guild.id))
    await bot_env.wait(1)


async def test_a_server_that_is_joined_is_told_once_what_the_bot_is_and_how_to_begin(
    bot_env: BotEnvironment,
):
    await joined(bot_env)
    (message,) = bot_env.channel.history()
    ids = bot_env.app.bot.command_ids
    assert f"**Try it:** </song:{ids['song']}>" in text_of(message)
    assert f"</quota panel:{ids['quota']}>" in text_of(message)
    assert "missing" not in text_of(message)
    assert labels(message)[-1] == "Surprise me"


async def test_on_joining_it_is_said_which_permissions_are_missing_for_players_and_covers(
    bot_env: BotEnvironment,
):
    denied = discord.PermissionOverwrite(attach_files=False, embed_links=False)
    silent = discord.PermissionOverwrite(send_messages=False)
    user = bot_env.app.bot.user
    other = bot_env.env.create_guild("Elsewhere")
    other.create_text_channel("rules", overwrites={user: silent})
    channel = other.create_text_channel("chat", overwrites={user: denied})
    bot_env.app.bot.dispatch("guild_join", bot_env.app.bot.get_guild(other.id))
    await bot_env.wait(1)
    (message,) = channel.history()
    assert message.embeds == []
    assert "**Attach Files** – needed to play audio" in message.content
    assert "**Embed Links**" in message.content


async def test_a_server_without_a_channel_to_speak_in_is_joined_in_silence(bot_env: BotEnvironment):
    silent = discord.PermissionOverwrite(send_messages=False)
    other = bot_env.env.create_guild("Elsewhere")
    channel = other.create_text_channel("rules", overwrites={bot_env.app.bot.user: silent})
    bot_env.app.bot.dispatch("guild_join", bot_env.app.bot.get_guild(other.id))
    await bot_env.wait(1)
    assert channel.history() == []


@pytest.mark.parametrize("in_thread", [False, True])
def test_every_permission_that_may_be_missing_has_a_name_for_people(in_thread: bool):
    missing = missing_permissions(discord.Permissions.none(), in_thread=in_thread)
    assert set(missing) <= NEEDED
    assert ("send_messages_in_threads" in missing) is in_thread
    assert ("send_messages" in missing) is not in_thread
    assert missing_permissions(discord.Permissions.all(), in_thread=in_thread) == []


def test_a_command_that_discord_has_not_numbered_is_plain_text():
    assert mention("quota show", {}) == "`/quota show`"
    assert mention("quota show", {"quota": 5}) == "</quota show:5>"
