"""Route every press of a button, choice in a select and submitted modal by its custom id alone.

discord.py would keep views and modals in memory, lose them with the process, and ignore a press on what the
message no longer has. Here all of them work after a restart, and each press gets an answer.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

import discord

from songbot.ui.custom_ids import Route, custom_ids_on, has_valid_ids
from songbot.wording import buttons, general

from .error_handler import handle_errors
from .errors import UserFacingError

T = TypeVar("T")
Handler = Callable[[discord.Interaction, T], Awaitable[None]]
"""Gets what the custom id carries. That may be forged, so the handler checks what the person may do."""
_Run = Callable[[discord.Interaction, re.Match[str]], Awaitable[None]]
_Entry = tuple[Route[object], _Run]


class ComponentRouter:
    """Cogs register their handlers; add `on_interaction` to the client as a listener."""

    def __init__(self) -> None:
        self._components: dict[str, _Entry] = {}
        self._modals: dict[str, _Entry] = {}

    def register(self, route: Route[T], handler: Handler[T]) -> None:
        """Send presses and choices to `handler`."""
        self._components[route.name] = _entry(route, handler)

    def register_modal(self, route: Route[T], handler: Handler[T]) -> None:
        """Send submitted modals to `handler`."""
        self._modals[route.name] = _entry(route, handler)

    @property
    def routes(self) -> list[Route[object]]:
        """Return the routes of everything that can be pressed or chosen."""
        return [route for route, _ in self._components.values()]

    @property
    def modal_routes(self) -> list[Route[object]]:
        return [route for route, _ in self._modals.values()]

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Answer a press or a submitted modal; commands are the command tree's. Raises nothing."""
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


def _find(entries: dict[str, _Entry], custom_id: str, unknown: str) -> tuple[_Run, re.Match[str]]:
    """Return what takes `custom_id`. Raises UserFacingError for an unknown or forged one."""
    for route, run in entries.values():
        match = route.template.fullmatch(custom_id)
        if match is not None and has_valid_ids(match):
            return run, match
    raise UserFacingError(unknown)
