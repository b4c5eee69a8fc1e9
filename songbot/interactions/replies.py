"""Saying something to one person."""

from __future__ import annotations

import logging

import discord

from songbot.discord_errors import DISCORD_ERRORS, describe

log = logging.getLogger(__name__)


async def send_ephemeral(interaction: discord.Interaction, sentence: str) -> bool:
    """Answer so that only the person sees it, whether or not they were answered before. False: it failed."""
    try:
        if interaction.response.is_done():
            await interaction.followup.send(sentence, ephemeral=True)
        else:
            await interaction.response.send_message(sentence, ephemeral=True)
    except DISCORD_ERRORS as error:
        log.info("a private answer did not get there: %s", describe(error))
        return False
    return True
