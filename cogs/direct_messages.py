"""Reply to a plain message in the bot's DMs with a confirmation; only `Make it` charges the quota.

Nothing is stored until then. The buttons carry the ID of the person's message, which is fetched again on a
press. A bot can read its own DMs without the privileged message content intent (Discord, "Message Content
Intent").
"""

from __future__ import annotations

import asyncio
import logging

import discord
from discord.ext import commands

from songbot.discord_errors import DISCORD_ERRORS, describe
from songbot.interactions.component_router import ComponentRouter
from songbot.interactions.debounce import Debouncer
from songbot.interactions.errors import UserFacingError
from songbot.interactions.languages import Languages, own_language
from songbot.interactions.ordering import Ordering, SongRequest
from songbot.interactions.replies import send_ephemeral
from songbot.quotas.repository import QuotaRepository, QuotaSubject
from songbot.quotas.rules import Decision
from songbot.songs.errors import StoreUnavailable
from songbot.songs.library import LibraryRepository
from songbot.songs.ports import Clock
from songbot.songs.prompts import MAX_PROMPT, EmptyPrompt, PromptTooLong, clean_prompt
from songbot.ui.custom_ids import id_route
from songbot.ui.dm_confirmation import confirm_text, confirm_view, prompt_embed, prompt_from_embed
from songbot.ui.greetings import is_greeting
from songbot.ui.help import greeting_embed
from songbot.ui.ideas import idea_buttons
from songbot.ui.views import RoutedView
from songbot.wording import direct_messages as wording
from songbot.wording import general, quotas
from songbot.wording.language import ENGLISH, Language

log = logging.getLogger(__name__)

CHECK_TIMEOUT = 5.0
LANGUAGE_TIMEOUT = 2.0
FETCH_TIMEOUT = 3.0
_TYPED = (discord.MessageType.default, discord.MessageType.reply)


class DirectMessagesCog(commands.Cog):
    """Offers a song for each message, and makes it once the person confirms."""

    def __init__(
        self,
        quotas: QuotaRepository,
        library: LibraryRepository,
        ordering: Ordering,
        debouncer: Debouncer,
        *,
        languages: Languages,
        clock: Clock,
    ) -> None:
        self._quotas = quotas
        self._library = library
        self._ordering = ordering
        self._debouncer = debouncer
        self._languages = languages
        self._clock = clock

    def register(self, router: ComponentRouter) -> None:
        router.register(id_route("dm:make"), self.make)
        router.register(id_route("dm:cancel"), self.cancel)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        if message.guild is not None or message.author.bot or message.type not in _TYPED:
            return
        try:
            await self._answer(message)
        except DISCORD_ERRORS as error:
            log.warning("a direct message could not be answered: %s", describe(error))

    async def _answer(self, message: discord.Message) -> None:
        language = await self._language(message.author.id)
        try:
            prompt = clean_prompt(message.content)
            if is_greeting(prompt):
                view = RoutedView(*idea_buttons(language))
                await message.reply(embed=greeting_embed(language), view=view)
                return
            decision, is_newcomer = await self._look_up(message.author.id)
        except EmptyPrompt:
            await message.reply(wording.ONLY_WORDS(language))
        except PromptTooLong as error:
            await message.reply(general.prompt_too_long(language, error.length, MAX_PROMPT))
        except StoreUnavailable as error:
            log.warning("a quota could not be looked up: %s", error)
            await message.reply(general.STORE_UNAVAILABLE(language))
        else:
            if decision.blocked_by is not None:
                await message.reply(quotas.refused(language, decision))
                return
            question = confirm_text(language, decision)
            text = f"{wording.WELCOME(language)}\n{question}" if is_newcomer else question
            await _ask_to_confirm(language, message, prompt, text)

    async def _language(self, user_id: int) -> Language:
        """Return the language that the person's client last had, since messages carry none."""
        try:
            async with asyncio.timeout(LANGUAGE_TIMEOUT):
                return await self._languages.of_user(user_id) or ENGLISH
        except TimeoutError:
            log.info("a person's language was not looked up in time")
            return ENGLISH

    async def _look_up(self, user_id: int) -> tuple[Decision, bool]:
        """Return the quota decision for the person, and whether they have never made a song."""
        try:
            async with asyncio.timeout(CHECK_TIMEOUT):
                decision = await self._quotas.check(QuotaSubject(user_id, None), self._clock.now())
                return decision, not await self._library.recent_prompts(user_id, "", 1)
        except TimeoutError:
            raise StoreUnavailable("a quota was not looked up in time") from None

    async def make(self, interaction: discord.Interaction, message_id: int) -> None:
        """Turn the bot's message into a progress message and later the card. A second press is ignored."""
        await interaction.response.defer()
        offer = interaction.message
        if offer is None or interaction.guild_id is not None:
            raise UserFacingError(general.UNKNOWN_BUTTON)
        if not self._debouncer.try_acquire(("dm", offer.id)):
            return
        ordered = False
        try:
            prompt = await self._prompt(interaction, message_id) or prompt_from_embed(offer)
            if prompt is None:
                await send_ephemeral(interaction, wording.MESSAGE_GONE)
            else:
                ordered = await self._ordering.order_in_message(interaction, SongRequest(prompt), offer.id)
        finally:
            if not ordered:
                self._debouncer.release(("dm", offer.id))

    async def cancel(self, interaction: discord.Interaction, _message_id: int) -> None:
        offer = interaction.message
        if offer is not None and not self._debouncer.try_acquire(("dm", offer.id)):
            await interaction.response.defer()
            return
        said = wording.CANCELLED(own_language(interaction))
        await interaction.response.edit_message(content=said, embeds=[], view=None)

    async def _prompt(self, interaction: discord.Interaction, message_id: int) -> str | None:
        """Return the current text of the person's message, or None if it can't be read."""
        channel = interaction.client.get_partial_messageable(interaction.channel_id or 0)
        try:
            async with asyncio.timeout(FETCH_TIMEOUT):
                message = await channel.fetch_message(message_id)
        except DISCORD_ERRORS as error:
            log.info("a direct message could not be read again: %s", describe(error))
            return None
        return message.content if message.author.id == interaction.user.id else None


async def _ask_to_confirm(language: Language, message: discord.Message, prompt: str, question: str) -> None:
    await message.reply(
        question,
        embed=prompt_embed(prompt),
        view=confirm_view(language, message.id),
        nonce=f"offer-{message.id}",  # offered once, though two sessions of a shard may get the message
    )
