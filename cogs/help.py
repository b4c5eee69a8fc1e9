"""/help. Nothing is posted when the bot joins a server: the check of its permissions is found here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import discord
from discord import app_commands
from discord.ext import commands

from songbot.interactions.install_context import bot_has_access
from songbot.ui.help import help_embed, missing_permissions


class HelpCog(commands.Cog, name="help"):
    """`command_ids`: the ids of the commands by name, as Discord has them now."""

    def __init__(self, command_ids: Callable[[], Mapping[str, int]]) -> None:
        self._command_ids = command_ids

    @app_commands.command(name="help", description="What you can do here")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def help(self, interaction: discord.Interaction) -> None:
        at_home = interaction.guild_id is not None and bot_has_access(interaction)
        embed = help_embed(
            self._command_ids(),
            admin=at_home and interaction.permissions.manage_guild,
            missing=_missing(interaction) if at_home else None,
        )
        await interaction.response.send_message(embed=embed, ephemeral=True)


def _missing(interaction: discord.Interaction) -> list[str]:
    """Return the permissions that the bot lacks, as sent with the interaction, so that no cache is needed."""
    in_thread = isinstance(interaction.channel, discord.Thread)
    return missing_permissions(interaction.app_permissions, in_thread=in_thread)
