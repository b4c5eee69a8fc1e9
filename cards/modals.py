"""Modals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import discord

from songs.prompt import MAX_PROMPT

from .text import clamp
from .wording import buttons as wording

FORGOTTEN_AFTER = 3600.0
"""Seconds a modal stays in memory: nobody is told when a person closes it without sending."""

OnPrompt = Callable[[discord.Interaction, str], Awaitable[None]]


class PromptModal(discord.ui.Modal):
    """Asks for a prompt of 1 to 1,000 characters; `on_prompt` gets what was typed, not yet cleaned."""

    def __init__(self, title: str, default: str | None, on_prompt: OnPrompt) -> None:
        super().__init__(title=clamp(title, 45), timeout=FORGOTTEN_AFTER)
        self._on_prompt = on_prompt
        self.prompt = discord.ui.TextInput[PromptModal](
            custom_id="prompt",
            style=discord.TextStyle.paragraph,
            placeholder=wording.PROMPT_HINT,
            default=clamp(default, MAX_PROMPT) if default else None,
            min_length=1,
            max_length=MAX_PROMPT,
        )
        self.add_item(discord.ui.Label(text=wording.PROMPT_LABEL, component=self.prompt))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await self._on_prompt(interaction, self.prompt.value)
