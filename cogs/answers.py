"""What a person is told when something went wrong: ordered handlers, one default, never silence."""

from __future__ import annotations

import logging

import discord
from discord import app_commands

from cards.replies import say_privately
from cards.wording import general
from songs.ports import StoreUnavailable

log = logging.getLogger(__name__)


async def answer_error(interaction: discord.Interaction, error: Exception) -> None:
    """Tell the person privately, and the log where it is ours to mend."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original if isinstance(error.original, Exception) else error
    await say_privately(interaction, _sentence(interaction, error))


def _sentence(interaction: discord.Interaction, error: Exception) -> str:
    match error:
        case StoreUnavailable():
            log.error("an interaction could not be served: %s", error)
            return general.STORE_UNAVAILABLE
        case app_commands.MissingPermissions():
            return general.missing_permissions(error.missing_permissions)
        case app_commands.NoPrivateMessage():
            return general.SERVERS_ONLY
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            return general.COMMAND_CHANGED
        case app_commands.TransformerError():
            return general.BAD_INPUT
        case _:
            name = interaction.command.qualified_name if interaction.command else interaction.type.name
            log.error("an interaction failed: %s", name, exc_info=error)
            return general.UNEXPECTED
