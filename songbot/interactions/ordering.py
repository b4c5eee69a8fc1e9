"""Order a song the same way from every starting point: acknowledge, place the order, and report the
outcome."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, replace

import discord

from songbot.discord_errors import DISCORD_ERRORS, describe
from songbot.interactions.replies import send_ephemeral
from songbot.songs.errors import StoreUnavailable
from songbot.songs.models import Relation, ReplyTarget, Song
from songbot.songs.orders import Accepted, Duplicate, NotAccepting, Order, OrderOutcome, Refused
from songbot.songs.prompts import MAX_PROMPT, EmptyPrompt, PromptTooLong, clean_prompt
from songbot.ui.progress_message import acknowledgement_embed
from songbot.wording import general, quotas
from songbot.wording.language import Sentence
from songbot.worker.order_service import OrderService

from .acknowledge import Acknowledged, acknowledge
from .burst import AcknowledgementBarrier
from .channel_policy import ChannelPolicy
from .install_context import must_answer_privately, quota_guild_id, reply_target, role_ids
from .languages import Languages, own_language

log = logging.getLogger(__name__)

PRIVATE_REFUSAL_TIMEOUT = 5.0


@dataclass(frozen=True, slots=True)
class SongRequest:
    """An uncleaned request. `parent` is the song that it comes from, and `relation` says how."""

    prompt: str
    private: bool = False
    parent: Song | None = None
    relation: Relation | None = None
    take: int = 1
    """Starts at 1. It exceeds 1 only if one interaction requests several songs."""


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a request was refused. `is_urgent` means that the process is stopping and has time for one
    request only."""

    sentence: Sentence
    is_urgent: bool = False


class Ordering:
    """Turns every request into a song."""

    def __init__(self, order_service: OrderService, channels: ChannelPolicy, languages: Languages) -> None:
        self._orders = order_service
        self._channels = channels
        self._languages = languages
        self._barrier = AcknowledgementBarrier()

    async def order(self, interaction: discord.Interaction, request: SongRequest) -> bool:
        """Place the order, and always respond to the person. Return True if a song was ordered.

        The progress message is sent before the database is queried. It is the first response, or a followup
        if one interaction requests several songs.
        """
        prompt = await _valid_prompt(interaction, request)
        if prompt is None:
            return False
        private = request.private or must_answer_privately(interaction)
        answer = await self._acknowledge(interaction, prompt, private=private)
        if answer is None:
            return False
        request = replace(request, private=private or answer.is_ephemeral)
        order = self._build_order(interaction, request, prompt, reply_target(interaction, answer.message_id))
        refusal = await self._place_order(interaction, order)
        if refusal is not None:
            await _replace_progress(interaction, answer, refusal)
        return refusal is None

    async def _acknowledge(
        self, interaction: discord.Interaction, prompt: str, *, private: bool
    ) -> Acknowledged | None:
        language = self._languages.shared(interaction, private=private)
        embed = acknowledgement_embed(language, prompt, interaction.user.id, interaction.created_at)
        if interaction.response.is_done():
            return await _follow_up(interaction, embed, private=private)
        with self._barrier.acknowledging():
            answer = await acknowledge(interaction, embed, private=private)
        await self._barrier.wait_idle()
        return answer

    async def order_in_message(
        self, interaction: discord.Interaction, request: SongRequest, message_id: int
    ) -> bool:
        """Place the order like `order`, using a message of the bot's own that can produce only one song.

        The worker turns the message into the progress message and then the card. It needs only the message's
        ID, so the token's 15 minutes do not matter. A refusal is sent privately and leaves the message
        unchanged. The interaction must be acknowledged, and the bot must be in the channel.
        """
        prompt = await _valid_prompt(interaction, request)
        if prompt is None:
            return False
        target = ReplyTarget(interaction.channel_id or 0, message_id, upload_limit=interaction.filesize_limit)
        order = self._build_order(interaction, request, prompt, target, idempotency_key=f"dm:{message_id}")
        refusal = await self._place_order(interaction, order)
        if refusal is not None:
            await send_ephemeral(interaction, refusal.sentence)
        return refusal is None

    def _build_order(
        self,
        interaction: discord.Interaction,
        request: SongRequest,
        prompt: str,
        target: ReplyTarget,
        idempotency_key: str | None = None,
    ) -> Order:
        take = f":{request.take}" if request.take > 1 else ""
        return Order(
            idempotency_key=idempotency_key or f"interaction:{interaction.id}{take}",
            user_id=interaction.user.id,
            prompt=prompt,
            private=request.private,
            reply=target,
            guild_id=interaction.guild_id,
            quota_guild_id=quota_guild_id(interaction),
            role_ids=role_ids(interaction),
            parent_id=request.parent.id if request.parent else None,
            relation=request.relation,
            language=self._languages.shared(interaction, private=request.private).tag,
        )

    async def _place_order(self, interaction: discord.Interaction, order: Order) -> _Refusal | None:
        """Return why there is no song, or None if there is one.

        It is not a failure if another session of this shard has already placed the order on the same message.
        """
        try:
            if (refusal := await self._channels.refusal(interaction)) is not None:
                return _Refusal(refusal)
            outcome = await self._orders.place_order(order)
        except StoreUnavailable as error:
            log.warning("an order could not be stored: %s", error)
            return _Refusal(general.STORE_UNAVAILABLE)
        if isinstance(outcome, Duplicate) and outcome.song.reply.message_id == order.reply.message_id:
            return None
        return None if isinstance(outcome, Accepted) else _refusal(outcome)


async def _valid_prompt(interaction: discord.Interaction, request: SongRequest) -> str | None:
    """Return the cleaned prompt. If it is invalid, tell the person and return None."""
    try:
        return clean_prompt(request.prompt)
    except EmptyPrompt:
        await send_ephemeral(interaction, general.EMPTY_PROMPT)
    except PromptTooLong as error:
        length = error.length
        await send_ephemeral(interaction, lambda one: general.prompt_too_long(one, length, MAX_PROMPT))
    return None


async def _follow_up(
    interaction: discord.Interaction, embed: discord.Embed, *, private: bool
) -> Acknowledged | None:
    try:
        message = await interaction.followup.send(embed=embed, ephemeral=private, wait=True)
    except DISCORD_ERRORS as error:
        log.warning("a progress message could not be sent: %s", describe(error))
        await send_ephemeral(interaction, general.UNEXPECTED)
        return None
    return Acknowledged(message.id, private or message.flags.ephemeral)


def _refusal(outcome: OrderOutcome) -> _Refusal:
    match outcome:
        case Refused(decision=decision):
            return _Refusal(lambda language: quotas.refused(language, decision))
        case NotAccepting(message=message):
            return _Refusal(lambda language: general.closed(language, message), is_urgent=message is None)
        case Duplicate():
            return _Refusal(general.ALREADY_ORDERED)
        case Accepted():
            raise ValueError("an accepted order needs no excuse")


async def _replace_progress(
    interaction: discord.Interaction, answer: Acknowledged, refusal: _Refusal
) -> None:
    """Tell the person privately and delete the progress message, or replace it with the refusal.

    Below a public message, the private sentence is a followup, which Discord rate-limits by channel. If it is
    delayed, the refusal replaces the message after all.
    """
    told = False
    if not refusal.is_urgent and not answer.is_ephemeral and answer.is_certain:
        with suppress(TimeoutError):
            async with asyncio.timeout(PRIVATE_REFUSAL_TIMEOUT):
                told = await send_ephemeral(interaction, refusal.sentence)
    try:
        if told:
            await interaction.followup.delete_message(answer.message_id)
        else:
            text = refusal.sentence(own_language(interaction))
            await interaction.followup.edit_message(answer.message_id, content=text, embed=None)
    except DISCORD_ERRORS as error:
        log.warning("the progress message of a refused order could not be changed: %s", describe(error))
