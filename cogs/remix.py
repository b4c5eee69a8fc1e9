"""Handle `Try again`, `Another take` and `Remix`, which make a song from another song."""

from __future__ import annotations

import asyncio

import discord

from songbot.interactions.access import SongAccess
from songbot.interactions.channel_policy import ChannelPolicy
from songbot.interactions.component_router import ComponentRouter
from songbot.interactions.debounce import Debouncer
from songbot.interactions.languages import own_language
from songbot.interactions.ordering import Ordering, SongRequest
from songbot.interactions.replies import send_ephemeral
from songbot.songs.access import SongAction
from songbot.songs.errors import StoreUnavailable
from songbot.songs.models import Relation, Song
from songbot.songs.ports import SongRepository
from songbot.ui.custom_ids import id_route
from songbot.ui.modals import ModalKind, PromptModal, typed_prompt
from songbot.wording import general

LOOKUP_TIMEOUT = 1.5
"""Seconds. The lookup comes before the first response, since both a modal and a progress message need the
song."""


class SongVariations:
    """Orders new songs, charged to whoever presses. A variation of a private song is private too."""

    def __init__(
        self,
        songs: SongRepository,
        access: SongAccess,
        ordering: Ordering,
        debouncer: Debouncer,
        channels: ChannelPolicy,
    ) -> None:
        self._songs = songs
        self._access = access
        self._ordering = ordering
        self._debouncer = debouncer
        self._channels = channels

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
        found = await self._song(song_id)
        song = await self._access.require_completed(interaction, found, SongAction.VARY)
        await self._channels.check_before_form(interaction)
        modal = PromptModal(own_language(interaction), ModalKind.REMIX, song.id, song.prompt)
        await interaction.response.send_modal(modal)

    async def _order_variation(
        self, interaction: discord.Interaction, song_id: int, relation: Relation, prompt: str | None = None
    ) -> None:
        press = (interaction.user.id, song_id, relation)
        if not self._debouncer.try_acquire(press):
            await send_ephemeral(interaction, general.ALREADY_ORDERED)
            return
        ordered = False
        try:
            parent = await self._parent(interaction, song_id, relation)
            request = SongRequest(
                parent.prompt if prompt is None else prompt, parent.private, parent, relation
            )
            ordered = await self._ordering.order(interaction, request)
        finally:
            if not ordered:
                self._debouncer.release(press)

    async def _parent(self, interaction: discord.Interaction, song_id: int, relation: Relation) -> Song:
        song = await self._song(song_id)
        if relation is Relation.RETRY:
            return await self._access.require(interaction, song, SongAction.RETRY)
        return await self._access.require_completed(interaction, song, SongAction.VARY)

    async def _song(self, song_id: int) -> Song | None:
        try:
            async with asyncio.timeout(LOOKUP_TIMEOUT):
                return await self._songs.get(song_id)
        except TimeoutError:
            raise StoreUnavailable("a song was not found in time") from None
