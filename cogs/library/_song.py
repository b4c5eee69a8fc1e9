"""One song out of the library: opened for the person alone, or posted to the channel."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import discord

from songbot.delivery.follow_up import send_card
from songbot.delivery.links import FreshLinks
from songbot.delivery.payloads import Draft, drafts_of
from songbot.interactions.debounce import PressGuard
from songbot.interactions.replies import say_privately
from songbot.media.downloader import SongFiles
from songbot.songs.library import Library, may_see
from songbot.songs.models import Delivery, Song, State
from songbot.songs.ports import SongStore, StoreUnavailable
from songbot.ui.song_card import origin
from songbot.wording import general
from songbot.wording import library as wording

log = logging.getLogger(__name__)

FilesOf = Callable[[Song, int], AbstractAsyncContextManager[SongFiles]]
"""Downloads.files_of: a song's files, at most so many bytes."""


@asynccontextmanager
async def no_files(song: Song, upload_limit: int) -> AsyncIterator[SongFiles]:
    """FilesOf where nothing is attached."""
    del song, upload_limit
    yield SongFiles()


class LibrarySong:
    """Rights are looked at for every press; an id in a custom id gives none."""

    def __init__(
        self, library: Library, store: SongStore, links: FreshLinks, files_of: FilesOf, guard: PressGuard
    ) -> None:
        self._library = library
        self._store = store
        self._links = links
        self._files_of = files_of
        self._guard = guard

    async def open(self, interaction: discord.Interaction, song_id: int) -> None:
        """Show the card privately. A song that had not been delivered is delivered by that."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        song = await self._wanted(interaction, song_id)
        if song is None:
            return
        viewer, guild_id = interaction.user.id, interaction.guild_id
        if not await self._may_open(song, viewer, guild_id):
            await say_privately(interaction, wording.SONG_HIDDEN)
            return
        undelivered = song.delivery is Delivery.UNDELIVERABLE and song.user_id == viewer
        may_post = song.state is State.COMPLETED and may_see(song, viewer, guild_id)
        async with self._drafts(interaction, song, files=undelivered) as drafts:
            sent = await send_card(
                interaction, drafts, ephemeral=True, post_button_for=song.id if may_post else None
            )
        if not sent:
            await say_privately(interaction, general.UNEXPECTED)
        elif undelivered:
            await self._redelivered(song)

    async def post(self, interaction: discord.Interaction, song_id: int) -> None:
        """Show the card to everyone in the channel, once however fast it is pressed. Handles Action.POST."""
        await interaction.response.defer()
        song = await self._wanted(interaction, song_id)
        if song is None:
            return
        if song.state is not State.COMPLETED:
            await say_privately(interaction, general.NOT_READY)
            return
        if not may_see(song, interaction.user.id, interaction.guild_id):
            await say_privately(interaction, wording.MADE_BY_YOU_ONLY)
            return
        press = ("post", interaction.user.id, interaction.channel_id, song_id)
        if not self._guard.is_first(press):
            return
        async with self._drafts(interaction, song, files=True) as drafts:
            posted = await send_card(interaction, drafts, ephemeral=False)
        if not posted:
            self._guard.forget(press)
            await say_privately(interaction, wording.NOT_POSTED)

    async def _wanted(self, interaction: discord.Interaction, song_id: int) -> Song | None:
        song = await self._store.song(song_id)
        if song is None or song.deleted_at is not None:
            await say_privately(interaction, general.SONG_GONE)
            return None
        if not song.finished:
            await say_privately(interaction, general.NOT_READY)
            return None
        return song

    async def _may_open(self, song: Song, viewer_id: int, guild_id: int | None) -> bool:
        """What one has saved is on one's own shelf wherever one is, unless it is private."""
        if may_see(song, viewer_id, guild_id):
            return True
        return not song.private and song.guild_id is not None and await self._is_saved(song, viewer_id)

    async def _is_saved(self, song: Song, viewer_id: int) -> bool:
        return await self._library.is_saved(viewer_id, song.id)

    @asynccontextmanager
    async def _drafts(
        self, interaction: discord.Interaction, song: Song, *, files: bool
    ) -> AsyncIterator[list[Draft]]:
        parent = await self._store.song(song.parent_id) if song.parent_id is not None else None
        line = origin(song, parent) if parent is not None else None
        fresh = await self._links.of_song(song)
        files_of = self._files_of if files else no_files
        async with files_of(fresh, interaction.filesize_limit) as attached:
            yield drafts_of(fresh, attached, line)

    async def _redelivered(self, song: Song) -> None:
        """The person has it, whether or not that can be written down now."""
        try:
            await self._library.redelivered(song.id)
        except StoreUnavailable as error:
            log.warning("a late delivery was not written: %s", error, extra={"song": song.id})
