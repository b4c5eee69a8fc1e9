"""Handle the `/library` command and the components on its pages."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from songbot.interactions.access import SongAccess
from songbot.interactions.component_router import ComponentRouter
from songbot.interactions.errors import UserFacingError
from songbot.interactions.languages import own_language
from songbot.interactions.replies import defer_ephemeral
from songbot.songs.library import LibraryPage, LibraryRepository, parse_search
from songbot.ui.custom_ids import id_route
from songbot.ui.library.components import PLAY_ROUTE
from songbot.ui.library.page import PAGE_SIZE, page_embed, page_view
from songbot.ui.library.query import (
    MAX_SEARCH,
    PAGE_ROUTE,
    Direction,
    PageTurn,
    Query,
    SearchLostError,
    one_line,
    parse_query,
)
from songbot.wording import library as wording

from ._export import LibraryExport
from ._song import LibrarySong


class LibraryCog(commands.Cog, name="library"):
    """Shows people their songs in ephemeral messages."""

    def __init__(
        self, library: LibraryRepository, access: SongAccess, song: LibrarySong, export: LibraryExport
    ) -> None:
        self._library = library
        self._access = access
        self._song = song
        self._export = export

    def register(self, router: ComponentRouter) -> None:
        router.register(PAGE_ROUTE, self.turn)
        router.register(PLAY_ROUTE, self._song.open)
        router.register(id_route("song:post"), self._song.post)

    @app_commands.command(
        name="library", description="Browse, search and export your songs (only you can see the list)"
    )
    @app_commands.describe(
        search="Words from the title, tags or prompt, or a tempo such as bpm:90-120",
        saved="Only songs you saved",
        of="Another member's public songs in this server",
        export="Get a playlist file of all matching songs",
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def library(
        self,
        interaction: discord.Interaction,
        search: app_commands.Range[str, 1, MAX_SEARCH] | None = None,
        saved: bool = False,
        of: discord.User | None = None,
        export: bool = False,
    ) -> None:
        owner_id = of.id if of is not None and of.id != interaction.user.id else None
        if owner_id is not None and interaction.guild_id is None:
            raise UserFacingError(wording.OF_IN_SERVERS_ONLY)
        if owner_id is not None and saved:
            raise UserFacingError(wording.OF_OR_SAVED)
        await defer_ephemeral(interaction)
        query = Query(one_line(search), saved, owner_id)
        if export:
            await self._export.send(interaction, query)
        else:
            await self._show(interaction, query, await self._page(interaction, query))

    async def turn(self, interaction: discord.Interaction, turn: PageTurn) -> None:
        """Handle a press of `Newer` or `Older`."""
        await interaction.response.defer()
        embeds = interaction.message.embeds if interaction.message is not None else []
        try:
            query = parse_query(turn, embeds[0].footer.text if embeds else None)
        except SearchLostError:
            raise UserFacingError(wording.SEARCH_LOST) from None
        await self._show(interaction, query, await self._turned(interaction, query, turn))

    async def _turned(self, interaction: discord.Interaction, query: Query, turn: PageTurn) -> LibraryPage:
        """Return the requested page. Return the first page if the requested one is empty, or if it would
        be the first page but not full."""
        if turn.direction is Direction.NEWER:
            page = await self._page(interaction, query, newer_than=turn.key)
            is_first = not page.newer and len(page.entries) < PAGE_SIZE
        else:
            page = await self._page(interaction, query, older_than=turn.key)
            is_first = not page.entries
        return await self._page(interaction, query) if is_first else page

    async def _page(
        self,
        interaction: discord.Interaction,
        query: Query,
        *,
        older_than: int | None = None,
        newer_than: int | None = None,
    ) -> LibraryPage:
        scope = await self._access.scope(interaction, query.scope(interaction.user.id, interaction.guild_id))
        search = parse_search(query.search)
        return await self._library.page(
            scope, search, older_than=older_than, newer_than=newer_than, limit=PAGE_SIZE
        )

    async def _show(self, interaction: discord.Interaction, query: Query, page: LibraryPage) -> None:
        language = own_language(interaction)
        embed, view = page_embed(language, page, query), page_view(language, page, query)
        await interaction.edit_original_response(embed=embed, view=view)
