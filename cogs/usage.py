"""Handle `/usage`: show how many songs a person has made, and how many are left."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from songbot.interactions.install_context import quota_guild_id, role_ids
from songbot.interactions.languages import own_language
from songbot.interactions.replies import defer_ephemeral
from songbot.quotas.repository import MemberUsage, QuotaRepository, QuotaSubject
from songbot.songs.ports import Clock
from songbot.ui.quota.embeds import own_usage_embed
from songbot.wording import quotas as wording
from songbot.wording.language import Message


class UsageCog(commands.Cog):
    """Handles a command that anybody can use anywhere. The response is ephemeral."""

    def __init__(self, quotas: QuotaRepository, clock: Clock) -> None:
        self._quotas = quotas
        self._clock = clock

    @app_commands.command(name="usage", description="How many songs you have left")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def usage(self, interaction: discord.Interaction) -> None:
        await defer_ephemeral(interaction)
        usages, language = await self._usages(interaction), own_language(interaction)
        sections = [
            (name(language), wording.own_usage(language, usage.decision)) for name, usage in usages.items()
        ]
        in_progress = sum(usage.unfinished for usage in usages.values())
        embed = own_usage_embed(language, sections, in_progress)
        await interaction.edit_original_response(embed=embed)

    async def _usages(self, interaction: discord.Interaction) -> dict[Message, MemberUsage]:
        """Return the usage in this server, if its quota applies here, and in direct messages."""
        now = self._clock.now()
        subjects = {wording.OUTSIDE_SERVERS: QuotaSubject(interaction.user.id, None)}
        guild_id = quota_guild_id(interaction)
        if guild_id is not None:
            server_subject = QuotaSubject(interaction.user.id, guild_id, role_ids(interaction))
            subjects = {wording.IN_THIS_SERVER: server_subject, **subjects}
        return {name: await self._quotas.usage_for(asker, now) for name, asker in subjects.items()}
