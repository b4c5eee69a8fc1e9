"""Decide whether songs may be requested in an interaction's channel."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import discord

from songbot.bounded_dict import BoundedDict
from songbot.quotas.channels import ChannelRuleRepository, ChannelRules
from songbot.songs.errors import StoreUnavailable
from songbot.wording import quota_channels as wording
from songbot.wording.language import Sentence

from .errors import UserFacingError

CACHE_SECONDS = 10.0
"""Seconds until another process's change is noticed here. A change by this process applies at once."""
_MAX_CACHED = 1000
FORM_TIMEOUT = 0.5
"""Seconds. A form has to be the first response, and the lookup of a song may come before it too."""

SongChannel = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.ForumChannel


class ChannelPolicy:
    """Caches a server's rules for a few seconds. `monotonic` returns seconds."""

    def __init__(self, repository: ChannelRuleRepository, monotonic: Callable[[], float]) -> None:
        self._repository = repository
        self._monotonic = monotonic
        self._cache: BoundedDict[int, tuple[float, asyncio.Task[ChannelRules]]] = BoundedDict(_MAX_CACHED)

    async def refusal(self, interaction: discord.Interaction) -> Sentence | None:
        """Return why songs can't be requested here, naming a channel where they can, or None if they can.

        Raise StoreUnavailable if the rules can't be read.
        """
        if interaction.guild_id is None:
            return None
        rules = await self._rules(interaction.guild_id)
        channel = interaction.channel
        parent_id = channel.parent_id if isinstance(channel, discord.Thread) else None
        if rules.permits(interaction.channel_id or 0, parent_id):
            return None
        open_channel = _open_channel_id(interaction, rules)
        return lambda language: wording.refused(language, open_channel)

    async def check_before_form(self, interaction: discord.Interaction) -> None:
        """Raise UserFacingError instead of letting someone fill in a form for a song that would be refused.

        If the rules can't be read in time, the form may open. They are checked again when it is submitted.
        """
        try:
            async with asyncio.timeout(FORM_TIMEOUT):
                refusal = await self.refusal(interaction)
        except (TimeoutError, StoreUnavailable):
            return
        if refusal is not None:
            raise UserFacingError(refusal)

    def forget(self, guild_id: int) -> None:
        """Read the server's rules again on the next request."""
        self._cache.pop(guild_id, None)

    async def _rules(self, guild_id: int) -> ChannelRules:
        """Read the rules once for all requests that arrive meanwhile and soon after."""
        until, reading = self._cache.get(guild_id, (0.0, None))
        now = self._monotonic()
        if reading is None or now >= until or _has_failed(reading):
            reading = asyncio.create_task(self._repository.rules(guild_id), name=f"channel-rules-{guild_id}")
            self._cache[guild_id] = (now + CACHE_SECONDS, reading)
        return await asyncio.shield(reading)


def _has_failed(reading: asyncio.Task[ChannelRules]) -> bool:
    return reading.done() and (reading.cancelled() or reading.exception() is not None)


def _open_channel_id(interaction: discord.Interaction, rules: ChannelRules) -> int | None:
    """Return the first channel where songs are allowed and the person can see it and use commands."""
    guild = interaction.client.get_guild(interaction.guild_id or 0)
    user = interaction.user
    if guild is None or not isinstance(user, discord.Member):
        return None
    channels = sorted(
        (channel for channel in guild.channels if isinstance(channel, SongChannel)),
        key=lambda one: (isinstance(one, discord.ForumChannel), one.position),
    )
    usable = (channel.id for channel in channels if rules.permits(channel.id) and _can_use(channel, user))
    return next(usable, None)


def _can_use(channel: SongChannel, user: discord.Member) -> bool:
    permissions = channel.permissions_for(user)
    return permissions.view_channel and permissions.send_messages and permissions.use_application_commands
