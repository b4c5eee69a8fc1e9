"""Return pages of a channel's messages (docs: resources/message, "Get Channel Messages")."""

from __future__ import annotations

from collections.abc import Mapping

from . import errors
from .messages import StoredMessage

DEFAULT_LIMIT, MOST = 50, 100


def page(messages: list[StoredMessage], query: Mapping[str, str]) -> list[StoredMessage]:
    """Return the requested messages, newest first, from all messages of a channel, oldest first.

    With ``after``, return the messages right after it rather than the newest ones; with ``around``, return as
    many before as after.

    Raises:
        DiscordError: 50035 for a limit outside 1 to 100, or for two of ``after``, ``before``, ``around``.
    """
    limit = int(query.get("limit", DEFAULT_LIMIT))
    if not 1 <= limit <= MOST:
        raise errors.invalid_form("limit", f"int value should be between 1 and {MOST}.")
    anchors = [name for name in ("after", "before", "around") if name in query]
    if len(anchors) > 1:
        raise errors.invalid_form(anchors[1], "before, after and around are mutually exclusive.")
    if not anchors:
        return messages[-limit:][::-1]
    return _around(messages, anchors[0], int(query[anchors[0]]), limit)[::-1]


def _around(messages: list[StoredMessage], anchor: str, message_id: int, limit: int) -> list[StoredMessage]:
    older = [message for message in messages if message.id < message_id]
    newer = [message for message in messages if message.id > message_id]
    if anchor == "after":
        return newer[:limit]
    if anchor == "before":
        return older[-limit:]
    itself = [message for message in messages if message.id == message_id]
    half = limit // 2
    return ((older[-half:] if half else []) + itself + newer[:half])[:limit]
