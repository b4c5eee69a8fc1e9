"""Reply to one person privately."""

from __future__ import annotations

import logging

import discord

from songbot.discord_errors import DISCORD_ERRORS, describe
from songbot.wording.language import Sentence

from .languages import own_language

log = logging.getLogger(__name__)

_FILLED = "filled"


async def defer_ephemeral(interaction: discord.Interaction) -> None:
    """Acknowledge with "thinking..." that only the person sees. `send_ephemeral` completes it."""
    await interaction.response.defer(ephemeral=True, thinking=True)


async def send_ephemeral(interaction: discord.Interaction, sentence: Sentence | str) -> bool:
    """Send an ephemeral reply in the person's language, whatever was sent before. Return True if it arrived.

    A deferred response is completed by an edit: using a POST for that is deprecated (Discord, "Receiving and
    Responding": Followup Messages), and counts towards the channel's rate limit.
    """
    text = sentence if isinstance(sentence, str) else sentence(own_language(interaction))
    try:
        if not interaction.response.is_done():
            await interaction.response.send_message(text, ephemeral=True)
        elif _is_waiting(interaction):
            interaction.extras[_FILLED] = True
            await interaction.edit_original_response(content=text)
        else:
            await interaction.followup.send(text, ephemeral=True)
    except DISCORD_ERRORS as error:
        log.info("a private reply did not arrive: %s", describe(error))
        return False
    return True


def _is_waiting(interaction: discord.Interaction) -> bool:
    """Return True if the person still sees "thinking...". The bot defers this way only for ephemeral
    responses."""
    deferred = interaction.response.type is discord.InteractionResponseType.deferred_channel_message
    return deferred and _FILLED not in interaction.extras
