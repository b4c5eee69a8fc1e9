"""Checking what the person behind an interaction may do with a song, or see in the library."""

from __future__ import annotations

from dataclasses import replace

import discord

from songbot.songs.access import SongAction, Viewer, is_allowed
from songbot.songs.library import LibraryRepository, LibraryScope
from songbot.songs.models import Song, State
from songbot.ui.song_buttons import is_public_card_of
from songbot.wording import buttons, general
from songbot.wording import library as library_wording

from .channel_visibility import ChannelVisibility
from .errors import UserFacingError

_REFUSALS = {
    SongAction.DELETE: buttons.DELETE_NOT_ALLOWED,
    SongAction.POST: library_wording.MADE_BY_YOU_ONLY,
}


class SongAccess:
    """Finds out what the decision in songs/access.py rests on, and no more of it than is needed."""

    def __init__(self, visibility: ChannelVisibility, library: LibraryRepository) -> None:
        self._visibility = visibility
        self._library = library

    async def require(self, interaction: discord.Interaction, song: Song | None, action: SongAction) -> Song:
        """Return the song if it is there and the person may do that with it. Raises UserFacingError."""
        if song is None or song.deleted_at is not None:
            raise UserFacingError(general.SONG_GONE)
        if not await self.is_allowed(interaction, song, action):
            raise UserFacingError(_REFUSALS.get(action, general.NOT_YOURS))
        return song

    async def require_completed(
        self, interaction: discord.Interaction, song: Song | None, action: SongAction
    ) -> Song:
        """As `require`, for what needs a song that was made."""
        found = await self.require(interaction, song, action)
        if found.state is not State.COMPLETED:
            raise UserFacingError(general.NOT_READY)
        return found

    async def is_allowed(self, interaction: discord.Interaction, song: Song, action: SongAction) -> bool:
        """Return whether the person may do that with the song, by the permissions of now."""
        viewer = _viewer(interaction, song)
        if is_allowed(action, song, viewer):
            return True
        if song.guild_id is None or not is_allowed(
            action, song, replace(viewer, sees_origin=True, has_saved=True)
        ):
            return False
        saved = song.guild_id != viewer.guild_id and await self._library.is_saved(viewer.user_id, song.id)
        origin = await self._visibility.can_view(interaction, (song.guild_id, song.reply.channel_id))
        return is_allowed(action, song, replace(viewer, sees_origin=origin, has_saved=saved))

    async def scope(self, interaction: discord.Interaction, scope: LibraryScope) -> LibraryScope:
        """Return the scope with the channels of other people's songs that the person may view now."""
        if scope.owner_id == scope.viewer_id and not scope.saved:
            return scope
        channels = await self._library.channels(scope)
        return replace(scope, channel_ids=await self._visibility.visible(interaction, channels))


def _viewer(interaction: discord.Interaction, song: Song) -> Viewer:
    """Return what the interaction itself says of the person."""
    message = interaction.message
    is_here = interaction.guild_id is not None and song.reply.channel_id == interaction.channel_id
    return Viewer(
        interaction.user.id,
        interaction.guild_id,
        sees_card=message is not None and is_public_card_of(message, song.id),
        moderates_card=is_here and interaction.permissions.manage_messages,
    )
