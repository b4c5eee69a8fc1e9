"""Read from an interaction where it is, what can reach it, and whose quota it counts towards."""

from __future__ import annotations

from datetime import timedelta

import discord

from songbot.songs.models import ReplyTarget

TOKEN_LIFETIME = timedelta(minutes=15)
"""Interaction tokens are valid for 15 minutes (Discord, "Receiving and Responding")."""


def bot_has_access(interaction: discord.Interaction) -> bool:
    """Return True if the bot can act in the channel by itself, without the interaction's token.

    This requires a bot user in the server, but an app can be installed with only its commands (Discord,
    "Application": Installation Context).
    """
    if interaction.guild_id is None:
        return not interaction.context.private_channel
    is_member = interaction.client.get_guild(interaction.guild_id) is not None
    return is_member and (interaction.is_guild_integration() or not interaction.is_user_integration())


def quota_guild_id(interaction: discord.Interaction) -> int | None:
    """Return the server whose quota is charged, or None for the person's own DM quota.

    A server's quota is charged where the app is installed to the server, with or without a bot user.
    `authorizing_integration_owners` (Discord, "Receiving and Responding") then has the server's ID under
    GUILD_INSTALL; it has 0 for a DM with the bot.
    """
    if interaction.guild_id is None:
        return None
    is_installed = interaction.is_guild_integration() or bot_has_access(interaction)
    return interaction.guild_id if is_installed else None


def must_answer_privately(interaction: discord.Interaction) -> bool:
    """Return True if Discord forces responses to be ephemeral: for a user install in a server without the
    app, for members without Use External Apps (Discord, "Permissions")."""
    by_user_install = interaction.guild_id is not None and quota_guild_id(interaction) is None
    return by_user_install and not interaction.permissions.use_external_apps


def role_ids(interaction: discord.Interaction) -> frozenset[int]:
    """Return the person's roles, which come with the interaction, so no member cache is needed."""
    user = interaction.user
    if not isinstance(user, discord.Member):
        return frozenset()
    return frozenset(user._roles)  # IDs; `roles` omits roles that are not cached


def reply_target(interaction: discord.Interaction, message_id: int | None) -> ReplyTarget:
    """Return where to send the reply to this interaction."""
    return ReplyTarget(
        channel_id=interaction.channel_id or 0,
        message_id=message_id,
        token=interaction.token,
        token_expires_at=interaction.created_at + TOKEN_LIFETIME,
        bot_in_channel=bot_has_access(interaction),
        upload_limit=interaction.filesize_limit,
    )
