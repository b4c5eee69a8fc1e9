"""Define the rules for a message's files: their names and maximum sizes, and which of them an edit keeps."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from . import errors
from .channels import Channel
from .messages import StoredFile, StoredMessage
from .model import NITRO, NITRO_BASIC, User
from .requests import RecordedRequest

MIB = 1024 * 1024
# "10 MiB" for everybody, more with Nitro or the server's boost level (docs: reference, "Uploading Files").
DEFAULT_LIMIT = 10 * MIB
_BY_NITRO = {NITRO_BASIC: 50 * MIB, NITRO: 500 * MIB}
_BY_BOOST_LEVEL = {2: 50 * MIB, 3: 100 * MIB}
# "The maximum request size when sending a message is 25 MiB" (docs: resources/message, "Create Message").
REQUEST_LIMIT = 25 * MIB

_DROPPED = re.compile(r"[^A-Za-z0-9._\-]")


def limit_of_channel(channel: Channel | None) -> int:
    """Return the maximum size in bytes of a file in the bot's own posts: only the boost level counts."""
    guild = channel.guild if channel else None
    return _BY_BOOST_LEVEL.get(guild.boost_level, DEFAULT_LIMIT) if guild else DEFAULT_LIMIT


def limit_of_presser(user: User, channel: Channel) -> int:
    """Return an interaction's ``attachment_size_limit``: the limit of the user (Nitro counts) or of the
    guild, whichever is higher (docs: interactions/receiving-and-responding).
    """
    return max(_BY_NITRO.get(user.nitro, DEFAULT_LIMIT), limit_of_channel(channel))


def refuse_too_large(request: RecordedRequest, limit: int) -> None:
    """Raise 40005 if a file exceeds the limit, or all files together exceed the limit of a request."""
    sizes = [file.size for file in request.files]
    if any(size > limit for size in sizes) or sum(sizes) > REQUEST_LIMIT:
        raise errors.entity_too_large()


def stored_name(name: str) -> str:
    """Return the name Discord gives an uploaded file: spaces become underscores, and non-ASCII letters are
    lost (discordjs #11302; exactly how is not documented).
    """
    plain = _DROPPED.sub("", unicodedata.normalize("NFC", name).replace(" ", "_"))
    return f"unknown{plain}" if plain.startswith(".") or not plain else plain


def shown_in_embeds(embeds: list[dict[str, Any]]) -> set[str]:
    """Return the URLs of files shown in an embed. They are not listed among the message's attachments."""
    parts = [embed.get(part) or {} for embed in embeds for part in ("image", "thumbnail", "author", "footer")]
    return {part.get(name, "") for part in parts for name in ("url", "icon_url")}


def kept_files(message: StoredMessage, body: dict[str, Any]) -> list[StoredFile]:
    """Return the files an edit keeps: all, or with ``attachments`` those listed or shown in an embed."""
    if body.get("attachments") is None:
        return message.files
    listed = {str(part.get("id")) for part in body["attachments"]}
    shown = shown_in_embeds(body["embeds"] or [] if "embeds" in body else message.embeds)
    return [file for file in message.files if str(file.id) in listed or file.url in shown]
