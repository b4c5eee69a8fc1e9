"""Simulate the other end of Discord: which messages exist where, and what they show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import discord

from songbot.discord_errors import (
    CANNOT_MESSAGE_USER,
    MISSING_ACCESS,
    UNKNOWN_CHANNEL,
    UNKNOWN_MESSAGE,
)
from songbot.songs.models import Song

INVALID_TOKEN = 50027
"""Discord, "Opcodes and Status Codes": an invalid webhook token."""
TOKEN_SECONDS = 900.0
"""Seconds for which Discord accepts an interaction's token."""
NONCE_SECONDS = 300.0
"""Seconds for which Discord remembers a nonce."""


class _Response:
    def __init__(self, status: int) -> None:
        self.status, self.reason = status, "simulated"


def http_error(status: int, code: int = 0) -> discord.HTTPException:
    """Return what discord.py raises for a status and a JSON error code."""
    kind = {403: discord.Forbidden, 404: discord.NotFound}.get(
        status, discord.DiscordServerError if status >= 500 else discord.HTTPException
    )
    return kind(_Response(status), {"code": code, "message": "simulated"})  # type: ignore[arg-type]


@dataclass(slots=True)
class Message:
    """`card_of` is the song whose answer the message shows, or None for a progress message."""

    id: int
    channel_id: int
    card_of: int | None = None
    ephemeral: bool = False
    deleted: bool = False
    wordless: bool = False
    """Whether the answer has neither prompt nor title."""
    overwritten_by: int = 0
    """The process whose progress replaced an answer, because its request took effect late."""


@dataclass
class DiscordServer:
    """`closed_channels` are gone or inaccessible; `closed_dms` are those of people who accept no DMs.

    `now` returns virtual seconds.
    """

    now: Callable[[], float]
    messages: dict[int, Message] = field(default_factory=dict)
    closed_channels: dict[int, int] = field(default_factory=dict)
    closed_dms: set[int] = field(default_factory=set)
    token_ends: dict[str, float] = field(default_factory=dict)
    """When each interaction's token expires, or 0 if it is never accepted."""
    refusals: dict[int, set[str]] = field(default_factory=dict)
    """The delivery methods that Discord permanently refused, by song."""
    refused_routes: set[tuple[str, int]] = field(default_factory=set)
    unsure: set[tuple[int, str]] = field(default_factory=set)
    """Songs that may have a card, by a request (`token` or `follow_up`) whose response was lost."""
    shown_by: dict[int, set[int]] = field(default_factory=dict)
    """The processes that showed a song by token. Once the token has expired, no other can find out."""
    _nonces: dict[tuple[int, str], tuple[float, int]] = field(default_factory=dict)
    _ids: count[int] = field(default_factory=lambda: count(1000))

    def new_line(self, channel_id: int, *, ephemeral: bool) -> int:
        """Create the first response to an interaction, a message without a card. Return its id."""
        message = Message(next(self._ids), channel_id, ephemeral=ephemeral)
        self.messages[message.id] = message
        return message.id

    def new_token(self, message_id: int, *, refused: bool) -> str:
        """Return the token of the interaction that the message responds to."""
        token = f"token-{message_id}"
        self.token_ends[token] = 0.0 if refused else self.now() + TOKEN_SECONDS
        return token

    def edit(self, message_id: int | None, card_of: int | None, *, token: str | None, by: int = 0) -> int:
        """Edit by token, or else as the bot. Return the message's id. `card_of` is None for progress."""
        message = self._message(message_id, token)
        if message.card_of is not None or card_of is not None:
            message.overwritten_by = by if card_of is None else 0
        message.card_of = card_of
        return message.id

    def shows(self, message_id: int | None, song_id: int, *, token: str | None) -> bool:
        """Return whether the message is the song's card, as found by fetching it."""
        return self._message(message_id, token).card_of == song_id

    def post(self, channel_id: int, song_id: int, nonce: str) -> int:
        self._reach(channel_id)
        return self._post(channel_id, song_id, nonce)

    def direct(self, user_id: int, song_id: int, nonce: str) -> int:
        if user_id in self.closed_dms:
            raise http_error(403, CANNOT_MESSAGE_USER)
        return self._post(dm_channel(user_id), song_id, nonce)

    def follow_up(self, channel_id: int, song_id: int, *, token: str | None) -> int:
        self._accept(token or "")
        message = Message(next(self._ids), channel_id, card_of=song_id)
        self.messages[message.id] = message
        return message.id

    def find(self, channel_id: int, song_id: int) -> Message | None:
        """Return the song's card in a channel, as found in its history."""
        if channel_id in self.closed_channels:
            self._reach(channel_id)
        return next(
            (
                message
                for message in self.messages.values()
                if message.channel_id == channel_id
                and message.card_of == song_id
                and not message.deleted
                and not message.ephemeral
            ),
            None,
        )

    def cards_of(self, song_id: int) -> list[Message]:
        return [message for message in self.messages.values() if message.card_of == song_id]

    def refuse(self, song_id: int, way: str, song: Song | None) -> None:
        """Record that a process was permanently refused. A refusal for a place applies to all songs there."""
        self.refusals.setdefault(song_id, set()).add(way)
        if song is not None:
            self.refused_routes.add((way, song.user_id if way == "direct" else song.reply.channel_id))

    def refused(self, song_id: int, user_id: int, channel_id: int) -> set[str]:
        """Return the methods that were permanently refused for a song or for its targets."""
        routes = {way for way, target in self.refused_routes if target in (user_id, channel_id)}
        return self.refusals.get(song_id, set()) | (routes & {"post", "direct"})

    def _message(self, message_id: int | None, token: str | None) -> Message:
        message = self.messages.get(message_id or 0)
        if token is not None:
            self._accept(token)
        elif message is not None:
            self._reach(message.channel_id)
        if message is None or message.deleted or (message.ephemeral and token is None):
            raise http_error(404, UNKNOWN_MESSAGE)
        return message

    def _post(self, channel_id: int, song_id: int, nonce: str) -> int:
        known = self._nonces.get((channel_id, nonce))
        if known is not None and self.now() - known[0] < NONCE_SECONDS:
            return known[1]
        message = Message(next(self._ids), channel_id, card_of=song_id)
        self.messages[message.id] = message
        self._nonces[channel_id, nonce] = self.now(), message.id
        return message.id

    def _accept(self, token: str) -> None:
        if self.now() >= self.token_ends[token]:
            raise http_error(401, INVALID_TOKEN)

    def _reach(self, channel_id: int) -> None:
        code = self.closed_channels.get(channel_id)
        if code is not None:
            raise http_error(404 if code == UNKNOWN_CHANNEL else 403, code)


CHANNEL_ENDS = (UNKNOWN_CHANNEL, MISSING_ACCESS)


def dm_channel(user_id: int) -> int:
    return 10**6 + user_id


def with_a_friend(channel_id: int) -> int:
    """Return a person's direct messages with somebody else, where the bot only has an interaction's token."""
    return channel_id + 10**6


def is_direct(channel_id: int) -> bool:
    return channel_id > 10**6
