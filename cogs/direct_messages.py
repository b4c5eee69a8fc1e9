"""A plain message in the DM with the bot: it asks, and only `Make it` charges.

Nothing is stored for it. The buttons name the person's message, which is read again when one is pressed; what
people write to a bot directly it may read without the privileged message content intent (Discord, "Message
Content Intent").
"""

from __future__ import annotations

import asyncio
import logging

import discord
from discord.ext import commands

from songbot.discord_errors import TROUBLE, describe
from songbot.interactions.component_router import SongActions
from songbot.interactions.debounce import PressGuard
from songbot.interactions.ordering import Ordering, Wish
from songbot.interactions.replies import say_privately
from songbot.quotas.repository import Asker, QuotaBook
from songbot.quotas.rules import Decision
from songbot.songs.ports import Clock, StoreUnavailable
from songbot.songs.prompts import MAX_PROMPT, EmptyPrompt, PromptTooLong, clean_prompt
from songbot.ui.dm_confirmation import offer_text, offer_view, quote, quoted_prompt
from songbot.ui.song_buttons import Action
from songbot.wording import direct_messages as wording
from songbot.wording import general, quotas

log = logging.getLogger(__name__)

CHECK_SECONDS = 5.0
FETCH_SECONDS = 3.0
NOBODY = discord.AllowedMentions.none()
_TYPED = (discord.MessageType.default, discord.MessageType.reply)


class DirectMessages(commands.Cog):
    """Offers a song for what somebody writes, and makes it when they say so."""

    def __init__(self, book: QuotaBook, ordering: Ordering, guard: PressGuard, clock: Clock) -> None:
        self._book = book
        self._ordering = ordering
        self._guard = guard
        self._clock = clock

    def register(self, actions: SongActions) -> None:
        actions.add(Action.MAKE, self.make)
        actions.add(Action.CANCEL, self.cancel)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        if message.guild is not None or message.author.bot or message.type not in _TYPED:
            return
        try:
            await self._answer(message)
        except TROUBLE as error:
            log.warning("a direct message could not be answered: %s", describe(error))

    async def _answer(self, message: discord.Message) -> None:
        try:
            prompt = clean_prompt(message.content)
            decision = await self._check(message.author.id)
        except EmptyPrompt:
            other = message.attachments or message.stickers
            await _reply(message, wording.ONLY_WORDS if other else general.EMPTY_PROMPT)
        except PromptTooLong as error:
            await _reply(message, general.prompt_too_long(error.length, MAX_PROMPT))
        except StoreUnavailable as error:
            log.warning("a quota could not be looked up: %s", error)
            await _reply(message, general.STORE_UNAVAILABLE)
        else:
            await self._offer(message, prompt, decision)

    async def _check(self, user_id: int) -> Decision:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                return await self._book.check(Asker(user_id, None), self._clock.now())
        except TimeoutError:
            raise StoreUnavailable("a quota was not looked up in time") from None

    async def _offer(self, message: discord.Message, prompt: str, decision: Decision) -> None:
        if decision.refused_by is not None:
            await _reply(message, quotas.refused(decision))
            return
        await message.reply(
            offer_text(decision),
            embed=quote(prompt),
            view=offer_view(message.id),
            allowed_mentions=NOBODY,
            mention_author=False,
        )

    async def make(self, interaction: discord.Interaction, message_id: int) -> None:
        """The bot's message becomes the progress line and then the card. Pressed twice it makes one song."""
        await interaction.response.defer()
        line = interaction.message
        if line is None or interaction.guild_id is not None:
            await say_privately(interaction, general.UNKNOWN_BUTTON)
            return
        if not self._guard.is_first(("dm", line.id)):
            return
        ordered = False
        try:
            prompt = await self._prompt(interaction, message_id) or quoted_prompt(line)
            if prompt is None:
                await say_privately(interaction, wording.MESSAGE_GONE)
            else:
                ordered = await self._ordering.order_on(interaction, Wish(prompt), line.id)
        finally:
            if not ordered:
                self._guard.forget(("dm", line.id))

    async def cancel(self, interaction: discord.Interaction, _message_id: int) -> None:
        line = interaction.message
        if line is not None and not self._guard.is_first(("dm", line.id)):
            await interaction.response.defer()
            return
        await interaction.response.edit_message(
            content=wording.CANCELLED, embeds=[], view=None, allowed_mentions=NOBODY
        )

    async def _prompt(self, interaction: discord.Interaction, message_id: int) -> str | None:
        """As their message has it now; None when it can't be read."""
        channel = interaction.client.get_partial_messageable(interaction.channel_id or 0)
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                message = await channel.fetch_message(message_id)
        except TROUBLE as error:
            log.info("a direct message could not be read again: %s", describe(error))
            return None
        return message.content if message.author.id == interaction.user.id else None


async def _reply(message: discord.Message, sentence: str) -> None:
    await message.reply(sentence, allowed_mentions=NOBODY, mention_author=False)
