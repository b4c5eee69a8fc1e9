"""Find the channels that a person can view now, from roles and overwrites. A thread inherits its parent's."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Coroutine
from typing import Any, TypeVar

import discord

from songbot.bounded_dict import BoundedDict
from songbot.delivery.channel_access import can_read
from songbot.discord_errors import DISCORD_ERRORS, describe

log = logging.getLogger(__name__)
T = TypeVar("T")

LOOKUP_TIMEOUT = 3.0
MAX_LOOKUPS = 25
"""Maximum number of channels and members requested per page. Anything not looked up counts as hidden."""
MAX_REMEMBERED_THREADS = 5_000

ChannelKey = tuple[int, int]
"""The IDs of a server and of a channel or thread in it."""


class ChannelVisibility:
    """Uses the gateway's cache, and asks Discord for what is missing: archived threads, and members of
    servers other than the current one. Nothing is visible in servers where the bot is not a member."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._archived: BoundedDict[int, discord.Thread] = BoundedDict(MAX_REMEMBERED_THREADS)

    async def can_view(self, interaction: discord.Interaction, channel_key: ChannelKey) -> bool:
        """Return True if the person can view that channel now."""
        if interaction.channel_id == channel_key[1]:
            return True
        return channel_key[1] in await self.visible(interaction, {channel_key})

    async def visible(
        self, interaction: discord.Interaction, channels: Collection[ChannelKey]
    ) -> frozenset[int]:
        """Return the IDs of the given channels that the person can view now."""
        seen: set[int] = set()
        lookups = [MAX_LOOKUPS]
        members: dict[int, discord.Member | None] = {}
        for guild_id, channel_id in sorted(channels, reverse=True):
            guild = self._client.get_guild(guild_id)
            if guild is None:
                continue
            if guild_id not in members:
                members[guild_id] = await self._member(interaction, guild, lookups)
            member = members[guild_id]
            if member is not None and await self._is_visible(guild, channel_id, member, lookups):
                seen.add(channel_id)
        return frozenset(seen)

    async def _member(
        self, interaction: discord.Interaction, guild: discord.Guild, lookups: list[int]
    ) -> discord.Member | None:
        if interaction.guild_id == guild.id and isinstance(interaction.user, discord.Member):
            return interaction.user
        return await _look_up(guild.fetch_member(interaction.user.id), lookups)

    async def _is_visible(
        self, guild: discord.Guild, channel_id: int, member: discord.Member, lookups: list[int]
    ) -> bool:
        channel = guild.get_channel_or_thread(channel_id) or await self._archived_thread(
            guild, channel_id, lookups
        )
        if channel is None:
            return False
        if not isinstance(channel, discord.Thread):
            return can_read(channel, channel.permissions_for(member))
        if channel.parent is None or not can_read(channel.parent, channel.parent.permissions_for(member)):
            return False
        if not channel.is_private() or channel.parent.permissions_for(member).manage_threads:
            return True
        return await _look_up(channel.fetch_member(member.id), lookups) is not None

    async def _archived_thread(
        self, guild: discord.Guild, thread_id: int, lookups: list[int]
    ) -> discord.Thread | None:
        if thread_id in self._archived:
            return self._archived[thread_id]
        found = await _look_up(guild.fetch_channel(thread_id), lookups)
        if not isinstance(found, discord.Thread):
            return None
        self._archived[thread_id] = found
        return found


async def _look_up(request: Coroutine[Any, Any, T], lookups: list[int]) -> T | None:
    """Ask Discord while `lookups` are left. Return None if it does not answer."""
    if lookups[0] <= 0:
        request.close()
        return None
    lookups[0] -= 1
    try:
        async with asyncio.timeout(LOOKUP_TIMEOUT):
            return await request
    except DISCORD_ERRORS as error:
        log.info("a channel or member was not looked up: %s", describe(error))
        return None
