"""What a person is told when something went wrong: ordered handlers, one default, never silence."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
from discord import app_commands

from songbot.interactions.replies import say_privately
from songbot.songs.ports import StoreUnavailable
from songbot.wording import general

log = logging.getLogger(__name__)

_SAID: dict[type[Exception], str] = {
    app_commands.NoPrivateMessage: general.SERVERS_ONLY,
    app_commands.CommandNotFound: general.COMMAND_CHANGED,
    app_commands.CommandSignatureMismatch: general.COMMAND_CHANGED,
    app_commands.TransformerError: general.BAD_INPUT,
    app_commands.CheckFailure: general.OWNERS_ONLY,
}
"""The first that the error is one of counts: some errors are kinds of others."""


@asynccontextmanager
async def answered(interaction: discord.Interaction) -> AsyncIterator[None]:
    """Around the work of a press, which has no command tree to catch what goes wrong: the same door."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  # the command tree's door, for what has no tree
        await answer_error(interaction, error)


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
        case _ if said := next((said for kind, said in _SAID.items() if isinstance(error, kind)), None):
            return said
        case _:
            name = interaction.command.qualified_name if interaction.command else interaction.type.name
            log.error("an interaction failed: %s", name, exc_info=error)
            return general.UNEXPECTED
