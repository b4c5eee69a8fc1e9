"""Handle `/owner`, for the bot's owner."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

import discord
from discord import app_commands
from discord.ext import commands

from songbot.interactions.languages import own_language
from songbot.interactions.owners import ApplicationOwners, OwnersUnavailable
from songbot.interactions.replies import defer_ephemeral, send_ephemeral
from songbot.songs.admin import AdminRepository
from songbot.songs.ports import Clock
from songbot.ui.owner.song_details import song_details_embed
from songbot.ui.owner.status import ProcessStatus, status_embed
from songbot.wording import owner as wording
from songbot.wording import song_details, text

log = logging.getLogger(__name__)

LAST_DAY = timedelta(hours=24)
SongId = app_commands.Range[int, 1, 2**53 - 1]
PauseReason = app_commands.Range[str, 1, 300]


@app_commands.default_permissions()
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
class OwnerCog(commands.GroupCog, name="owner", group_name="owner", group_description="For the bot's owner"):
    """Commands for the bot's owner. Discord hides them from everyone but server administrators; ownership
    is checked on each call."""

    def __init__(
        self,
        admin: AdminRepository,
        process_status: Callable[[], Awaitable[ProcessStatus]],
        owners: ApplicationOwners,
        clock: Clock,
    ) -> None:
        super().__init__()
        self._admin = admin
        self._process_status = process_status
        self._owners = owners
        self._clock = clock

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        """Allow only the application's owners. All responses are ephemeral."""
        await defer_ephemeral(interaction)
        try:
            return await self._owners.contains(interaction.user.id)
        except OwnersUnavailable as error:
            raise app_commands.AppCommandError from error

    @app_commands.command(description="Version, shards, songs, speed, latest Whisul errors, database")
    async def status(self, interaction: discord.Interaction) -> None:
        summary = await self._admin.status(self._clock.now() - LAST_DAY)
        embed = status_embed(own_language(interaction), summary, await self._process_status())
        await interaction.edit_original_response(embed=embed)

    @app_commands.command(description="Stop taking new songs; songs in progress still finish")
    @app_commands.describe(reason="The reason, which users will see")
    async def pause(self, interaction: discord.Interaction, reason: PauseReason) -> None:
        readable = text.normalise(reason)
        if not readable:
            await send_ephemeral(interaction, wording.NO_REASON)
            return
        await self._admin.pause(readable)
        log.warning("new songs are paused")
        await send_ephemeral(interaction, lambda language: wording.paused(language, readable))

    @app_commands.command(description="Start taking new songs again")
    async def resume(self, interaction: discord.Interaction) -> None:
        was_paused = await self._admin.resume()
        if was_paused:
            log.warning("new songs are accepted again")
        await send_ephemeral(interaction, wording.RESUMED if was_paused else wording.NOT_PAUSED)

    @app_commands.command(description="Show everything about one song")
    @app_commands.describe(id="The song's ID, from the logs")
    async def song(self, interaction: discord.Interaction, id: SongId) -> None:  # noqa: A002  # users see it
        details = await self._admin.song_details(id)
        if details is None:
            await send_ephemeral(interaction, song_details.NO_SONG)
        else:
            embed = song_details_embed(own_language(interaction), details)
            await interaction.edit_original_response(embed=embed)
