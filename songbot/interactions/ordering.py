"""Ordering a song, the same from wherever a person begins: acknowledge, place the order, say how it went."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import discord

from songbot.discord_errors import DISCORD_ERRORS, describe
from songbot.interactions.replies import send_ephemeral
from songbot.songs.errors import StoreUnavailable
from songbot.songs.models import Relation, ReplyTarget, Song
from songbot.songs.orders import Accepted, Duplicate, NotAccepting, Order, OrderOutcome, Refused
from songbot.songs.prompts import MAX_PROMPT, EmptyPrompt, PromptTooLong, clean_prompt
from songbot.ui.progress_message import acknowledgement_embed
from songbot.wording import general, quotas
from songbot.worker.order_service import OrderService

from .acknowledge import acknowledge
from .burst import AcknowledgementBarrier
from .channel_policy import ChannelPolicy
from .install_context import quota_guild_id, reply_target, role_ids

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SongRequest:
    """What somebody asks for, not yet cleaned. `parent` and `relation`: what it comes from, and how."""

    prompt: str
    private: bool = False
    parent: Song | None = None
    relation: Relation | None = None
    take: int = 1
    """Counts from 1 where one interaction asks for several songs."""


class Ordering:
    """The one way from a wish to a song."""

    def __init__(self, order_service: OrderService, channels: ChannelPolicy) -> None:
        self._orders = order_service
        self._channels = channels
        self._barrier = AcknowledgementBarrier()

    async def order(self, interaction: discord.Interaction, request: SongRequest) -> bool:
        """Answers the person whatever happens; whether a song is on its way by this order.

        The line is out before the database is asked. An interaction that is acknowledged already (a deferred
        press) gets the line as a follow-up.
        """
        prompt = await _valid_prompt(interaction, request)
        if prompt is None:
            return False
        acknowledgement = acknowledgement_embed(prompt, interaction.user.id, interaction.created_at)
        if interaction.response.is_done():
            message_id = await _follow_up(interaction, acknowledgement, private=request.private)
        else:
            with self._barrier.acknowledging():
                message_id = await acknowledge(interaction, acknowledgement, private=request.private)
            await self._barrier.wait_idle()
        if message_id is None:
            return False
        order = _build_order(interaction, request, prompt, reply_target(interaction, message_id))
        refusal = await self._place_order(interaction, order)
        if refusal is not None:
            await _replace_progress(interaction, order, refusal)
        return refusal is None

    async def order_in_message(
        self, interaction: discord.Interaction, request: SongRequest, message_id: int
    ) -> bool:
        """As `order`, on a message of the bot's own that makes one song and no other, however often.

        The tracker makes it the progress line and then the card, by its id alone and so without the 15
        minutes of a token. A refusal is told privately and leaves it as it is. The interaction has to be
        acknowledged, and the bot has to be in the place.
        """
        prompt = await _valid_prompt(interaction, request)
        if prompt is None:
            return False
        target = ReplyTarget(interaction.channel_id or 0, message_id, upload_limit=interaction.filesize_limit)
        order = _build_order(interaction, request, prompt, target, idempotency_key=f"dm:{message_id}")
        refusal = await self._place_order(interaction, order)
        if refusal is not None:
            await send_ephemeral(interaction, refusal)
        return refusal is None

    async def _place_order(self, interaction: discord.Interaction, order: Order) -> str | None:
        """Why there is no song, in words; None when there is one."""
        try:
            if (refusal := await self._channels.refusal(interaction)) is not None:
                return refusal
            outcome = await self._orders.place_order(order)
        except StoreUnavailable as error:
            log.warning("an order could not be written: %s", error)
            return general.STORE_UNAVAILABLE
        return None if isinstance(outcome, Accepted) else _refusal_text(outcome)


async def _valid_prompt(interaction: discord.Interaction, request: SongRequest) -> str | None:
    """The prompt as it is sent; None when it can't be, which the person has been told."""
    try:
        return clean_prompt(request.prompt)
    except EmptyPrompt:
        await send_ephemeral(interaction, general.EMPTY_PROMPT)
    except PromptTooLong as error:
        await send_ephemeral(interaction, general.prompt_too_long(error.length, MAX_PROMPT))
    return None


def _build_order(
    interaction: discord.Interaction,
    request: SongRequest,
    prompt: str,
    target: ReplyTarget,
    idempotency_key: str | None = None,
) -> Order:
    return Order(
        idempotency_key=idempotency_key or _idempotency_key(interaction, request),
        user_id=interaction.user.id,
        prompt=prompt,
        private=request.private,
        reply=target,
        guild_id=interaction.guild_id,
        quota_guild_id=quota_guild_id(interaction),
        role_ids=role_ids(interaction),
        parent_id=request.parent.id if request.parent else None,
        relation=request.relation,
    )


def _idempotency_key(interaction: discord.Interaction, request: SongRequest) -> str:
    take = f":{request.take}" if request.take > 1 else ""
    return f"interaction:{interaction.id}{take}"


async def _follow_up(interaction: discord.Interaction, embed: discord.Embed, *, private: bool) -> int | None:
    try:
        message = await interaction.followup.send(
            embed=embed,
            ephemeral=private,
            wait=True,
        )
    except DISCORD_ERRORS as error:
        log.warning("a progress line could not be sent: %s", describe(error))
        await send_ephemeral(interaction, general.UNEXPECTED)
        return None
    return message.id


def _refusal_text(outcome: OrderOutcome) -> str:
    match outcome:
        case Refused(decision=decision):
            return quotas.refused(decision)
        case NotAccepting(message=message):
            return general.closed(message)
        case Duplicate():
            return general.ALREADY_ORDERED
        case Accepted():
            raise ValueError("an accepted order needs no excuse")


async def _replace_progress(interaction: discord.Interaction, order: Order, sentence: str) -> None:
    """Tell the person privately, then take the line away. If they can't be told so, the line says it."""
    progress_id = order.reply.message_id or 0
    try:
        if await send_ephemeral(interaction, sentence):
            await interaction.followup.delete_message(progress_id)
        else:
            await interaction.followup.edit_message(progress_id, content=sentence, embed=None)
    except DISCORD_ERRORS as error:
        log.warning("the line of a refused order could not be changed: %s", describe(error))
