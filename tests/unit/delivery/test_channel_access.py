"""Test what the bot knows about its own reach in a channel."""

from __future__ import annotations

from typing import Any, cast
from unittest.mock import Mock

import discord
import pytest

from songbot.delivery.channel_access import can_read, reach_of
from songbot.delivery.fallbacks import ChannelReach

GUILD, CHANNEL = 1, 100
MIB = 1024 * 1024
ME = Mock(spec=discord.Member)
ALL = discord.Permissions(
    view_channel=True, send_messages=True, send_messages_in_threads=True, embed_links=True, connect=True
)


def without(*names: str) -> discord.Permissions:
    permissions = discord.Permissions(ALL.value)
    permissions.update(**dict.fromkeys(names, False))
    return permissions


def channel(kind: type, granted: discord.Permissions) -> Any:
    """Return a channel of this type where the bot, and nobody else, has the permissions `granted`."""
    return Mock(spec=kind, permissions_for={ME: granted}.__getitem__)


def client(*, me: Any = ME, filesize_limit: int = 10 * MIB, **channels: Any) -> discord.Client:
    """Return a client in one server, which knows `here` as the channel, or no channel."""
    known = {CHANNEL: channels.get("here")}
    guild = Mock(me=me, filesize_limit=filesize_limit, get_channel_or_thread=known.__getitem__)
    return cast("discord.Client", Mock(get_guild={GUILD: guild}.get))


def test_in_direct_messages_and_unknown_servers_everything_counts_as_allowed():
    muted = client(here=channel(discord.TextChannel, discord.Permissions.none()))
    assert reach_of(muted, None, CHANNEL) == ChannelReach()
    assert reach_of(muted, 2, CHANNEL) == ChannelReach()
    assert reach_of(client(me=None), GUILD, CHANNEL) == ChannelReach()


def test_a_channel_that_is_not_in_the_cache_counts_as_allowed():
    assert reach_of(client(), GUILD, CHANNEL) == ChannelReach()
    orphan = channel(discord.Thread, discord.Permissions.none())
    orphan.parent = None
    assert reach_of(client(here=orphan), GUILD, CHANNEL) == ChannelReach()


@pytest.mark.parametrize(
    ("missing", "reach"),
    [
        ((), ChannelReach()),
        (("send_messages",), ChannelReach(can_post=False)),
        (("embed_links",), ChannelReach(can_embed=False)),
        (("view_channel",), ChannelReach(can_view=False, can_post=False)),
        (("send_messages_in_threads",), ChannelReach()),
        (("connect",), ChannelReach()),
    ],
)
def test_in_a_text_channel_the_bot_can_do_what_its_permissions_say(missing, reach):
    here = channel(discord.TextChannel, without(*missing))
    assert reach_of(client(here=here), GUILD, CHANNEL) == reach


@pytest.mark.parametrize(
    ("missing", "can_post"), [((), True), (("send_messages",), True), (("send_messages_in_threads",), False)]
)
def test_in_a_thread_the_permission_to_send_in_threads_counts(missing, can_post):
    thread = channel(discord.Thread, without(*missing))
    assert reach_of(client(here=thread), GUILD, CHANNEL) == ChannelReach(can_post=can_post)


@pytest.mark.parametrize("kind", [discord.VoiceChannel, discord.StageChannel])
def test_the_chat_of_a_voice_channel_is_closed_to_those_who_can_not_connect(kind):
    there = client(here=channel(kind, without("connect")))
    assert reach_of(there, GUILD, CHANNEL) == ChannelReach(can_view=False, can_post=False)
    assert reach_of(client(here=channel(kind, ALL)), GUILD, CHANNEL) == ChannelReach()
    assert not can_read(channel(kind, ALL), without("view_channel"))


@pytest.mark.parametrize("here", [None, channel(discord.TextChannel, ALL)])
def test_boosts_raise_the_upload_limit_and_nothing_lowers_it(here):
    boosted, smaller = client(filesize_limit=50 * MIB, here=here), client(filesize_limit=MIB, here=here)
    assert reach_of(boosted, GUILD, CHANNEL) == ChannelReach(upload_limit=50 * MIB)
    assert reach_of(smaller, GUILD, CHANNEL) == ChannelReach(upload_limit=10 * MIB)
