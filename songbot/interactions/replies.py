"""Answer one person privately."""

from __future__ import annotations

import logging

import discord

from songbot.discord_errors import DISCORD_ERRORS, describe

log = logging.getLogger(__name__)


async def send_ephemeral(interaction: discord.Interaction, sentence: str) -> bool:
    """Answer ephemerally, as the first response or a follow-up. Return False if that failed."""
    try:
        if interaction.response.is_done():
            await interaction.followup.send(sentence, ephemeral=True)
        else:
            await interaction.response.send_message(sentence, ephemeral=True)
    except DISCORD_ERRORS as error:
        log.info("a private answer did not get there: %s", describe(error))
        return False
    return True
