"""The steps by which an answer gets to a person, and which of them can hold for a song. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from songbot.songs.models import Reply, Song

TOKEN_MARGIN = timedelta(seconds=30)
"""Taken off a token's life, for the way to Discord."""


class Step(StrEnum):
    """In the order they are tried."""

    TOKEN = "token"  # noqa: S105
    """Edit the reply by the interaction's token."""
    EDIT = "edit"
    """Edit the reply as the bot's own message."""
    POST = "post"
    """A new message in the channel."""
    DIRECT = "direct"
    """A direct message."""


def token_is_alive(reply: Reply, now: datetime) -> bool:
    """Does the interaction's token still reach the reply?"""
    if not reply.token or reply.token_expires_at is None:
        return False
    return now < reply.token_expires_at - TOKEN_MARGIN


def is_hidden(song: Song) -> bool:
    """Must others in the place not see it? In the DM with the bot there are no others."""
    return song.private and not (song.guild_id is None and song.reply.bot_in_channel)


def steps_for(song: Song, now: datetime) -> list[Step]:
    """The steps that can hold."""
    steps: list[Step] = []
    if token_is_alive(song.reply, now):
        steps.append(Step.TOKEN)
    if song.reply.bot_in_channel and not is_hidden(song):
        steps += [Step.EDIT, Step.POST] if song.reply.message_id is not None else [Step.POST]
    return [*steps, Step.DIRECT]


def nonce(song: Song, kind: str) -> str:
    """Discord posts a message with the same nonce once within some minutes. 25 characters at most."""
    return f"{song.id}-{kind}"
