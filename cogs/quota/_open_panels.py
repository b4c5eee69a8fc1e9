"""Keep the panels that admins have open up to date, for as long as Discord lets the bot edit them.

Only an interaction's token can edit an ephemeral message. It expires 15 minutes after the last press.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import discord

from songbot.bounded_dict import BoundedDict
from songbot.discord_errors import DISCORD_ERRORS, describe
from songbot.interactions.install_context import TOKEN_LIFETIME
from songbot.interactions.languages import own_language
from songbot.songs.errors import StoreUnavailable
from songbot.ui.views import RoutedLayout
from songbot.wording.language import Language

from ._members import LOOKUP_TIMEOUT
from ._pages import Page, View

log = logging.getLogger(__name__)

POLL_SECONDS = 10.0
"""Seconds between comparisons of open panels with the database, which other processes and new songs
change."""
MAX_OPEN = 500
_MARGIN_SECONDS = 30.0
_REFRESHED = (View.HOME, View.CHANNELS)

Build = Callable[[Language, discord.Client, int, Page], Awaitable[RoutedLayout]]


@dataclass
class OpenPanel:
    """One open panel. The lock keeps an older state from overwriting a newer one."""

    guild_id: int
    interaction: discord.Interaction
    until: float
    page: Page
    shown: list[dict[str, Any]] = field(default_factory=list)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class OpenPanels:
    """Tracks and refreshes open panels. `build` makes a page; `monotonic` returns seconds."""

    def __init__(self, build: Build, monotonic: Callable[[], float]) -> None:
        self._build = build
        self._monotonic = monotonic
        self._panels: BoundedDict[int, OpenPanel] = BoundedDict(MAX_OPEN)
        self._polling: asyncio.Task[None] | None = None

    async def show(self, interaction: discord.Interaction, guild_id: int, page: Page) -> None:
        """Show a page in the panel that was pressed, or as the response to a command. The interaction must
        be deferred. Raise StoreUnavailable if the page can't be read."""
        message = interaction.message
        panel = self._panels.get(message.id) if message else None
        if panel is None:
            panel = OpenPanel(guild_id, interaction, 0.0, page)
        panel.interaction = interaction
        panel.until = self._monotonic() + TOKEN_LIFETIME.total_seconds() - _MARGIN_SECONDS
        async with panel.lock:
            layout = await self._build(own_language(interaction), interaction.client, guild_id, page)
            edited = await interaction.edit_original_response(view=layout, attachments=[])
            panel.page, panel.shown = page, layout.to_components()
        self._track(message.id if message else edited.id, panel)

    def leave(self, message_id: int | None) -> None:
        """Stop refreshing a panel that now shows something else."""
        if message_id is not None:
            self._panels.pop(message_id, None)

    async def refresh(self, guild_id: int, besides: int | None = None) -> None:
        """Refresh a server's open panels, except the one whose message ID is `besides`."""
        for message_id, panel in list(self._panels.items()):
            if panel.guild_id == guild_id and message_id != besides:
                await self._refresh(message_id, panel)

    async def close(self) -> None:
        """Stop refreshing. Open panels keep working through their custom IDs."""
        self._panels.clear()
        if self._polling is not None:
            self._polling.cancel()
            await asyncio.gather(self._polling, return_exceptions=True)

    def _track(self, message_id: int, panel: OpenPanel) -> None:
        self._panels[message_id] = panel
        if self._polling is None or self._polling.done():
            self._polling = asyncio.create_task(self._poll(), name="open-quota-panels")
            self._polling.add_done_callback(_log_failure)

    async def _poll(self) -> None:
        """Refresh panels until none is open."""
        while self._panels:
            await asyncio.sleep(POLL_SECONDS)
            for message_id, panel in list(self._panels.items()):
                await self._refresh(message_id, panel)

    async def _refresh(self, message_id: int, panel: OpenPanel) -> None:
        """Edit the panel if its page has changed. Forget it if it can no longer be edited, or if its admin no
        longer is one."""
        async with panel.lock:
            if self._monotonic() > panel.until:
                self._panels.pop(message_id, None)
            elif panel.page.view in _REFRESHED and self._panels.get(message_id) is panel:
                try:
                    await self._edit(message_id, panel)
                except StoreUnavailable as error:
                    log.warning("an open panel could not be refreshed: %s", error)
                except DISCORD_ERRORS as error:
                    log.info("an open panel can no longer be refreshed: %s", describe(error))
                    self._panels.pop(message_id, None)

    async def _edit(self, message_id: int, panel: OpenPanel) -> None:
        interaction = panel.interaction
        layout = await self._build(own_language(interaction), interaction.client, panel.guild_id, panel.page)
        components = layout.to_components()
        if components == panel.shown:
            return
        if not await _still_manages(interaction, panel.guild_id):
            log.info("an open panel is no longer refreshed: its admin can't manage the server anymore")
            self._panels.pop(message_id, None)
            return
        await interaction.edit_original_response(view=layout)
        panel.shown = components


async def _still_manages(interaction: discord.Interaction, guild_id: int) -> bool:
    """Return whether the person may still manage the server, by their current roles.

    This asks Discord, since the bot receives no events about members. Raise one of DISCORD_ERRORS if Discord
    can't be asked.
    """
    guild = interaction.client.get_guild(guild_id)
    if guild is None:
        return False
    try:
        async with asyncio.timeout(LOOKUP_TIMEOUT):
            member = await guild.fetch_member(interaction.user.id)
    except discord.NotFound:
        return False
    return member.guild_permissions.manage_guild


def _log_failure(polling: asyncio.Task[None]) -> None:
    """Log the error that ended the polling. The next press of a panel restarts it."""
    if not polling.cancelled() and (error := polling.exception()) is not None:
        log.error("open panels are no longer refreshed", exc_info=error)
