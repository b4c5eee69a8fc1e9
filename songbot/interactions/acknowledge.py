"""Respond to an interaction within Discord's 3 seconds, and recover from errors."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass

import discord

from songbot.discord_errors import ALREADY_ACKNOWLEDGED, DISCORD_ERRORS, describe, is_blocked_by_automod
from songbot.wording import general

from .install_context import bot_has_access
from .languages import own_language
from .replies import send_ephemeral

log = logging.getLogger(__name__)

ACKNOWLEDGE_TIMEOUT = 2.7
"""Seconds. Discord requires a response within 3 ("Receiving and Responding")."""
ATTEMPT_TIMEOUT = 1.2
UNKNOWN_INTERACTION = 10062


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The response that was sent. `is_ephemeral` comes from Discord, which also forces some responses to be
    ephemeral.

    `is_certain` is False if the response may be another session's: during a rolling deployment, two sessions
    receive every interaction (Discord, "Gateway": Sharding).
    """

    message_id: int
    is_ephemeral: bool
    is_certain: bool = True


async def acknowledge(
    interaction: discord.Interaction, embed: discord.Embed, *, private: bool
) -> Acknowledged | None:
    """Respond with `embed`, retrying as long as Discord allows it.

    Return None if no response was possible, in which case nothing may be charged. If a response arrived but
    its confirmation was lost, Discord rejects the retry with 40060, and the message is looked up.
    """
    deadline = time.monotonic() + ACKNOWLEDGE_TIMEOUT
    pause = 0.1
    while (time_left := deadline - time.monotonic()) > 0:
        try:
            async with asyncio.timeout(min(ATTEMPT_TIMEOUT, time_left)):
                response = await interaction.response.send_message(embed=embed, ephemeral=private)
        except DISCORD_ERRORS as error:
            log.warning("an acknowledgement failed: %s", describe(error))
            if isinstance(error, discord.HTTPException) and error.status < 500 and error.status != 429:
                return await _on_rejected(interaction, error, private=private)
        else:
            return Acknowledged(response.message_id or 0, private or response.is_ephemeral())
        await asyncio.sleep(pause)
        pause *= 2
    return await _find_acknowledgement(interaction, private=private)


async def _on_rejected(
    interaction: discord.Interaction, error: discord.HTTPException, *, private: bool
) -> Acknowledged | None:
    if error.code == ALREADY_ACKNOWLEDGED:
        return await _find_acknowledgement(interaction, private=private)
    if is_blocked_by_automod(error):
        await send_ephemeral(interaction, general.AUTOMOD_BLOCKS_PROMPT)
        return None
    if error.code != UNKNOWN_INTERACTION:
        log.error("Discord rejected an acknowledgement: %s", describe(error))
    await _report_missed(interaction, private=private)
    return None


async def _find_acknowledgement(interaction: discord.Interaction, *, private: bool) -> Acknowledged | None:
    """Look up an acknowledgement that arrived although its confirmation was lost."""
    try:
        async with asyncio.timeout(10):
            found = await interaction.original_response()
    except DISCORD_ERRORS:
        await _report_missed(interaction, private=private)
        return None
    return Acknowledged(found.id, found.flags.ephemeral, is_certain=False)


async def _report_missed(interaction: discord.Interaction, *, private: bool) -> None:
    """Say in the channel what to do, if the bot has access, because Discord shows only "The application did
    not respond". For a private order, post nothing in public."""
    channel = interaction.channel
    if private or not bot_has_access(interaction) or not isinstance(channel, discord.abc.Messageable):
        return
    try:
        async with asyncio.timeout(10):
            await channel.send(
                general.missed(own_language(interaction), interaction.user.id),
                allowed_mentions=discord.AllowedMentions(users=True),
            )
    except DISCORD_ERRORS as error:
        log.warning("a missed response could not be reported: %s", describe(error))
