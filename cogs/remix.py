"""A song from another song: `Try again`, `Another take` and `Remix`."""

from __future__ import annotations

import asyncio

import discord

from songbot.interactions.access import seen, seen_card
from songbot.interactions.component_router import SongActions
from songbot.interactions.debounce import PressGuard
from songbot.interactions.ordering import Ordering, Wish
from songbot.interactions.replies import say_privately
from songbot.songs.models import Relation, Song
from songbot.songs.ports import SongStore, StoreUnavailable
from songbot.ui.modals import Form, PromptModal, typed_prompt
from songbot.ui.song_buttons import Action
from songbot.wording import general

LOOK_UP_SECONDS = 2.0
"""A modal has to be the first answer, so what stands in it has to be looked up before any."""


class SongAgain:
    """A new song, charged anew to whoever presses; that of a private song is private again."""

    def __init__(self, store: SongStore, ordering: Ordering, guard: PressGuard) -> None:
        self._store = store
        self._ordering = ordering
        self._guard = guard

    def register(self, actions: SongActions) -> None:
        actions.add(Action.RETRY, self.retry)
        actions.add(Action.TAKE, self.take)
        actions.add(Action.REMIX, self.ask_for_remix)
        actions.add(Action.REMIX_FORM, self.remix)

    async def retry(self, interaction: discord.Interaction, song_id: int) -> None:
        """The same prompt again, for the person whose song failed."""
        await self._again(interaction, song_id, Relation.RETRY)

    async def take(self, interaction: discord.Interaction, song_id: int) -> None:
        await self._again(interaction, song_id, Relation.TAKE)

    async def remix(self, interaction: discord.Interaction, song_id: int) -> None:
        """The modal came back."""
        await self._again(interaction, song_id, Relation.REMIX, typed_prompt(interaction))

    async def ask_for_remix(self, interaction: discord.Interaction, song_id: int) -> None:
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                found = await self._store.song(song_id)
        except TimeoutError:
            raise StoreUnavailable("a song was not found in time") from None
        song = await seen_card(interaction, found)
        if song is not None:
            await interaction.response.send_modal(PromptModal(Form.REMIX, song.id, song.prompt))

    async def _again(
        self, interaction: discord.Interaction, song_id: int, relation: Relation, prompt: str | None = None
    ) -> None:
        press = (interaction.user.id, song_id, relation)
        if not self._guard.is_first(press):
            await say_privately(interaction, general.ALREADY_ORDERED)
            return
        ordered = False
        try:
            await _acknowledge(interaction)
            parent = await self._parent(interaction, song_id, relation)
            if parent is not None:
                wish = Wish(parent.prompt if prompt is None else prompt, parent.private, parent, relation)
                ordered = await self._ordering.order(interaction, wish)
        finally:
            if not ordered:
                self._guard.forget(press)

    async def _parent(
        self, interaction: discord.Interaction, song_id: int, relation: Relation
    ) -> Song | None:
        song = await self._store.song(song_id)
        if relation is not Relation.RETRY:
            return await seen_card(interaction, song)
        song = await seen(interaction, song)
        if song is not None and song.user_id != interaction.user.id:
            await say_privately(interaction, general.NOT_YOURS)
            return None
        return song


async def _acknowledge(interaction: discord.Interaction) -> None:
    """Without changing the message pressed on; what has none, a forged modal, gets a private answer."""
    forged = interaction.message is None
    await interaction.response.defer(thinking=forged, ephemeral=forged)
