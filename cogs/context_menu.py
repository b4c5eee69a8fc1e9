"""Add `Make a song from this` to the Apps menu of every message."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from songbot.interactions.channel_policy import ChannelPolicy
from songbot.interactions.component_router import ComponentRouter
from songbot.interactions.languages import own_language
from songbot.interactions.ordering import Ordering, SongRequest
from songbot.songs.prompts import MAX_PROMPT
from songbot.ui.custom_ids import id_route
from songbot.ui.modals import ModalKind, PromptModal, typed_prompt
from songbot.wording.text import plain

NAME = "Make a song from this"


class MessageContextMenuCog(commands.Cog):
    """Opens a modal prefilled with the message's text. A submitted modal is ordered like `/song`."""

    def __init__(
        self, tree: app_commands.CommandTree[Any], ordering: Ordering, channels: ChannelPolicy
    ) -> None:
        self._tree = tree
        self._channels = channels
        self._ordering = ordering
        self._menu = app_commands.ContextMenu(
            name=NAME,
            callback=self.open,
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )

    def register(self, router: ComponentRouter) -> None:
        router.register_modal(id_route("song:make"), self.make)

    async def cog_load(self) -> None:
        self._tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        self._tree.remove_command(self._menu.name, type=self._menu.type)

    async def open(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Show the modal. Discord includes the chosen message's text even where the bot can't read
        messages."""
        await self._channels.check_before_form(interaction)
        prompt = plain(message.clean_content, MAX_PROMPT)
        await interaction.response.send_modal(
            PromptModal(own_language(interaction), ModalKind.MAKE, default=prompt)
        )

    async def make(self, interaction: discord.Interaction, _song_id: int) -> None:
        await self._ordering.order(interaction, SongRequest(typed_prompt(interaction)))
