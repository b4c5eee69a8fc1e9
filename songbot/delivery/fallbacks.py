"""The steps by which an answer gets to a person, and which of them can hold for a song. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from songbot.songs.models import ReplyTarget, Song

TOKEN_MARGIN = timedelta(seconds=30)
"""Taken off a token's life, for the way to Discord."""


class DeliveryMethod(StrEnum):
    """In the order they are tried."""

    TOKEN = "token"  # noqa: S105
    """Edit the reply by the interaction's token."""
    EDIT = "edit"
    """Edit the reply as the bot's own message."""
    POST = "post"
    """A new message in the channel."""
    DIRECT = "direct"
    """A direct message."""


def token_is_valid(target: ReplyTarget, now: datetime) -> bool:
    """Does the interaction's token still reach the reply?"""
    if not target.token or target.token_expires_at is None:
        return False
    return now < target.token_expires_at - TOKEN_MARGIN


def must_stay_private(song: Song) -> bool:
    """Must others in the place not see it? In the DM with the bot there are no others."""
    return song.private and not (song.guild_id is None and song.reply.bot_in_channel)


def methods_for(song: Song, now: datetime) -> list[DeliveryMethod]:
    """The steps that can hold."""
    methods: list[DeliveryMethod] = []
    if token_is_valid(song.reply, now):
        methods.append(DeliveryMethod.TOKEN)
    if song.reply.bot_in_channel and not must_stay_private(song):
        methods += (
            [DeliveryMethod.EDIT, DeliveryMethod.POST]
            if song.reply.message_id is not None
            else [DeliveryMethod.POST]
        )
    return [*methods, DeliveryMethod.DIRECT]


def nonce(song: Song, kind: str) -> str:
    """Discord posts a message with the same nonce once within some minutes. 25 characters at most."""
    return f"{song.id}-{kind}"
