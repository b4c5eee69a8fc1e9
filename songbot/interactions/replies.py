"""Saying something to one person."""

from __future__ import annotations

import logging

import discord

from songbot.discord_errors import DISCORD_ERRORS, describe

log = logging.getLogger(__name__)


async def send_ephemeral(interaction: discord.Interaction, sentence: str) -> bool:
    """Answer so that only the person sees it, whether or not they were answered before. False: it failed."""
    nobody = discord.AllowedMentions.none()
    try:
        if interaction.response.is_done():
            await interaction.followup.send(sentence, ephemeral=True, allowed_mentions=nobody)
        else:
            await interaction.response.send_message(sentence, ephemeral=True, allowed_mentions=nobody)
    except DISCORD_ERRORS as error:
        log.info("a private answer did not get there: %s", describe(error))
        return False
    return True
