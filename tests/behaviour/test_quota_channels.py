"""Test where songs may be requested: admins allow or deny channels, for every way of ordering."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from songbot.interactions.channel_policy import CACHE_SECONDS
from songbot.interactions.errors import UserFacingError
from songbot.quotas.channels import ChannelRule
from songbot.songs.errors import StoreUnavailable
from songbot.songs.examples import SHOWN
from songbot.wording import buttons
from songbot.wording.language import ENGLISH

from .environment import BotEnvironment
from .helpers import all_songs, make_song, private_answer
from .quotas import ask, quota


@pytest.fixture
def other(bot_env: BotEnvironment) -> Any:
    return bot_env.guild.create_text_channel("songs")


async def test_a_denied_channel_refuses_and_names_one_that_is_open(bot_env: BotEnvironment, other: Any):
    said = await quota(bot_env, "channels", channel=bot_env.channel, rule="deny")
    assert f"Songs are turned off in <#{bot_env.channel.id}>." in said
    refusal = await ask(bot_env, bot_env.ann)
    assert refusal == (f"Songs are turned off in this channel – try <#{other.id}>. Nothing was charged.")
    assert await all_songs(bot_env) == []
    assert (await bot_env.ann.slash(other, "song", prompt="rain")).response is not None


async def test_an_allowed_channel_closes_the_others_until_the_rule_is_removed(
    bot_env: BotEnvironment, other: Any
):
    await quota(bot_env, "channels", channel=other, rule="allow")
    assert f"only in <#{other.id}>" in await quota(bot_env, "channels")
    assert f"try <#{other.id}>" in await ask(bot_env, bot_env.ann)
    said = await quota(bot_env, "channels", channel=other, rule="remove")
    assert "Songs can now be made in all channels." in said
    assert await ask(bot_env, bot_env.ann) == ""


async def test_a_channel_that_the_person_cannot_see_is_not_named(bot_env: BotEnvironment):
    hidden, shown = (discord.PermissionOverwrite(view_channel=value) for value in (False, True))
    secret = bot_env.guild.create_text_channel(
        "secret", overwrites={bot_env.guild.default_role: hidden, bot_env.max: shown}
    )
    await quota(bot_env, "channels", channel=secret, rule="allow")
    assert await ask(bot_env, bot_env.ann) == "Songs are turned off in this channel. Nothing was charged."


async def test_buttons_and_forms_under_old_songs_are_refused_too(bot_env: BotEnvironment, other: Any):
    card = await make_song(bot_env)
    await quota(bot_env, "channels", channel=bot_env.channel, rule="deny")
    take = await bot_env.ann.click(card, label="Another take")
    assert f"try <#{other.id}>" in private_answer(take)
    remix = await bot_env.ann.click(card, label=buttons.REMIX(ENGLISH))
    assert remix.modal is None
    assert f"try <#{other.id}>" in private_answer(remix)
    assert len(await all_songs(bot_env)) == 1


async def test_a_form_that_was_open_when_the_channel_was_closed_is_refused(
    bot_env: BotEnvironment, other: Any
):
    card = await make_song(bot_env)
    form = await bot_env.ann.click(card, label=buttons.REMIX(ENGLISH))
    await quota(bot_env, "channels", channel=bot_env.channel, rule="deny")
    remix = await bot_env.ann.submit_modal(form, {"prompt": "slower"})
    assert f"try <#{other.id}>" in remix.followups[0].content
    assert len(await all_songs(bot_env)) == 1


async def test_the_message_menu_is_refused_before_its_form_opens(bot_env: BotEnvironment, other: Any):
    message = await bot_env.ann.send(bot_env.channel, "a song about rain")
    await quota(bot_env, "channels", channel=bot_env.channel, rule="deny")
    result = await bot_env.ann.context_menu(bot_env.channel, "Make a song from this", message)
    assert result.modal is None
    assert f"try <#{other.id}>" in private_answer(result)
    assert all(isinstance(error.__cause__, UserFacingError) for error in bot_env.env.errors)


@pytest.mark.parametrize("button", [SHOWN[0].prompt, "Surprise me"])
async def test_the_examples_in_help_are_refused_before_their_form_opens(
    bot_env: BotEnvironment, other: Any, button: str
):
    await quota(bot_env, "channels", channel=bot_env.channel, rule="deny")
    shown = await bot_env.ann.slash(bot_env.channel, "help")
    result = await bot_env.ann.click(shown.response, label=button)
    assert result.modal is None
    assert f"try <#{other.id}>" in private_answer(result)


async def test_while_the_rules_cannot_be_read_a_form_still_opens(
    bot_env: BotEnvironment, monkeypatch: pytest.MonkeyPatch
):
    async def away(guild_id: int) -> None:
        raise StoreUnavailable

    message = await bot_env.ann.send(bot_env.channel, "a song about rain")
    monkeypatch.setattr(bot_env.database.channel_rules, "rules", away)
    form = await bot_env.ann.context_menu(bot_env.channel, "Make a song from this", message)
    assert form.modal is not None


async def test_media_channels_can_have_a_rule_too(bot_env: BotEnvironment):
    [command] = [one for one in bot_env.app.bot.tree.get_commands() if one.name == "quota"]
    [channels] = [
        one for one in command.to_dict(bot_env.app.bot.tree)["options"] if one["name"] == "channels"
    ]
    [channel] = [option for option in channels["options"] if option["name"] == "channel"]
    assert discord.ChannelType.media.value in channel["channel_types"]


async def test_a_thread_goes_by_its_parent(bot_env: BotEnvironment, other: Any):
    for channel in (bot_env.channel, other):
        bot_env.env.backend.create_thread(channel.id, f"in {channel.name}", bot_env.ann.id)
    await bot_env.env.settle()
    [closed], [open_thread] = bot_env.channel.threads, other.threads
    await quota(bot_env, "channels", channel=other, rule="allow")
    refused = await bot_env.ann.slash(closed, "song", prompt="rain")
    assert f"try <#{other.id}>" in refused.followups[0].content
    assert (await bot_env.ann.slash(open_thread, "song", prompt="rain")).response is not None


async def test_direct_messages_are_no_channel_of_a_server(bot_env: BotEnvironment):
    await quota(bot_env, "channels", channel=bot_env.channel, rule="deny")
    bot_env.ann.user.dm_channel  # noqa: B018  # opens it
    result = await bot_env.ann.user.slash("song", prompt="rain")
    assert result.response is not None


async def test_a_change_by_another_process_holds_within_seconds(bot_env: BotEnvironment):
    assert await ask(bot_env, bot_env.ann) == ""
    await bot_env.database.channel_rules.set_rule(
        bot_env.guild.id, bot_env.max.id, bot_env.channel.id, ChannelRule.DENY, bot_env.env.now()
    )
    bot_env.env.backend.clock.advance(CACHE_SECONDS)
    assert "turned off in this channel" in await ask(bot_env, bot_env.ann)


async def test_the_rules_are_read_once_for_many_orders(
    bot_env: BotEnvironment, monkeypatch: pytest.MonkeyPatch
):
    await ask(bot_env, bot_env.ann)

    async def away(guild_id: int) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(bot_env.database.channel_rules, "rules", away)
    assert await ask(bot_env, bot_env.ann) == ""


async def test_while_the_rules_cannot_be_read_nothing_is_ordered(
    bot_env: BotEnvironment, monkeypatch: pytest.MonkeyPatch
):
    async def away(guild_id: int) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(bot_env.database.channel_rules, "rules", away)
    assert "can't reach my database" in await ask(bot_env, bot_env.ann)
    assert await all_songs(bot_env) == []


async def test_half_a_rule_and_too_many_rules_get_a_clear_sentence(bot_env: BotEnvironment):
    assert "Choose both" in await quota(bot_env, "channels", channel=bot_env.channel)
    assert "Choose both" in await quota(bot_env, "channels", rule="deny")
    for number in range(26):
        channel = bot_env.guild.create_text_channel(f"room-{number}")
        said = await quota(bot_env, "channels", channel=channel, rule="deny")
    assert "at most 25 channels" in said
    assert all(isinstance(error.__cause__, UserFacingError) for error in bot_env.env.errors)


async def test_the_log_tells_of_channels(bot_env: BotEnvironment):
    for rule in ("deny", "allow", "remove"):
        await quota(bot_env, "channels", channel=bot_env.channel, rule=rule)
    log = await quota(bot_env, "log")
    for said in ("turned songs off in", "allowed songs in", "removed the channel rule for"):
        assert f"{bot_env.max.mention} {said} <#{bot_env.channel.id}>" in log
