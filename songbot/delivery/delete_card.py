"""Taking a song's card away from where people see it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from enum import Enum, auto

import discord

from songbot.discord_errors import TROUBLE, UNKNOWN_MESSAGE, describe, is_final
from songbot.songs.models import Song

log = logging.getLogger(__name__)

SECONDS = 10.0


class TakenAway(Enum):
    YES = auto()
    """It is gone, by us or by somebody before."""
    NEVER = auto()
    """No way of ours leads there."""
    NOT_NOW = auto()
    """Discord failed for now: worth another try."""


async def take_away(client: discord.Client, song: Song, pressed: discord.Interaction | None) -> TakenAway:
    """Delete the card as the bot's own message, else by the token of the press on it.

    `pressed` is the press on `Delete`, while it is remembered. When that was on another message with this
    song (a copy, or a page of a library), that one goes too.
    """
    outcome = await _as_own(client, song)
    if pressed is None or pressed.is_expired() or pressed.message is None:
        return outcome
    on_card = pressed.message.id == song.reply.message_id
    if on_card and outcome is TakenAway.YES:
        return outcome
    by_token = await _delete(pressed.delete_original_response())
    return by_token if on_card else outcome


async def _as_own(client: discord.Client, song: Song) -> TakenAway:
    reply = song.reply
    if not reply.bot_in_channel or reply.message_id is None:
        return TakenAway.NEVER
    card = client.get_partial_messageable(reply.channel_id).get_partial_message(reply.message_id)
    # A card that only one person sees is unknown to this route, gone or not.
    return await _delete(card.delete(), unknown=TakenAway.NEVER if song.private else TakenAway.YES)


async def _delete(request: Awaitable[None], unknown: TakenAway = TakenAway.YES) -> TakenAway:
    try:
        async with asyncio.timeout(SECONDS):
            await request
    except TROUBLE as error:
        if isinstance(error, discord.HTTPException) and error.code == UNKNOWN_MESSAGE:
            return unknown
        log.info("a card could not be taken away: %s", describe(error))
        return TakenAway.NEVER if is_final(error) else TakenAway.NOT_NOW
    return TakenAway.YES
