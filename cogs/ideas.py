"""Handle the example prompts and `Surprise me`: open a modal with a prompt filled in. Nothing is charged
yet."""

from __future__ import annotations

from collections.abc import Callable

import discord

from songbot.interactions.channel_policy import ChannelPolicy
from songbot.interactions.component_router import ComponentRouter
from songbot.interactions.errors import UserFacingError
from songbot.interactions.languages import own_language
from songbot.songs.examples import SHOWN, surprise
from songbot.ui.ideas import EXAMPLE_ROUTE, SURPRISE_ROUTE
from songbot.ui.modals import ModalKind, PromptModal
from songbot.wording import general


class Ideas:
    """Opens the modals. `random` returns a number from 0 (inclusive) to 1 (exclusive)."""

    def __init__(self, random: Callable[[], float], channels: ChannelPolicy) -> None:
        self._random = random
        self._channels = channels

    def register(self, router: ComponentRouter) -> None:
        router.register(EXAMPLE_ROUTE, self.open_example)
        router.register(SURPRISE_ROUTE, self.open_surprise)

    async def open_example(self, interaction: discord.Interaction, number: int) -> None:
        if number >= len(SHOWN):
            raise UserFacingError(general.UNKNOWN_BUTTON)
        await self._open(interaction, SHOWN[number].prompt)

    async def open_surprise(self, interaction: discord.Interaction, _: None) -> None:
        await self._open(interaction, surprise(self._random()))

    async def _open(self, interaction: discord.Interaction, prompt: str) -> None:
        await self._channels.check_before_form(interaction)
        modal = PromptModal(own_language(interaction), ModalKind.MAKE, default=prompt)
        await interaction.response.send_modal(modal)
