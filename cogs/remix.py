"""Handle `Try again`, `Another take` and `Remix`, which make a song from another song."""

from __future__ import annotations

import asyncio

import discord

from songbot.interactions.access import require_completed, require_visible
from songbot.interactions.component_router import ComponentRouter
from songbot.interactions.debounce import Debouncer
from songbot.interactions.ordering import Ordering, SongRequest
from songbot.interactions.replies import send_ephemeral
from songbot.songs.errors import StoreUnavailable
from songbot.songs.models import Relation, Song
from songbot.songs.ports import SongRepository
from songbot.ui.custom_ids import id_route
from songbot.ui.modals import ModalKind, PromptModal, typed_prompt
from songbot.wording import general

LOOKUP_TIMEOUT = 2.0
"""Seconds. A modal must be the first response to an interaction, so this also limits the lookup before it."""


class SongVariations:
    """Orders new songs, charged to whoever presses. A variation of a private song is private too."""

    def __init__(self, songs: SongRepository, ordering: Ordering, debouncer: Debouncer) -> None:
        self._songs = songs
        self._ordering = ordering
        self._debouncer = debouncer

    def register(self, router: ComponentRouter) -> None:
        router.register(id_route("song:retry"), self.retry)
        router.register(id_route("song:take"), self.take)
        router.register(id_route("song:remix"), self.ask_for_remix)
        router.register_modal(id_route("song:remix"), self.remix)

    async def retry(self, interaction: discord.Interaction, song_id: int) -> None:
        """Order the same prompt again for the person whose song failed."""
        await self._order_variation(interaction, song_id, Relation.RETRY)

    async def take(self, interaction: discord.Interaction, song_id: int) -> None:
        await self._order_variation(interaction, song_id, Relation.TAKE)

    async def remix(self, interaction: discord.Interaction, song_id: int) -> None:
        """Order a song from the prompt in the submitted modal."""
        await self._order_variation(interaction, song_id, Relation.REMIX, typed_prompt(interaction))

    async def ask_for_remix(self, interaction: discord.Interaction, song_id: int) -> None:
        try:
            async with asyncio.timeout(LOOKUP_TIMEOUT):
                found = await self._songs.get(song_id)
        except TimeoutError:
            raise StoreUnavailable("a song was not found in time") from None
        song = await require_completed(interaction, found)
        if song is not None:
            await interaction.response.send_modal(PromptModal(ModalKind.REMIX, song.id, song.prompt))

    async def _order_variation(
        self, interaction: discord.Interaction, song_id: int, relation: Relation, prompt: str | None = None
    ) -> None:
        press = (interaction.user.id, song_id, relation)
        if not self._debouncer.try_acquire(press):
            await send_ephemeral(interaction, general.ALREADY_ORDERED)
            return
        ordered = False
        try:
            await _acknowledge(interaction)
            parent = await self._parent(interaction, song_id, relation)
            if parent is not None:
                request = SongRequest(
                    parent.prompt if prompt is None else prompt, parent.private, parent, relation
                )
                ordered = await self._ordering.order(interaction, request)
        finally:
            if not ordered:
                self._debouncer.release(press)

    async def _parent(
        self, interaction: discord.Interaction, song_id: int, relation: Relation
    ) -> Song | None:
        song = await self._songs.get(song_id)
        if relation is not Relation.RETRY:
            return await require_completed(interaction, song)
        song = await require_visible(interaction, song)
        if song is not None and song.user_id != interaction.user.id:
            await send_ephemeral(interaction, general.NOT_YOURS)
            return None
        return song


async def _acknowledge(interaction: discord.Interaction) -> None:
    """Defer without changing the message. A forged modal has no message, so defer an ephemeral response
    instead."""
    forged = interaction.message is None
    await interaction.response.defer(thinking=forged, ephemeral=forged)
