"""Reading an interaction: where it is, what reaches it, and to whose quota it counts."""

from __future__ import annotations

from datetime import timedelta

import discord

from songbot.songs.models import ReplyTarget

TOKEN_LIFETIME = timedelta(minutes=15)
"""Discord, "Receiving and Responding": interaction tokens are valid for 15 minutes."""


def bot_has_access(interaction: discord.Interaction) -> bool:
    """Whether the bot may act in the channel by itself, or only through the interaction's token.

    `authorizing_integration_owners` (Discord, "Receiving and Responding") has the server's id under
    GUILD_INSTALL where the bot is a member, and 0 there for a DM with the bot.
    """
    if interaction.guild_id is None:
        return not interaction.context.private_channel
    if interaction.is_guild_integration():
        return True
    is_member = interaction.client.get_guild(interaction.guild_id) is not None
    return is_member and not interaction.is_user_integration()


def quota_guild_id(interaction: discord.Interaction) -> int | None:
    """The server whose quota is charged; None: the person's own DM quota."""
    return interaction.guild_id if bot_has_access(interaction) else None


def role_ids(interaction: discord.Interaction) -> frozenset[int]:
    """The asker's roles, read off the interaction itself, so that no member cache is needed."""
    user = interaction.user
    if not isinstance(user, discord.Member):
        return frozenset()
    return frozenset(user._roles)  # ids, where `roles` leaves out what is not cached


def reply_target(interaction: discord.Interaction, message_id: int | None) -> ReplyTarget:
    """Where the answer to this interaction goes."""
    return ReplyTarget(
        channel_id=interaction.channel_id or 0,
        message_id=message_id,
        token=interaction.token,
        token_expires_at=interaction.created_at + TOKEN_LIFETIME,
        bot_in_channel=bot_has_access(interaction),
        upload_limit=interaction.filesize_limit,
    )
