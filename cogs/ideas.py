"""Handle the example prompts and `Surprise me`: open a modal with a prompt filled in. Nothing is charged
yet."""

from __future__ import annotations

from collections.abc import Callable

import discord

from songbot.interactions.component_router import ComponentRouter
from songbot.interactions.errors import UserFacingError
from songbot.songs.examples import SHOWN, surprise
from songbot.ui.ideas import EXAMPLE_ROUTE, SURPRISE_ROUTE
from songbot.ui.modals import ModalKind, PromptModal
from songbot.wording import general


class Ideas:
    """Opens the modals. `random` returns a number from 0 (inclusive) to 1 (exclusive)."""

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random

    def register(self, router: ComponentRouter) -> None:
        router.register(EXAMPLE_ROUTE, self.open_example)
        router.register(SURPRISE_ROUTE, self.open_surprise)

    async def open_example(self, interaction: discord.Interaction, number: int) -> None:
        if number >= len(SHOWN):
            raise UserFacingError(general.UNKNOWN_BUTTON)
        await interaction.response.send_modal(PromptModal(ModalKind.MAKE, default=SHOWN[number].prompt))

    async def open_surprise(self, interaction: discord.Interaction, _: None) -> None:
        await interaction.response.send_modal(PromptModal(ModalKind.MAKE, default=surprise(self._random())))
