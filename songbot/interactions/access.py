"""Check what the person behind an interaction may do with a song, or see in the library."""

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
    """Collects the facts that songs/access.py needs for its decision, and queries only what is necessary."""

    def __init__(self, visibility: ChannelVisibility, library: LibraryRepository) -> None:
        self._visibility = visibility
        self._library = library

    async def require(self, interaction: discord.Interaction, song: Song | None, action: SongAction) -> Song:
        """Return the song. Raise UserFacingError if it is missing or the person may not do `action`."""
        if song is None or song.deleted_at is not None:
            raise UserFacingError(general.SONG_GONE)
        if not await self.is_allowed(interaction, song, action):
            raise UserFacingError(_REFUSALS.get(action, general.NOT_YOURS))
        return song

    async def require_completed(
        self, interaction: discord.Interaction, song: Song | None, action: SongAction
    ) -> Song:
        """Return the song like `require`, but also raise UserFacingError if it was not completed."""
        found = await self.require(interaction, song, action)
        if found.state is not State.COMPLETED:
            raise UserFacingError(general.NOT_READY)
        return found

    async def is_allowed(self, interaction: discord.Interaction, song: Song, action: SongAction) -> bool:
        """Return True if the person may do `action` with the song, based on current permissions."""
        viewer = _viewer(interaction, song)
        if is_allowed(action, song, viewer):
            return True
        if song.guild_id is None or not is_allowed(
            action, song, replace(viewer, sees_origin=True, has_saved=True)
        ):
            return False
        saved = song.guild_id != viewer.guild_id and await self._library.is_saved(viewer.user_id, song.id)
        origin = await self._visibility.can_view(interaction, (song.guild_id, song.requested_in))
        return is_allowed(action, song, replace(viewer, sees_origin=origin, has_saved=saved))

    async def scope(self, interaction: discord.Interaction, scope: LibraryScope) -> LibraryScope:
        """Return the scope limited to other people's channels that the person can view now."""
        if scope.owner_id == scope.viewer_id and not scope.saved:
            return scope
        channels = await self._library.channels(scope)
        return replace(scope, channel_ids=await self._visibility.visible(interaction, channels))


def _viewer(interaction: discord.Interaction, song: Song) -> Viewer:
    """Return the facts about the person that are in the interaction itself."""
    message = interaction.message
    is_here = interaction.guild_id is not None and song.reply.channel_id == interaction.channel_id
    return Viewer(
        interaction.user.id,
        interaction.guild_id,
        sees_card=message is not None and is_public_card_of(message, song.id),
        moderates_card=is_here and interaction.permissions.manage_messages,
    )
