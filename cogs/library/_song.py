"""Open one song from the library in an ephemeral message, or post it to the channel."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

import discord

from songbot.delivery.fallbacks import REQUEST_LIMIT
from songbot.delivery.follow_up import edit_in_card, follow_up_with_card
from songbot.delivery.links import LinkRefresher
from songbot.delivery.payloads import CardPayload, payload_variants
from songbot.interactions.access import SongAccess
from songbot.interactions.debounce import Debouncer
from songbot.interactions.errors import UserFacingError
from songbot.interactions.install_context import must_answer_privately
from songbot.interactions.languages import Languages, own_language
from songbot.interactions.replies import defer_ephemeral, send_ephemeral
from songbot.media.accent import accent_of
from songbot.media.downloader import SongFiles
from songbot.songs.access import SongAction
from songbot.songs.errors import StoreUnavailable
from songbot.songs.library import LibraryRepository
from songbot.songs.models import DeliveryState, Song, State
from songbot.songs.ports import SongRepository
from songbot.ui.song_card import origin_text
from songbot.wording import general
from songbot.wording import library as wording
from songbot.wording.language import Language

log = logging.getLogger(__name__)

FetchFiles = Callable[[Song, int], AbstractAsyncContextManager[SongFiles]]
"""Fetches a song's files, up to a limit in bytes, like MediaDownloader.fetch."""


@asynccontextmanager
async def no_files(song: Song, upload_limit: int) -> AsyncIterator[SongFiles]:
    """Yield no files. Used as FetchFiles when nothing should be attached."""
    del song, upload_limit
    yield SongFiles()


class LibrarySong:
    """Shows songs. Permissions are checked on every press, since anybody can forge a song ID."""

    def __init__(
        self,
        library: LibraryRepository,
        songs: SongRepository,
        access: SongAccess,
        links: LinkRefresher,
        languages: Languages,
        *,
        fetch_files: FetchFiles,
        debouncer: Debouncer,
    ) -> None:
        self._library = library
        self._songs = songs
        self._access = access
        self._links = links
        self._languages = languages
        self._fetch_files = fetch_files
        self._debouncer = debouncer

    async def open(self, interaction: discord.Interaction, song_id: int) -> None:
        """Show the card ephemerally. If the song could not be delivered before, this delivers it."""
        await defer_ephemeral(interaction)
        song = await self._finished_song(song_id)
        if not await self._access.is_allowed(interaction, song, SongAction.VIEW):
            raise UserFacingError(wording.SONG_HIDDEN)
        undelivered = song.delivery is DeliveryState.UNDELIVERABLE and song.user_id == interaction.user.id
        can_post = (
            song.state is State.COMPLETED
            and not must_answer_privately(interaction)
            and await self._access.is_allowed(interaction, song, SongAction.POST)
        )
        async with self._payloads(own_language(interaction), interaction, song) as payloads:
            shown = await edit_in_card(interaction, payloads, post_button_for=song.id if can_post else None)
        if not shown:
            await send_ephemeral(interaction, general.UNEXPECTED)
        elif undelivered:
            await self._mark_redelivered(song)

    async def post(self, interaction: discord.Interaction, song_id: int) -> None:
        """Show the card to everyone in the channel. Repeated presses post it only once."""
        await interaction.response.defer()
        song = await self._finished_song(song_id)
        await self._access.require_completed(interaction, song, SongAction.POST)
        if must_answer_privately(interaction):
            raise UserFacingError(wording.NOBODY_WOULD_SEE)
        press = ("post", interaction.user.id, interaction.channel_id, song_id)
        if not self._debouncer.try_acquire(press):
            return
        language = self._languages.shared(interaction)
        async with self._payloads(language, interaction, song) as payloads:
            posted = await follow_up_with_card(interaction, payloads)
        if not posted:
            self._debouncer.release(press)
            await send_ephemeral(interaction, wording.NOT_POSTED)

    async def _finished_song(self, song_id: int) -> Song:
        song = await self._songs.get(song_id)
        if song is None or song.deleted_at is not None:
            raise UserFacingError(general.SONG_GONE)
        if not song.finished:
            raise UserFacingError(general.NOT_READY)
        return song

    @asynccontextmanager
    async def _payloads(
        self, language: Language, interaction: discord.Interaction, song: Song
    ) -> AsyncIterator[list[CardPayload]]:
        parent = await self._songs.get(song.parent_id) if song.parent_id is not None else None
        origin_line = origin_text(language, song, parent) if parent is not None else None
        fresh = await self._links.of_song(song)
        async with self._files(fresh, min(interaction.filesize_limit, REQUEST_LIMIT)) as attached:
            yield payload_variants(language, fresh, attached, origin_line, await accent_of(attached.cover))

    @asynccontextmanager
    async def _files(self, song: Song, upload_limit: int) -> AsyncIterator[SongFiles]:
        """Fetch the files from the card on Discord, or from Whisul if there are none."""
        copy = song if self._fetch_files is no_files else await self._links.from_card(song)
        async with AsyncExitStack() as stack:
            attached = await stack.enter_async_context(self._fetch_files(copy, upload_limit))
            if copy is not song and attached.audio is None:
                await stack.aclose()
                attached = await stack.enter_async_context(self._fetch_files(song, upload_limit))
            yield attached

    async def _mark_redelivered(self, song: Song) -> None:
        """Record the delivery. A failure is only logged, since the person has the song."""
        try:
            await self._library.mark_redelivered(song.id)
        except StoreUnavailable as error:
            log.warning("a late delivery was not recorded: %s", error, extra={"song": song.id})
