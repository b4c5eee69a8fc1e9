"""/song."""

from __future__ import annotations

import asyncio

import discord
from discord import app_commands
from discord.ext import commands

from songbot.interactions.ordering import Ordering, SongRequest
from songbot.songs.errors import StoreUnavailable
from songbot.songs.library import LibraryRepository
from songbot.songs.prompts import MAX_PROMPT, with_options
from songbot.songs.styles import MAX_CHOICE_LENGTH, MAX_CHOICES, autocomplete_styles

SUGGEST_TIMEOUT = 2.0
MAX_PROMPTS_SEARCHED = 100


class SongCog(commands.Cog):
    """Turns a prompt into a song."""

    def __init__(self, ordering: Ordering, library: LibraryRepository) -> None:
        self._ordering = ordering
        self._library = library

    @app_commands.command(name="song", description="Turn a few words into a song")
    @app_commands.describe(
        prompt="What the song should be: a style, a mood, a story",
        style="Genres and moods, several with commas",
        bpm="How fast, in beats per minute",
        instrumental="Without anybody singing",
        private="Only you see it",
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def song(  # noqa: PLR0917  # Discord gives them by name
        self,
        interaction: discord.Interaction,
        prompt: app_commands.Range[str, 1, MAX_PROMPT],
        style: str | None = None,
        bpm: app_commands.Range[int, 40, 240] | None = None,
        instrumental: bool = False,
        private: bool = False,
    ) -> None:
        full_prompt = with_options(prompt, style, bpm, instrumental=instrumental)
        await self._ordering.order(interaction, SongRequest(full_prompt, private=private))

    @song.autocomplete("style")
    async def suggest_style(
        self, _interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        return [_choice(value) for value in autocomplete_styles(typed)]

    @song.autocomplete("prompt")
    async def suggest_prompt(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest the person's own latest prompts, except those too long for a choice, which would be cut."""
        try:
            async with asyncio.timeout(SUGGEST_TIMEOUT):
                prompts = await self._library.recent_prompts(interaction.user.id, typed, MAX_PROMPTS_SEARCHED)
        except (StoreUnavailable, TimeoutError):
            return []
        return [_choice(prompt) for prompt in prompts if len(prompt) <= MAX_CHOICE_LENGTH][:MAX_CHOICES]


def _choice(value: str) -> app_commands.Choice[str]:
    return app_commands.Choice(name=value, value=value)
