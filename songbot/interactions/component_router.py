"""Route every press, selection and submitted modal by its custom ID alone.

discord.py would keep views and modals in memory, lose them with the process, and ignore a press of a
component that the message no longer has. Here all of them work after a restart, and each press gets a
response.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

import discord

from songbot.ui.custom_ids import Route, custom_ids_on, has_valid_ids
from songbot.wording import buttons, general
from songbot.wording.language import Message

from .error_handler import handle_errors
from .errors import UserFacingError

T = TypeVar("T")
Handler = Callable[[discord.Interaction, T], Awaitable[None]]
"""Receives the values in the custom ID. They may be forged, so the handler must check permissions."""
_Run = Callable[[discord.Interaction, re.Match[str]], Awaitable[None]]
_Entry = tuple[Route[object], _Run]


class ComponentRouter:
    """Routes interactions to the handlers that cogs register. Add `on_interaction` to the client as a
    listener."""

    def __init__(self) -> None:
        self._components: dict[str, _Entry] = {}
        self._modals: dict[str, _Entry] = {}

    def register(self, route: Route[T], handler: Handler[T]) -> None:
        """Route presses and selections to `handler`."""
        self._components[route.name] = _entry(route, handler)

    def register_modal(self, route: Route[T], handler: Handler[T]) -> None:
        """Route submitted modals to `handler`."""
        self._modals[route.name] = _entry(route, handler)

    @property
    def routes(self) -> list[Route[object]]:
        """Return the routes of all buttons and selects."""
        return [route for route, _ in self._components.values()]

    @property
    def modal_routes(self) -> list[Route[object]]:
        return [route for route, _ in self._modals.values()]

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Handle a press or a submitted modal, and ignore commands, which the command tree handles. This
        raises nothing."""
        custom_id = str((interaction.data or {}).get("custom_id", ""))
        async with handle_errors(interaction):
            if interaction.type is discord.InteractionType.component:
                await self._press(interaction, custom_id)
            elif interaction.type is discord.InteractionType.modal_submit:
                run, match = _find(self._modals, custom_id, buttons.UNKNOWN_FORM)
                await run(interaction, match)

    async def _press(self, interaction: discord.Interaction, custom_id: str) -> None:
        run, match = _find(self._components, custom_id, general.UNKNOWN_BUTTON)
        if interaction.message is None or custom_id not in custom_ids_on(interaction.message):
            raise UserFacingError(buttons.GONE_MEANWHILE)
        await run(interaction, match)


def _entry(route: Route[T], handler: Handler[T]) -> _Entry:
    return route, lambda interaction, match: handler(interaction, route.parse(match))


def _find(entries: dict[str, _Entry], custom_id: str, unknown: Message) -> tuple[_Run, re.Match[str]]:
    """Return the handler of `custom_id`. Raise UserFacingError if it is unknown or forged."""
    for route, run in entries.values():
        match = route.template.fullmatch(custom_id)
        if match is not None and has_valid_ids(match):
            return run, match
    raise UserFacingError(unknown)
