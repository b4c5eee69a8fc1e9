"""Handle `/language`: the language in which everyone in a server sees songs."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from cogs.quota._options import chosen_language, manager_guild_id
from songbot.interactions.languages import Languages
from songbot.interactions.replies import defer_ephemeral, send_ephemeral
from songbot.ui.quota.forms import AUTOMATIC
from songbot.wording import server_language as wording
from songbot.wording.language import NAMES

LANGUAGE_CHOICES = [
    app_commands.Choice(name="automatic: each person's own", value=AUTOMATIC),
    *(app_commands.Choice(name=name, value=tag) for tag, name in NAMES.items()),
]


class LanguageCog(commands.Cog):
    """Handles a command for people who may manage the server. The response is ephemeral."""

    def __init__(self, languages: Languages) -> None:
        self._languages = languages

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        """Check the permission again, since a server can override Discord's command permissions."""
        manager_guild_id(interaction)
        return True

    @app_commands.command(
        name="language", description="Set the language of the songs that everyone sees here"
    )
    @app_commands.describe(language="One language for everyone, or each person's own")
    @app_commands.choices(language=LANGUAGE_CHOICES)
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def language(self, interaction: discord.Interaction, language: str) -> None:
        tag = chosen_language(language)
        await defer_ephemeral(interaction)
        guild_id, actor_id = manager_guild_id(interaction), interaction.user.id
        await self._languages.set_guild_language(guild_id, actor_id, tag)
        await send_ephemeral(interaction, lambda own: wording.changed(own, tag))
