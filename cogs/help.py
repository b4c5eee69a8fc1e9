"""Handle `/help`, and introduce the bot when it joins a server."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

import discord
from discord import app_commands
from discord.ext import commands

from songbot.discord_errors import DISCORD_ERRORS, describe
from songbot.interactions.install_context import bot_has_access
from songbot.interactions.languages import Languages, own_language
from songbot.ui.help import Links, help_embed, joined_embed, missing_permissions, plain_text
from songbot.ui.ideas import idea_buttons
from songbot.ui.views import RoutedView
from songbot.wording.language import find_language

log = logging.getLogger(__name__)


class HelpCog(commands.Cog, name="help"):
    """`command_ids` returns the current IDs of the bot's commands by name."""

    def __init__(
        self, command_ids: Callable[[], Mapping[str, int]], links: Callable[[], Links], languages: Languages
    ) -> None:
        self._command_ids = command_ids
        self._languages = languages
        self._links = links

    @app_commands.command(name="help", description="What you can do here")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def help(self, interaction: discord.Interaction) -> None:
        at_home = interaction.guild_id is not None and bot_has_access(interaction)
        language = own_language(interaction)
        embed = help_embed(
            language,
            self._command_ids(),
            admin=at_home and interaction.permissions.manage_guild,
            missing=_missing(interaction) if at_home else None,
        )
        view = RoutedView(*idea_buttons(language), *self._links().buttons(language))
        await interaction.response.send_message(embed=embed, view=view, ephemeral=True)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Introduce the bot in the system channel, or in the first channel where it can send messages."""
        channel = _welcome_channel(guild)
        if channel is None:
            log.info("no channel allows an introduction in server %d", guild.id)
            return
        permissions = channel.permissions_for(guild.me)
        language = find_language(self._languages.of_guild(guild.id) or guild.preferred_locale.value)
        missing = missing_permissions(permissions, in_thread=False)
        embed = joined_embed(language, self._command_ids(), missing)
        content, embeds = (None, [embed]) if permissions.embed_links else (plain_text(embed), [])
        try:
            # The nonce prevents a duplicate if two sessions of one shard overlap.
            await channel.send(
                content, embeds=embeds, view=RoutedView(*idea_buttons(language)), nonce=f"join-{guild.id}"
            )
        except DISCORD_ERRORS as error:
            log.info("an introduction was not sent: %s", describe(error))


def _welcome_channel(guild: discord.Guild) -> discord.TextChannel | None:
    for channel in filter(None, [guild.system_channel, *guild.text_channels]):
        permissions = channel.permissions_for(guild.me)
        if permissions.view_channel and permissions.send_messages:
            return channel
    return None


def _missing(interaction: discord.Interaction) -> list[str]:
    """Return the permissions the bot lacks. They come with the interaction, so no cache is needed."""
    in_thread = isinstance(interaction.channel, discord.Thread)
    in_voice = isinstance(interaction.channel, discord.VoiceChannel | discord.StageChannel)
    return missing_permissions(interaction.app_permissions, in_thread=in_thread, in_voice=in_voice)
