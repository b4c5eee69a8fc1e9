"""Find the bot's permissions in a channel from the gateway's cache, without a request."""

from __future__ import annotations

import discord
from discord.abc import GuildChannel

from .fallbacks import OWN_UPLOAD_LIMIT, ChannelReach


def reach_of(client: discord.Client, guild_id: int | None, channel_id: int) -> ChannelReach:
    """Return what the bot can do as itself in the channel, based on current permissions.

    Archived threads and DMs are not in the cache, so everything counts as allowed there.
    """
    guild = client.get_guild(guild_id) if guild_id is not None else None
    if guild is None or guild.me is None:  # pyright: ignore[reportUnnecessaryComparison]  # None until GUILD_CREATE
        return ChannelReach()
    limit = max(OWN_UPLOAD_LIMIT, guild.filesize_limit)
    channel = guild.get_channel_or_thread(channel_id)
    if channel is None or (isinstance(channel, discord.Thread) and channel.parent is None):
        return ChannelReach(upload_limit=limit)
    granted = channel.permissions_for(guild.me)
    can_send = (
        granted.send_messages_in_threads if isinstance(channel, discord.Thread) else granted.send_messages
    )
    can_view = can_read(channel, granted)
    return ChannelReach(can_view, can_view and can_send, limit, can_embed=granted.embed_links)


def can_read(channel: GuildChannel | discord.Thread, granted: discord.Permissions) -> bool:
    """Return True if `granted` is enough to read the channel.

    Voice channels also require Connect (Discord, "Get Channel Messages").
    """
    needs_connect = isinstance(channel, (discord.VoiceChannel, discord.StageChannel))
    return granted.view_channel and (granted.connect or not needs_connect)
