"""`Notify me` on the progress line, and `Save` and `Delete` on the card."""

from __future__ import annotations

import logging
from collections import OrderedDict

import discord

from songbot.delivery.delete_card import TakenAway, take_away
from songbot.discord_errors import TROUBLE, describe
from songbot.interactions.access import may_delete, seen, seen_card
from songbot.interactions.component_router import SongActions
from songbot.interactions.replies import say_privately
from songbot.songs.library import Library
from songbot.songs.models import Song
from songbot.songs.ports import SongStore
from songbot.ui.song_buttons import Action, view_of
from songbot.wording import buttons

log = logging.getLogger(__name__)

MOST_NOTIFIED = 10
MOST_QUESTIONS = 1000


class CardButtons:
    """What the buttons do that make no new song."""

    def __init__(self, store: SongStore, library: Library) -> None:
        self._store = store
        self._library = library
        self._asked: OrderedDict[tuple[int, int], discord.Interaction] = OrderedDict()

    def register(self, actions: SongActions) -> None:
        actions.add(Action.NOTIFY, self.notify)
        actions.add(Action.SAVE, self.save)
        actions.add(Action.DELETE, self.ask_to_delete)
        actions.add(Action.ERASE, self.erase)

    async def notify(self, interaction: discord.Interaction, song_id: int) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        song = await seen(interaction, await self._store.song(song_id))
        if song is not None:
            await say_privately(interaction, await self._toggle_notify(interaction.user.id, song))

    async def _toggle_notify(self, user_id: int, song: Song) -> str:
        on_list = await self._library.toggle_notify(song.id, user_id, MOST_NOTIFIED)
        if on_list is None:
            latest = await self._store.song(song.id)
            return buttons.NOTIFY_LATE if latest is None or latest.finished else buttons.NOTIFY_FULL
        return buttons.NOTIFY_ON if on_list else buttons.NOTIFY_OFF

    async def save(self, interaction: discord.Interaction, song_id: int) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        song = await seen_card(interaction, await self._store.song(song_id))
        if song is None:
            return
        if song.guild_id is None and song.user_id != interaction.user.id:
            await say_privately(interaction, buttons.SAVE_NOT_ALLOWED)
            return
        saved = await self._library.toggle_saved(interaction.user.id, song.id)
        await say_privately(interaction, buttons.SAVED if saved else buttons.UNSAVED)

    async def ask_to_delete(self, interaction: discord.Interaction, song_id: int) -> None:
        """Deferred as an update, so that this press's token reaches the very message that was pressed on:
        where the bot is no member, that is the only way to take it away."""
        await interaction.response.defer()
        song = await seen_card(interaction, await self._store.song(song_id))
        if song is None or not await may_delete(interaction, song):
            return
        self._remember(interaction, song)
        await interaction.followup.send(
            buttons.CONFIRM_DELETE, view=view_of(song.id, Action.ERASE), ephemeral=True
        )

    async def erase(self, interaction: discord.Interaction, song_id: int) -> None:
        """The question was answered, maybe after a restart: the right is checked again."""
        await interaction.response.defer()
        found = await self._store.song(song_id)
        if found is not None and found.deleted_at is not None:
            await _close_question(interaction, buttons.DELETED)
            return
        song = await seen_card(interaction, found)
        if song is None or not await may_delete(interaction, song):
            return
        key = (interaction.user.id, song.id)
        taken = await take_away(interaction.client, song, self._asked.get(key))
        if taken is TakenAway.NOT_NOW:
            await say_privately(interaction, buttons.DELETE_LATER)
            return
        await self._library.mark_deleted(song.id)
        self._asked.pop(key, None)
        stays = buttons.STAYS_PRIVATE if song.private else buttons.STAYS
        await _close_question(interaction, buttons.DELETED if taken is TakenAway.YES else stays)

    def _remember(self, interaction: discord.Interaction, song: Song) -> None:
        key = (interaction.user.id, song.id)
        self._asked[key] = interaction
        self._asked.move_to_end(key)
        if len(self._asked) > MOST_QUESTIONS:
            self._asked.popitem(last=False)


async def _close_question(interaction: discord.Interaction, sentence: str) -> None:
    """In place of the question, or else of nothing: the song is deleted either way."""
    try:
        await interaction.edit_original_response(content=sentence, view=None)
    except TROUBLE as error:
        log.info("a question could not be closed: %s", describe(error))
