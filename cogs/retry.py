"""`Try again` under a song that failed."""

from __future__ import annotations

import discord

from cards.buttons import Action
from cards.replies import say_privately
from cards.wording import general
from songs.ports import SongStore
from songs.song import Relation

from .actions import SongActions
from .ordering import Ordering, Wish


class Retry:
    """A new song with the same prompt, charged anew, for the person who asked for the one that failed."""

    def __init__(self, store: SongStore, ordering: Ordering) -> None:
        self._store = store
        self._ordering = ordering

    def register(self, actions: SongActions) -> None:
        actions.add(Action.RETRY, self.retry)

    async def retry(self, interaction: discord.Interaction, song_id: int) -> None:
        await interaction.response.defer()
        song = await self._store.song(song_id)
        if song is None:
            await say_privately(interaction, general.SONG_GONE)
        elif song.user_id != interaction.user.id:
            await say_privately(interaction, general.NOT_YOURS)
        else:
            wish = Wish(song.prompt, private=song.private, parent=song, relation=Relation.RETRY)
            await self._ordering.order(interaction, wish)
