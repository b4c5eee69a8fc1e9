"""Check what Discord lets the bot post and edit, by permissions, threads, AutoMod and age."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from . import errors, permissions
from .channels import WITHOUT_MESSAGES, Channel
from .clock import Clock
from .messages import EPHEMERAL, StoredMessage, readable
from .model import Guild
from .requests import RecordedRequest

# "Maximum number of edits to messages older than 1 hour reached" comes as HTTP 429 with code 30046 (seen:
# aikaterna-cogs #302). Discord publishes no figure; starboard-4 #118 observed 3 in 20 s a channel.
OLD_MESSAGE_SECONDS = 3600
OLD_EDITS, OLD_EDITS_SECONDS = 3, 20


def refuse_posting(channel: Channel, request: RecordedRequest) -> None:
    """Refuse a post of the bot itself that its permissions here do not allow.

    Raises:
        DiscordError: 50008 for a forum or category; 50013 without permission to send here, to attach the
            files, or to show the embeds if there is nothing else (discord-api-docs #2601: a post with embeds
            only is refused, while any other post silently loses its embeds); 160002 for a reply without
            permission to read the history (docs: resources/message, "Create Message").
    """
    if channel.type in WITHOUT_MESSAGES:
        raise errors.no_text_channel()
    granted = channel.app_permissions()
    needed = [channel.sending]
    needed += [permissions.ATTACH_FILES] if request.files else []
    needed += [permissions.EMBED_LINKS] if _embeds_alone(request) else []
    if not all(permissions.has(granted, bit) for bit in needed):
        raise errors.missing_permissions()
    if request.body.get("message_reference") and not permissions.has(
        granted, permissions.READ_MESSAGE_HISTORY
    ):
        raise errors.no_reply_without_history()


def _embeds_alone(request: RecordedRequest) -> bool:
    body = request.body
    beside = body.get("content") or body.get("components") or body.get("sticker_ids") or request.files
    return bool(body.get("embeds")) and not beside


def refuse_editing(channel: Channel, request: RecordedRequest) -> None:
    """Refuse an edit by the bot itself that attaches files without ATTACH_FILES (50013)."""
    if request.files and not permissions.has(channel.app_permissions(), permissions.ATTACH_FILES):
        raise errors.missing_permissions()


def without_forbidden_embeds(channel: Channel, body: dict[str, Any]) -> dict[str, Any]:
    """Return the body as Discord accepts it from the bot itself: without Embed Links it loses its embeds,
    with status 200 (discord-api-docs #2601, #5648; discord.py #8158). Requests by token are not affected.
    """
    if "embeds" not in body or permissions.has(channel.app_permissions(), permissions.EMBED_LINKS):
        return body
    return body | {"embeds": []}


def refuse_closed_thread(channel: Channel, *, editing: bool) -> None:
    """Refuse what an archived or locked thread does not accept (docs: topics/threads, "Active & Archived
    Threads", "Locked Threads"). Posting to an archived one is allowed, and unarchives it.

    Raises:
        DiscordError: 50083 for an edit in an archived thread, 160005 in a locked one.
    """
    thread = channel.thread
    if thread is None:
        return
    if thread.archived and editing:
        raise errors.thread_is_archived()
    if thread.locked and not permissions.has(channel.app_permissions(), permissions.MANAGE_THREADS):
        raise errors.thread_is_locked()


def refuse_blocked_words(guild: Guild | None, body: dict[str, Any]) -> None:
    """Raise 200000 (HTTP 400) if AutoMod blocks a response, followup, post or edit (change log of June 2024;
    docs: topics/opcodes-and-status-codes).
    """
    if guild is None or not guild.blocked_words:
        return
    shown = "\n".join(readable(body)).casefold()
    if any(word.casefold() in shown for word in guild.blocked_words):
        raise errors.blocked_by_automod()


@dataclass
class OldEdits:
    """Limits edits of messages that are over an hour old, per channel. ``limit=None`` allows all."""

    clock: Clock
    limit: int | None = OLD_EDITS
    seconds: float = OLD_EDITS_SECONDS
    _edited: dict[int, deque[float]] = field(default_factory=dict)

    def count(self, message: StoredMessage) -> None:
        """Count an edit by the bot itself. Raise 30046, as HTTP 429, if there were too many."""
        now = self.clock.time()
        if self.limit is None or message.flags & EPHEMERAL or now - message.posted_at < OLD_MESSAGE_SECONDS:
            return
        edited = self._edited.setdefault(message.channel.id, deque())
        while edited and now - edited[0] >= self.seconds:
            edited.popleft()
        if len(edited) >= self.limit:
            raise errors.too_many_old_edits(edited[0] + self.seconds - now)
        edited.append(now)
