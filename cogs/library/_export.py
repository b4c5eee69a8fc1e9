"""Handle `/library export:true`: export the search results as a playlist."""

from __future__ import annotations

import asyncio
from io import BytesIO

import discord

from songbot.delivery.links import LinkRefresher
from songbot.interactions.access import SongAccess
from songbot.interactions.languages import own_language
from songbot.interactions.replies import send_ephemeral
from songbot.songs.library import LibraryRepository, LibraryScope, Search, parse_search
from songbot.songs.models import Song
from songbot.ui.library.page import nothing_there
from songbot.ui.library.query import Query
from songbot.ui.playlist import FILE_NAME, playlist
from songbot.wording import library as wording

MAX_SONGS = 1000
BATCH = 100


class LibraryExport:
    """Sends the playlist as an ephemeral file."""

    def __init__(self, library: LibraryRepository, access: SongAccess, links: LinkRefresher) -> None:
        self._library = library
        self._access = access
        self._links = links

    async def send(self, interaction: discord.Interaction, query: Query) -> None:
        """Edit the deferred response to hold the playlist."""
        language = own_language(interaction)
        scope = await self._access.scope(interaction, query.scope(interaction.user.id, interaction.guild_id))
        songs, more = await self._found(scope, parse_search(query.search))
        if not songs:
            await send_ephemeral(interaction, nothing_there(language, query))
            return
        data = await asyncio.to_thread(playlist, language, await self._links.of_audio(songs))
        await interaction.edit_original_response(
            content=wording.exported(language, len(songs), capped=more),
            attachments=[discord.File(BytesIO(data), filename=FILE_NAME)],
        )

    async def _found(self, scope: LibraryScope, search: Search) -> tuple[list[Song], bool]:
        """Return the newest matching songs, at most MAX_SONGS, and whether there are more."""
        songs: list[Song] = []
        older_than: int | None = None
        while True:
            page = await self._library.page(scope, search, older_than=older_than, limit=BATCH)
            songs += [entry.song for entry in page.entries]
            if not page.older or len(songs) >= MAX_SONGS:
                return songs[:MAX_SONGS], page.older
            older_than = songs[-1].id
