"""Ordering a song, the same from wherever a person begins: acknowledge, place the order, say how it went."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import discord

from songbot.discord_errors import describe
from songbot.interactions.replies import say_privately
from songbot.songs.models import Relation, Reply, Song
from songbot.songs.orders import Accepted, Closed, Order, Outcome, Refused, Repeated
from songbot.songs.ports import StoreUnavailable
from songbot.songs.prompts import MAX_PROMPT, EmptyPrompt, PromptTooLong, clean_prompt
from songbot.ui.progress_message import acknowledgement
from songbot.wording import general, quotas
from songbot.worker.order_service import Desk

from .acknowledge import TRANSPORT_ERRORS, acknowledge
from .burst import Rush
from .install_context import quota_guild_id, reply_of, role_ids

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for, not yet cleaned. `parent` and `relation`: what it comes from, and how."""

    prompt: str
    private: bool = False
    parent: Song | None = None
    relation: Relation | None = None


class Ordering:
    """The one way from a wish to a song."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._rush = Rush()

    async def order(self, interaction: discord.Interaction, wish: Wish) -> bool:
        """Answers the person whatever happens; whether a song is on its way by this order.

        The line is out before the database is asked. An interaction that is acknowledged already (a deferred
        press) gets the line as a follow-up.
        """
        prompt = await _prompt_of(interaction, wish)
        if prompt is None:
            return False
        if interaction.response.is_done():
            message_id = await _follow_up(interaction, prompt, private=wish.private)
        else:
            with self._rush.acknowledging():
                message_id = await acknowledge(interaction, acknowledgement(prompt), private=wish.private)
            await self._rush.over()
        if message_id is None:
            return False
        order = _order(interaction, wish, prompt, reply_of(interaction, message_id))
        why_not = await self._place(order)
        if why_not is not None:
            await _replace_line(interaction, order, why_not)
        return why_not is None

    async def order_on(self, interaction: discord.Interaction, wish: Wish, message_id: int) -> bool:
        """As `order`, on a message of the bot's own that makes one song and no other, however often.

        The tracker makes it the progress line and then the card, by its id alone and so without the 15
        minutes of a token. A refusal is told privately and leaves it as it is. The interaction has to be
        acknowledged, and the bot has to be in the place.
        """
        prompt = await _prompt_of(interaction, wish)
        if prompt is None:
            return False
        reply = Reply(interaction.channel_id or 0, message_id, upload_limit=interaction.filesize_limit)
        why_not = await self._place(_order(interaction, wish, prompt, reply, key=f"dm:{message_id}"))
        if why_not is not None:
            await say_privately(interaction, why_not)
        return why_not is None

    async def _place(self, order: Order) -> str | None:
        """Why there is no song, in words; None when there is one."""
        try:
            outcome = await self._desk.order(order)
        except StoreUnavailable as error:
            log.warning("an order could not be written: %s", error)
            return general.STORE_UNAVAILABLE
        return None if isinstance(outcome, Accepted) else _why_not(outcome)


async def _prompt_of(interaction: discord.Interaction, wish: Wish) -> str | None:
    """The prompt as it is sent; None when it can't be, which the person has been told."""
    try:
        return clean_prompt(wish.prompt)
    except EmptyPrompt:
        await say_privately(interaction, general.EMPTY_PROMPT)
    except PromptTooLong as error:
        await say_privately(interaction, general.prompt_too_long(error.length, MAX_PROMPT))
    return None


def _order(
    interaction: discord.Interaction, wish: Wish, prompt: str, reply: Reply, key: str | None = None
) -> Order:
    return Order(
        key=key or f"interaction:{interaction.id}",
        user_id=interaction.user.id,
        prompt=prompt,
        private=wish.private,
        reply=reply,
        guild_id=interaction.guild_id,
        quota_guild_id=quota_guild_id(interaction),
        role_ids=role_ids(interaction),
        parent_id=wish.parent.id if wish.parent else None,
        relation=wish.relation,
    )


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
