"""Report errors to people: one message for each kind of error, and a default for all others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
from discord import app_commands

from songbot.discord_errors import ALREADY_ACKNOWLEDGED, DISCORD_ERRORS, describe
from songbot.interactions.replies import send_ephemeral
from songbot.songs.errors import StoreUnavailable
from songbot.wording import general
from songbot.wording.language import Message, Sentence

from .errors import UserFacingError
from .languages import own_language

log = logging.getLogger(__name__)

OTHER_SESSION_SECONDS = 5.0
"""Seconds that another session of the same shard has to complete the response that it deferred."""

_ERROR_MESSAGES: dict[type[Exception], Message] = {
    app_commands.NoPrivateMessage: general.SERVERS_ONLY,
    app_commands.CommandNotFound: general.COMMAND_CHANGED,
    app_commands.CommandSignatureMismatch: general.COMMAND_CHANGED,
    app_commands.TransformerError: general.BAD_INPUT,
    app_commands.CheckFailure: general.OWNERS_ONLY,
}
"""The first match applies, since some errors are subclasses of others."""


@asynccontextmanager
async def handle_errors(interaction: discord.Interaction) -> AsyncIterator[None]:
    """Handle errors of a press or modal like those of commands, since there is no command tree for them."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  # any error, as in the command tree
        await reply_with_error(interaction, error)


async def reply_with_error(interaction: discord.Interaction, error: Exception) -> None:
    """Tell the person privately, and log errors that the operator or a developer must fix."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original if isinstance(error.original, Exception) else error
    if isinstance(error, discord.HTTPException) and error.code == ALREADY_ACKNOWLEDGED:
        await _answer_if_nobody_does(interaction)
        return
    sentence = _error_message(interaction, error)
    if interaction.type is discord.InteractionType.autocomplete:
        await _offer_no_choices(interaction)
    else:
        await send_ephemeral(interaction, sentence)


async def _offer_no_choices(interaction: discord.Interaction) -> None:
    """Answer a failed autocomplete, which Discord accepts no message for."""
    try:
        await interaction.response.autocomplete([])
    except DISCORD_ERRORS as error:
        log.info("autocomplete was not answered: %s", describe(error))


async def _answer_if_nobody_does(interaction: discord.Interaction) -> None:
    """Leave the interaction to another session of this shard if that one responded first; else complete the
    response.

    During a rolling deployment, both sessions receive the interaction. A response of this session whose
    confirmation was lost looks the same.
    """
    await asyncio.sleep(OTHER_SESSION_SECONDS)
    try:
        answer = await interaction.original_response()
        if answer.flags.loading:
            await interaction.edit_original_response(content=general.UNEXPECTED(own_language(interaction)))
    except DISCORD_ERRORS as error:
        log.info("an interaction was answered elsewhere: %s", describe(error))


def _error_message(interaction: discord.Interaction, error: Exception) -> Sentence:
    match error:
        case UserFacingError():
            return error.sentence
        case StoreUnavailable():
            log.error("an interaction could not be served: %s", error)
            return general.STORE_UNAVAILABLE
        case app_commands.MissingPermissions():
            names = error.missing_permissions
            return lambda language: general.missing_permissions(language, names)
        case _ if said := next(
            (said for kind, said in _ERROR_MESSAGES.items() if isinstance(error, kind)), None
        ):
            return said
        case _:
            name = interaction.command.qualified_name if interaction.command else interaction.type.name
            log.error("an interaction failed: %s", name, exc_info=error)
            return general.UNEXPECTED
