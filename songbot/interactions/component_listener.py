"""What comes back from modals, and presses on buttons that nobody knows: both by custom id alone."""

from __future__ import annotations

import re

import discord
from discord.ext import commands

from songbot.interactions.replies import send_ephemeral
from songbot.ui.dm_confirmation import DM_BUTTON
from songbot.ui.modals import MODAL_CUSTOM_ID, ModalKind
from songbot.ui.song_buttons import MAX_ID, SONG_BUTTON, Action, custom_ids
from songbot.wording import buttons, general

from .component_router import ComponentRouter

OWN_CUSTOM_IDS = re.compile(r"(?:song|dm):.*", re.DOTALL)
"""Custom ids of every version, past and to come."""
MODAL_ACTIONS = {ModalKind.MAKE: Action.MAKE_FORM, ModalKind.REMIX: Action.REMIX_FORM}
KNOWN_BUTTONS = (SONG_BUTTON, DM_BUTTON)


class ComponentListener(commands.Cog):
    """discord.py keeps modals in memory only, so none is left to it: a modal that was open while the bot
    was restarted works like any other."""

    def __init__(self, router: ComponentRouter) -> None:
        self._router = router

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction) -> None:
        custom_id = str((interaction.data or {}).get("custom_id", ""))
        if not OWN_CUSTOM_IDS.fullmatch(custom_id):
            return
        if interaction.type is discord.InteractionType.modal_submit:
            await self._on_modal_submit(interaction, custom_id)
        elif not any(template.fullmatch(custom_id) for template in KNOWN_BUTTONS):
            await send_ephemeral(interaction, general.UNKNOWN_BUTTON)
        elif interaction.message is None or custom_id not in custom_ids(interaction.message):
            # discord.py passes over a press on what the message does not have (any more).
            await send_ephemeral(interaction, buttons.GONE_MEANWHILE)

    async def _on_modal_submit(self, interaction: discord.Interaction, custom_id: str) -> None:
        match = MODAL_CUSTOM_ID.fullmatch(custom_id)
        if match is None or int(match["song_id"]) > MAX_ID:
            await send_ephemeral(interaction, buttons.UNKNOWN_FORM)
        else:
            await self._router.dispatch(
                interaction, MODAL_ACTIONS[ModalKind(match["form"])], int(match["song_id"])
            )
