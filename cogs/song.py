"""Handle `/song`."""

from __future__ import annotations

import asyncio
import logging

import discord
from discord import app_commands
from discord.ext import commands

from songbot.interactions.languages import own_language
from songbot.interactions.ordering import Ordering, SongRequest
from songbot.interactions.replies import send_ephemeral
from songbot.songs.errors import StoreUnavailable
from songbot.songs.examples import MAX_SUGGESTION_LENGTH, suggest_prompts
from songbot.songs.library import LibraryRepository
from songbot.songs.prompts import MAX_PROMPT, with_options
from songbot.songs.styles import autocomplete_styles, english_styles, split_styles
from songbot.wording import general
from songbot.wording.styles import style_names
from songbot.wording.text import clamp

log = logging.getLogger(__name__)

SUGGEST_TIMEOUT = 2.0
MAX_PROMPTS_SEARCHED = 100
MAX_TAKES = 2


class SongCog(commands.Cog):
    """Turns a prompt into a song."""

    def __init__(self, ordering: Ordering, library: LibraryRepository) -> None:
        self._ordering = ordering
        self._library = library

    @app_commands.command(name="song", description="Make a song from a prompt")
    @app_commands.describe(
        prompt="A style, a mood or a story",
        style="Genres and moods, separated by commas",
        bpm="Tempo in beats per minute",
        instrumental="Instrumental (no vocals)",
        private="Only you can see it",
        takes="How many different songs to make from the prompt; each one counts",
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def song(  # noqa: PLR0917  # discord.py passes them by name
        self,
        interaction: discord.Interaction,
        prompt: app_commands.Range[str, 1, MAX_PROMPT],
        style: str | None = None,
        bpm: app_commands.Range[int, 40, 240] | None = None,
        instrumental: bool = False,
        private: bool = False,
        takes: app_commands.Range[int, 1, MAX_TAKES] = 1,
    ) -> None:
        styles = english_styles(split_styles(style or ""), style_names(own_language(interaction)))
        full_prompt, left_out = with_options(prompt, ", ".join(styles), bpm, instrumental=instrumental)
        for take in range(1, takes + 1):
            if not await self._ordering.order(interaction, SongRequest(full_prompt, private, take=take)):
                return
        if left_out:
            await send_ephemeral(interaction, lambda language: general.options_left_out(language, left_out))

    @song.autocomplete("style")
    async def suggest_style(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest styles in the person's language. What is sent is English, which Whisul knows."""
        suggested = autocomplete_styles(typed, style_names(own_language(interaction)))
        return [app_commands.Choice(name=label, value=value) for label, value in suggested]

    @song.autocomplete("prompt")
    async def suggest_prompt(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest the person's latest prompts, or examples if there are none. Prompts are shown as they will
        be sent."""
        recent: list[str] = []
        try:
            async with asyncio.timeout(SUGGEST_TIMEOUT):
                recent = await self._library.recent_prompts(interaction.user.id, typed, MAX_PROMPTS_SEARCHED)
        except (StoreUnavailable, TimeoutError):
            log.info("earlier prompts could not be looked up in time")
        suggested = suggest_prompts(typed, recent, style_names(own_language(interaction)))
        return [
            app_commands.Choice(name=clamp(label, MAX_SUGGESTION_LENGTH), value=value)
            for label, value in suggested
        ]
