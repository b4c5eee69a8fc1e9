"""Delete a song's card from where people see it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from enum import Enum, auto

import discord

from songbot.discord_errors import DISCORD_ERRORS, UNKNOWN_MESSAGE, describe, is_permanent
from songbot.songs.models import Song

log = logging.getLogger(__name__)

DELETE_TIMEOUT = 10.0


class DeleteResult(Enum):
    DELETED = auto()
    """The card is gone. The bot or somebody else deleted it."""
    IMPOSSIBLE = auto()
    """The bot has no access to the card."""
    RETRY_LATER = auto()
    """Discord failed temporarily, so another attempt may work."""


async def delete_card(
    client: discord.Client, song: Song, pressed: discord.Interaction | None
) -> DeleteResult:
    """Delete the card as the bot's own message, or with the token of the press on it.

    `pressed` is the press of `Delete`, as long as it is remembered. If it was on another message with this
    song (a copy or a library page), that message is deleted too.
    """
    outcome = await _delete_as_bot(client, song)
    if pressed is None or pressed.is_expired() or pressed.message is None:
        return outcome
    on_card = pressed.message.id == song.reply.message_id
    if on_card and outcome is DeleteResult.DELETED:
        return outcome
    by_token = await _delete(pressed.delete_original_response())
    return by_token if on_card else outcome


async def _delete_as_bot(client: discord.Client, song: Song) -> DeleteResult:
    target = song.reply
    if not target.bot_in_channel or target.message_id is None:
        return DeleteResult.IMPOSSIBLE
    card = client.get_partial_messageable(target.channel_id).get_partial_message(target.message_id)
    # This route answers "unknown" for an ephemeral card even while it exists.
    return await _delete(
        card.delete(), unknown=DeleteResult.IMPOSSIBLE if song.private else DeleteResult.DELETED
    )


async def _delete(request: Awaitable[None], unknown: DeleteResult = DeleteResult.DELETED) -> DeleteResult:
    try:
        async with asyncio.timeout(DELETE_TIMEOUT):
            await request
    except DISCORD_ERRORS as error:
        if isinstance(error, discord.HTTPException) and error.code == UNKNOWN_MESSAGE:
            return unknown
        log.info("a card could not be deleted: %s", describe(error))
        return DeleteResult.IMPOSSIBLE if is_permanent(error) else DeleteResult.RETRY_LATER
    return DeleteResult.DELETED
