"""Handle `/privacy`: say what is stored about a person, export it as a file, or delete it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from io import BytesIO

import discord
from discord import app_commands
from discord.ext import commands

from songbot.interactions.component_router import ComponentRouter
from songbot.interactions.errors import UserFacingError
from songbot.interactions.languages import own_language
from songbot.interactions.replies import defer_ephemeral
from songbot.songs.privacy import PrivacyRepository
from songbot.ui.custom_ids import id_route
from songbot.ui.help import mention
from songbot.ui.privacy import confirm_view, export_files, privacy_embed
from songbot.wording import privacy as wording

CommandIds = Callable[[], Mapping[str, int]]
"""Returns the current IDs of the bot's commands by name."""


@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
class PrivacyCog(
    commands.GroupCog,
    name="privacy",
    group_name="privacy",
    group_description="What this bot stores about you",
):
    """Exports and deletes personal data. `forget_user` is called with a user ID to abandon that user's
    unfinished songs, and to forget what is known of them in memory."""

    def __init__(
        self,
        privacy: PrivacyRepository,
        *,
        retention_days: int,
        forget_user: Callable[[int], None],
        command_ids: CommandIds,
    ) -> None:
        super().__init__()
        self._privacy = privacy
        self._retention_days = retention_days
        self._forget_user = forget_user
        self._command_ids = command_ids

    def register(self, router: ComponentRouter) -> None:
        router.register(id_route("privacy:delete"), self.forget)
        router.register(id_route("privacy:keep"), self.keep)

    @app_commands.command(name="show", description="What I store about you, why, and for how long")
    async def show(self, interaction: discord.Interaction) -> None:
        ids = self._command_ids()
        export, delete = mention("privacy export", ids), mention("privacy delete", ids)
        embed = privacy_embed(own_language(interaction), self._retention_days, export, delete)
        await interaction.response.send_message(embed=embed, ephemeral=True)

    @app_commands.command(name="export", description="Get everything I store about you as a JSON file")
    async def export(self, interaction: discord.Interaction) -> None:
        await defer_ephemeral(interaction)
        data = await self._privacy.export(interaction.user.id)
        files = await asyncio.to_thread(export_files, data, interaction.filesize_limit)
        for part, (name, content) in enumerate(files, start=1):
            file = discord.File(BytesIO(content), filename=name)
            said = wording.exported(own_language(interaction), part, len(files))
            await interaction.followup.send(said, file=file, ephemeral=True)

    @app_commands.command(name="delete", description="Delete all your data (asks for confirmation)")
    async def delete(self, interaction: discord.Interaction) -> None:
        language = own_language(interaction)
        view = confirm_view(language, interaction.user.id)
        await interaction.response.send_message(wording.confirm_delete(language), view=view, ephemeral=True)

    async def keep(self, interaction: discord.Interaction, _user_id: int) -> None:
        """Handle `Cancel`: keep the data."""
        await interaction.response.edit_message(content=wording.KEPT(own_language(interaction)), view=None)

    async def forget(self, interaction: discord.Interaction, user_id: int) -> None:
        """Delete everything after confirmation. `user_id` comes from the button, which may be forged."""
        if user_id != interaction.user.id:
            raise UserFacingError(wording.NOT_YOUR_DATA)
        await interaction.response.defer()
        songs = await self._privacy.delete_user_data(user_id)
        self._forget_user(user_id)
        said = wording.deleted(own_language(interaction), songs)
        await interaction.edit_original_response(content=said, view=None)
