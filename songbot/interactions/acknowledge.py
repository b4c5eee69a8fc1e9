"""Answering an interaction within Discord's 3 seconds, through what goes wrong on the way."""

from __future__ import annotations

import asyncio
import logging
import time

import discord

from songbot.discord_errors import DISCORD_ERRORS, describe
from songbot.wording import general

from .install_context import bot_has_access

log = logging.getLogger(__name__)

ACKNOWLEDGE_TIMEOUT = 2.7
"""Seconds. Discord, "Receiving and Responding": an interaction has to be answered within 3."""
ATTEMPT_TIMEOUT = 1.2
UNKNOWN_INTERACTION, ALREADY_ACKNOWLEDGED = 10062, 40060


async def acknowledge(interaction: discord.Interaction, embed: discord.Embed, *, private: bool) -> int | None:
    """Answer with `embed`, trying again while Discord allows it; the id of the message that stands.

    None: it could not be answered, and nothing may be charged. An answer of ours whose confirmation was
    lost stands all the same: Discord says 40060 to the second try, and the message is looked up.
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
            return response.message_id
        await asyncio.sleep(pause)
        pause *= 2
    return await _find_acknowledgement(interaction, private=private)


async def _on_rejected(
    interaction: discord.Interaction, error: discord.HTTPException, *, private: bool
) -> int | None:
    if error.code == ALREADY_ACKNOWLEDGED:
        return await _find_acknowledgement(interaction, private=private)
    if error.code != UNKNOWN_INTERACTION:
        log.error("Discord does not take an acknowledgement: %s", describe(error))
    await _report_missed(interaction, private=private)
    return None


async def _find_acknowledgement(interaction: discord.Interaction, *, private: bool) -> int | None:
    """The line's message id when an acknowledgement got there although we were not told so."""
    try:
        async with asyncio.timeout(10):
            return (await interaction.original_response()).id
    except DISCORD_ERRORS:
        await _report_missed(interaction, private=private)
        return None


async def _report_missed(interaction: discord.Interaction, *, private: bool) -> None:
    """Discord shows "The application did not respond"; where the bot may speak, it says what to do. Of a
    private wish nothing is said in public."""
    channel = interaction.channel
    if private or not bot_has_access(interaction) or not isinstance(channel, discord.abc.Messageable):
        return
    try:
        async with asyncio.timeout(10):
            await channel.send(
                general.missed(interaction.user.id), allowed_mentions=discord.AllowedMentions(users=True)
            )
    except DISCORD_ERRORS as error:
        log.warning("an apology could not be sent: %s", describe(error))
