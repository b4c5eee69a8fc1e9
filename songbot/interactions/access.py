"""Whether the person who presses may have to do with the song.

A custom id proves nothing: anybody can forge one.
"""

from __future__ import annotations

import discord

from songbot.interactions.replies import send_ephemeral
from songbot.songs.library import can_view
from songbot.songs.models import Song, State
from songbot.ui.song_buttons import is_public_card_of
from songbot.wording import buttons, general


async def require_visible(interaction: discord.Interaction, song: Song | None) -> Song | None:
    """The song, if it is there and the person may see it; else they are told privately, and None."""
    if song is None or song.deleted_at is not None:
        await send_ephemeral(interaction, general.SONG_GONE)
        return None
    if not _is_visible(interaction, song):
        await send_ephemeral(interaction, general.NOT_YOURS)
        return None
    return song


async def require_completed(interaction: discord.Interaction, song: Song | None) -> Song | None:
    """As `seen`, for what needs a song that was made."""
    song = await require_visible(interaction, song)
    if song is not None and song.state is not State.COMPLETED:
        await send_ephemeral(interaction, general.NOT_READY)
        return None
    return song


async def require_delete_permission(interaction: discord.Interaction, song: Song) -> bool:
    """Who asked for it, or who may manage messages where the card is; others are told privately."""
    moderates = interaction.permissions.manage_messages and interaction.guild_id is not None
    if song.user_id == interaction.user.id or (
        moderates and not song.private and song.reply.channel_id == interaction.channel_id
    ):
        return True
    await send_ephemeral(interaction, buttons.DELETE_NOT_ALLOWED)
    return False


def _is_visible(interaction: discord.Interaction, song: Song) -> bool:
    """By the library's rule, or because they pressed on a message that shows it to everybody there."""
    if can_view(song, interaction.user.id, interaction.guild_id):
        return True
    message = interaction.message
    return not song.private and message is not None and is_public_card_of(message, song.id)
