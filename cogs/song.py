"""/song."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from songs.prompt import MAX_PROMPT

from .ordering import Ordering, Wish


class SongCog(commands.Cog):
    """Turns a prompt into a song."""

    def __init__(self, ordering: Ordering) -> None:
        self._ordering = ordering

    @app_commands.command(name="song", description="Turn a few words into a song")
    @app_commands.describe(
        prompt="What the song should be: a style, a mood, a story",
        private="Only you see it",
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def song(
        self,
        interaction: discord.Interaction,
        prompt: app_commands.Range[str, 1, MAX_PROMPT],
        private: bool = False,
    ) -> None:
        await self._ordering.order(interaction, Wish(prompt, private=private))
