"""What a button or modal of ours leads to: handlers by the action in its custom id."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import discord

from songbot.interactions.replies import send_ephemeral
from songbot.ui.song_buttons import Action
from songbot.wording import general

from .error_handler import handle_errors

log = logging.getLogger(__name__)

Handler = Callable[[discord.Interaction, int], Awaitable[None]]
"""Gets the interaction and the song's id from the custom id, which anybody may have forged."""


class ComponentRouter:
    """Cogs add their handlers; a press is answered whatever happens."""

    def __init__(self) -> None:
        self._handlers: dict[Action, Handler] = {}

    def register(self, action: Action, handler: Handler) -> None:
        self._handlers[action] = handler

    async def dispatch(self, interaction: discord.Interaction, action: Action, song_id: int) -> None:
        """Called by the buttons of cards; never raises but for cancellation."""
        handler = self._handlers.get(action)
        if handler is None:
            await send_ephemeral(interaction, general.UNKNOWN_BUTTON)
            return
        async with handle_errors(interaction):
            await handler(interaction, song_id)
