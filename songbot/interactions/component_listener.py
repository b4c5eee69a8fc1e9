"""What comes back from modals, and presses on buttons that nobody knows: both by custom id alone."""

from __future__ import annotations

import re

import discord
from discord.ext import commands

from songbot.interactions.replies import say_privately
from songbot.ui.dm_confirmation import DIRECT_BUTTON
from songbot.ui.modals import FORM_ID, Form
from songbot.ui.song_buttons import LARGEST_ID, SONG_BUTTON, Action, custom_ids
from songbot.wording import buttons, general

from .component_router import SongActions

OURS = re.compile(r"(?:song|dm):.*", re.DOTALL)
"""Custom ids of every version, past and to come."""
ACTIONS = {Form.MAKE: Action.MAKE_FORM, Form.REMIX: Action.REMIX_FORM}
KNOWN_BUTTONS = (SONG_BUTTON, DIRECT_BUTTON)


class Forms(commands.Cog):
    """discord.py keeps modals in memory only, so none is left to it: a modal that was open while the bot
    was restarted works like any other."""

    def __init__(self, actions: SongActions) -> None:
        self._actions = actions

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction) -> None:
        custom_id = str((interaction.data or {}).get("custom_id", ""))
        if not OURS.fullmatch(custom_id):
            return
        if interaction.type is discord.InteractionType.modal_submit:
            await self._submitted(interaction, custom_id)
        elif not any(template.fullmatch(custom_id) for template in KNOWN_BUTTONS):
            await say_privately(interaction, general.UNKNOWN_BUTTON)
        elif interaction.message is None or custom_id not in custom_ids(interaction.message):
            # discord.py passes over a press on what the message does not have (any more).
            await say_privately(interaction, buttons.GONE_MEANWHILE)

    async def _submitted(self, interaction: discord.Interaction, custom_id: str) -> None:
        match = FORM_ID.fullmatch(custom_id)
        if match is None or int(match["song_id"]) > LARGEST_ID:
            await say_privately(interaction, buttons.UNKNOWN_FORM)
        else:
            await self._actions.run(interaction, ACTIONS[Form(match["form"])], int(match["song_id"]))
