"""Answering an interaction within Discord's 3 seconds, through what goes wrong on the way."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass

import discord

from songbot.discord_errors import ALREADY_ACKNOWLEDGED, DISCORD_ERRORS, describe, is_blocked_by_automod
from songbot.wording import general

from .install_context import bot_has_access
from .replies import send_ephemeral

log = logging.getLogger(__name__)

ACKNOWLEDGE_TIMEOUT = 2.7
"""Seconds. Discord, "Receiving and Responding": an interaction has to be answered within 3."""
ATTEMPT_TIMEOUT = 1.2
UNKNOWN_INTERACTION = 10062


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The answer that stands. `is_ephemeral` is Discord's word: it makes answers ephemeral by itself, too.

    `is_certain` is False where it may be another session's: while a deployment rolls over, two of them get
    every interaction (Discord, "Gateway": Sharding).
    """

    message_id: int
    is_ephemeral: bool
    is_certain: bool = True


async def acknowledge(
    interaction: discord.Interaction, embed: discord.Embed, *, private: bool
) -> Acknowledged | None:
    """Answer with `embed`, trying again while Discord allows it.

    Return None if it could not be answered: then nothing may be charged. An answer of ours whose confirmation
    was lost stands all the same: Discord says 40060 to the second try, and the message is looked up.
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
        log.error("Discord does not take an acknowledgement: %s", describe(error))
    await _report_missed(interaction, private=private)
    return None


async def _find_acknowledgement(interaction: discord.Interaction, *, private: bool) -> Acknowledged | None:
    """Look up an acknowledgement that got there although its confirmation did not."""
    try:
        async with asyncio.timeout(10):
            found = await interaction.original_response()
    except DISCORD_ERRORS:
        await _report_missed(interaction, private=private)
        return None
    return Acknowledged(found.id, found.flags.ephemeral, is_certain=False)


async def _report_missed(interaction: discord.Interaction, *, private: bool) -> None:
    """Say in the channel what to do, if the bot may: Discord shows "The application did not respond". Of a
    private order nothing is said in public.
    """
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
