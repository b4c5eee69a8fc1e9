"""The delivery methods, in the order in which they are tried for a song. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from songbot.songs.models import ReplyTarget, Song

TOKEN_MARGIN = timedelta(seconds=30)
"""Taken off a token's life, for the way to Discord."""
EPHEMERAL_MAY_BE_GONE_AFTER = timedelta(minutes=5)
"""Discord stores no ephemeral message: it vanishes when the person's client restarts, or after a while
(discord-api-docs #3023)."""
MIB = 1024 * 1024
REQUEST_LIMIT = 25 * MIB
"""Bytes of one request to Create Message (Discord, "Create Message")."""
OWN_UPLOAD_LIMIT = 10 * MIB
"""Bytes that the bot may upload as itself where no boost level raises it ("Uploading Files")."""


class DeliveryMethod(StrEnum):
    """In the usual order."""

    TOKEN = "token"  # noqa: S105
    """Edit the reply with the interaction's token."""
    EDIT = "edit"
    """Edit the reply as the bot's own message."""
    POST = "post"
    """Post a new message in the channel."""
    DIRECT = "direct"
    """Send a direct message."""
    FOLLOW_UP = "follow_up"
    """Send a followup with the interaction's token, when nothing else worked. It can't carry a nonce."""


BY_TOKEN = frozenset({DeliveryMethod.TOKEN, DeliveryMethod.FOLLOW_UP})


@dataclass(frozen=True, slots=True)
class ChannelReach:
    """What the bot may do as itself in the song's channel; what is not known counts as allowed.

    `upload_limit` is in bytes.
    """

    can_view: bool = True
    can_post: bool = True
    upload_limit: int = OWN_UPLOAD_LIMIT


def token_is_valid(target: ReplyTarget, now: datetime) -> bool:
    """Return whether the interaction's token still reaches the reply."""
    if not target.token or target.token_expires_at is None:
        return False
    return now < target.token_expires_at - TOKEN_MARGIN


def must_stay_private(song: Song) -> bool:
    """Return whether others in the channel must not see it. In the DM with the bot there are no others."""
    return song.private and not (song.guild_id is None and song.reply.bot_in_channel)


def needs_token(song: Song, reach: ChannelReach) -> bool:
    """Return whether only the interaction's token reaches the reply."""
    return (
        must_stay_private(song)
        or not song.reply.bot_in_channel
        or song.reply.message_id is None
        or not reach.can_view
    )


def may_have_vanished(song: Song, now: datetime) -> bool:
    """Return whether the person's client may have lost the ephemeral reply by now."""
    return must_stay_private(song) and now - song.created_at > EPHEMERAL_MAY_BE_GONE_AFTER


def methods_for(song: Song, now: datetime, reach: ChannelReach | None = None) -> list[DeliveryMethod]:
    """Return the methods that may work for the song now."""
    reach = reach or ChannelReach()
    by_token = token_is_valid(song.reply, now)
    if by_token and may_have_vanished(song, now):
        return [DeliveryMethod.DIRECT, DeliveryMethod.TOKEN, DeliveryMethod.FOLLOW_UP]
    methods = [DeliveryMethod.TOKEN] if by_token else []
    if song.reply.bot_in_channel and reach.can_view and not must_stay_private(song):
        methods += [DeliveryMethod.EDIT] if song.reply.message_id is not None else []
        methods += [DeliveryMethod.POST] if reach.can_post else []
    return [*methods, DeliveryMethod.DIRECT, *([DeliveryMethod.FOLLOW_UP] if by_token else [])]


def upload_limit(method: DeliveryMethod, song: Song, reach: ChannelReach) -> int:
    """Return how many bytes of files a message by this method may carry."""
    if method in BY_TOKEN:
        return min(song.reply.upload_limit, REQUEST_LIMIT)
    if method is DeliveryMethod.DIRECT:
        return OWN_UPLOAD_LIMIT
    return min(reach.upload_limit, REQUEST_LIMIT)


def nonce(song: Song, kind: str) -> str:
    """Return a nonce of at most 25 characters; Discord posts a message with it once within some minutes."""
    return f"{song.id}-{kind}"
