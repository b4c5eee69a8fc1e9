"""Choose the delivery methods for a song, in the order in which to try them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from songbot.songs.models import DeliveryState, ReplyTarget, Song

TOKEN_MARGIN = timedelta(seconds=30)
"""Subtracted from a token's lifetime to allow for the time a request takes."""
EPHEMERAL_MAY_BE_GONE_AFTER = timedelta(minutes=5)
"""Discord does not store ephemeral messages: they vanish when the client restarts, or after a while
(discord-api-docs #3023)."""
MIB = 1024 * 1024
REQUEST_LIMIT = 25 * MIB
"""Maximum size in bytes of one request (Discord, "Create Message")."""
OWN_UPLOAD_LIMIT = 10 * MIB
"""Bytes that the bot can upload as itself if no boost level raises the limit (Discord, "Uploading Files")."""


class DeliveryMethod(StrEnum):
    """The methods, in their usual order."""

    TOKEN = "token"  # noqa: S105
    """Edits the reply with the interaction's token."""
    EDIT = "edit"
    """Edits the reply as the bot's own message."""
    POST = "post"
    """Posts a new message in the channel."""
    DIRECT = "direct"
    """Sends a direct message."""
    FOLLOW_UP = "follow_up"
    """Sends a followup with the interaction's token if nothing else worked. It can't have a nonce."""


BY_TOKEN = frozenset({DeliveryMethod.TOKEN, DeliveryMethod.FOLLOW_UP})


@dataclass(frozen=True, slots=True)
class ChannelReach:
    """What the bot can do as itself in the song's channel. Anything unknown counts as allowed.

    `upload_limit` is in bytes. Without `can_embed`, Discord silently drops embeds of the bot's own messages.
    """

    can_view: bool = True
    can_post: bool = True
    upload_limit: int = OWN_UPLOAD_LIMIT
    can_embed: bool = True


def token_is_valid(target: ReplyTarget, now: datetime) -> bool:
    """Return True if the interaction's token can still edit the reply."""
    if not target.token or target.token_expires_at is None:
        return False
    return now < target.token_expires_at - TOKEN_MARGIN


def must_stay_private(song: Song) -> bool:
    """Return True if other people in the channel must not see the song. A DM with the bot has no other
    people."""
    return song.private and not (song.guild_id is None and song.reply.bot_in_channel)


def needs_token(song: Song, reach: ChannelReach) -> bool:
    """Return True if only the interaction's token can reach the reply."""
    return (
        must_stay_private(song)
        or not song.reply.bot_in_channel
        or song.reply.message_id is None
        or not reach.can_view
    )


def may_have_vanished(song: Song, now: datetime) -> bool:
    """Return True if the person's client may already have dropped the ephemeral reply."""
    return must_stay_private(song) and now - song.created_at > EPHEMERAL_MAY_BE_GONE_AFTER


def methods_for(song: Song, now: datetime, reach: ChannelReach | None = None) -> list[DeliveryMethod]:
    """Return the methods that may currently work for the song."""
    reach = reach or ChannelReach()
    by_token = token_is_valid(song.reply, now)
    if by_token and may_have_vanished(song, now):
        return [DeliveryMethod.DIRECT, DeliveryMethod.TOKEN, DeliveryMethod.FOLLOW_UP]
    methods = [DeliveryMethod.TOKEN] if by_token else []
    if song.reply.bot_in_channel and reach.can_view and not must_stay_private(song):
        methods += [DeliveryMethod.EDIT] if song.reply.message_id is not None else []
        methods += [DeliveryMethod.POST] if reach.can_post else []
    return [*methods, DeliveryMethod.DIRECT, *([DeliveryMethod.FOLLOW_UP] if by_token else [])]


def card_edit_method(
    song: Song, latest: Song | None, now: datetime, reach: ChannelReach
) -> DeliveryMethod | None:
    """Return the method that can edit the card in the song's reply again, or None if there is none.

    `latest` is the song as it is now, or None if its person has had it deleted. If it was delivered
    elsewhere, the reply has no card.
    """
    if latest is None or latest.delivery is not DeliveryState.DELIVERED:
        return None
    if song.reply.message_id not in (None, latest.reply.message_id):
        return None
    if token_is_valid(song.reply, now):
        return DeliveryMethod.TOKEN
    return None if needs_token(song, reach) else DeliveryMethod.EDIT


def upload_limit(method: DeliveryMethod, song: Song, reach: ChannelReach) -> int:
    """Return the maximum size in bytes of the files in a message sent by this method."""
    if method in BY_TOKEN:
        return min(song.reply.upload_limit, REQUEST_LIMIT)
    if method is DeliveryMethod.DIRECT:
        return OWN_UPLOAD_LIMIT
    return min(reach.upload_limit, REQUEST_LIMIT)


def nonce(song: Song, kind: str) -> str:
    """Return a nonce of at most 25 characters. Discord posts only one message per nonce within some
    minutes."""
    return f"{song.id}-{kind}"
