"""Ordering a song, the same from wherever a person begins: acknowledge, place the order, say how it went."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass

import aiohttp
import discord

from cards.progress_line import acknowledgement
from cards.replies import say_privately
from cards.trouble import describe
from cards.wording import general, quotas
from songs.desk import Desk
from songs.order import Accepted, Closed, Order, Outcome, Refused, Repeated
from songs.ports import StoreUnavailable
from songs.prompt import MAX_PROMPT, EmptyPrompt, PromptTooLong, clean_prompt
from songs.song import Relation, Song

from .places import quota_guild_id, reply_of, role_ids

log = logging.getLogger(__name__)

UNKNOWN_INTERACTION, ALREADY_ACKNOWLEDGED = 10062, 40060
TRANSPORT_ERRORS = (aiohttp.ClientError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for, not yet cleaned. `parent` and `relation`: what it comes from, and how."""

    prompt: str
    private: bool = False
    parent: Song | None = None
    relation: Relation | None = None


class Ordering:
    """`acknowledged` is told how many seconds after the interaction's arrival the acknowledgement was out."""

    def __init__(self, desk: Desk, acknowledged=lambda _seconds: None) -> None:
        self._desk = desk
        self._acknowledged = acknowledged

    async def order(self, interaction: discord.Interaction, wish: Wish) -> None:
        """Answers the person whatever happens. The line is out before the database is asked.

        An interaction that is acknowledged already (a deferred press) gets the line as a follow-up.
        """
        arrived = time.monotonic()
        try:
            prompt = clean_prompt(wish.prompt)
        except EmptyPrompt:
            await say_privately(interaction, general.EMPTY_PROMPT)
            return
        except PromptTooLong as error:
            await say_privately(interaction, general.prompt_too_long(error.length, MAX_PROMPT))
            return
        if interaction.response.is_done():
            message_id = await _follow_up(interaction, prompt, private=wish.private)
        else:
            message_id = await _acknowledge(interaction, prompt, private=wish.private)
            self._acknowledged(time.monotonic() - arrived)
        if message_id is None:
            return
        await self._place(interaction, _order(interaction, wish, prompt, message_id))

    async def _place(self, interaction: discord.Interaction, order: Order) -> None:
        try:
            outcome = await self._desk.order(order)
        except StoreUnavailable as error:
            log.warning("an order could not be written: %s", error)
            await _replace_line(interaction, order, general.STORE_UNAVAILABLE)
            return
        if not isinstance(outcome, Accepted):
            await _replace_line(interaction, order, _why_not(outcome))


def _order(interaction: discord.Interaction, wish: Wish, prompt: str, message_id: int) -> Order:
    return Order(
        key=f"interaction:{interaction.id}",
        user_id=interaction.user.id,
        prompt=prompt,
        private=wish.private,
        reply=reply_of(interaction, message_id),
        guild_id=interaction.guild_id,
        quota_guild_id=quota_guild_id(interaction),
        role_ids=role_ids(interaction),
        parent_id=wish.parent.id if wish.parent else None,
        relation=wish.relation,
    )


async def _acknowledge(interaction: discord.Interaction, prompt: str, *, private: bool) -> int | None:
    """Send the progress line; its message id, or None when the person could not be answered in time.

    An answer of ours that was lost on its way may have got there all the same: then the line stands, and
    the order goes on (Discord answers 40060 to a second acknowledgement).
    """
    try:
        response = await interaction.response.send_message(
            acknowledgement(prompt), ephemeral=private, allowed_mentions=discord.AllowedMentions.none()
        )
    except (discord.HTTPException, *TRANSPORT_ERRORS) as error:
        log.warning("an acknowledgement failed: %s", describe(error))
        if isinstance(error, discord.HTTPException) and error.code == UNKNOWN_INTERACTION:
            return None
        return await _line_that_stands(interaction)
    return response.message_id


async def _follow_up(interaction: discord.Interaction, prompt: str, *, private: bool) -> int | None:
    try:
        message = await interaction.followup.send(
            acknowledgement(prompt),
            ephemeral=private,
            allowed_mentions=discord.AllowedMentions.none(),
            wait=True,
        )
    except (discord.HTTPException, *TRANSPORT_ERRORS) as error:
        log.warning("a progress line could not be sent: %s", describe(error))
        await say_privately(interaction, general.UNEXPECTED)
        return None
    return message.id


async def _line_that_stands(interaction: discord.Interaction) -> int | None:
    try:
        async with asyncio.timeout(10):
            return (await interaction.original_response()).id
    except (discord.DiscordException, *TRANSPORT_ERRORS):
        return None


def _why_not(outcome: Outcome) -> str:
    match outcome:
        case Refused(decision=decision):
            return quotas.refused(decision)
        case Closed(message=message):
            return general.closed(message)
        case Repeated():
            return general.ALREADY_ORDERED
        case Accepted():
            raise ValueError("an accepted order needs no excuse")


async def _replace_line(interaction: discord.Interaction, order: Order, sentence: str) -> None:
    """Tell the person privately, then take the line away. If they can't be told so, the line says it."""
    nobody = discord.AllowedMentions.none()
    line = order.reply.message_id or 0
    try:
        if await say_privately(interaction, sentence):
            await interaction.followup.delete_message(line)
        else:
            await interaction.followup.edit_message(line, content=sentence, allowed_mentions=nobody)
    except (discord.HTTPException, *TRANSPORT_ERRORS) as error:
        log.warning("the line of a refused order could not be changed: %s", describe(error))
