"""Create, edit and find messages, following Discord's rules."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import component_rules, errors
from .attachments import kept_files, shown_in_embeds, stored_name
from .channels import Channel
from .clock import Clock
from .messages import (
    COMPONENTS_V2,
    EPHEMERAL,
    LOADING,
    SUPPRESS_EMBEDS,
    Edit,
    StoredFile,
    StoredMessage,
    pinged_by,
    resolve_attachment_links,
)
from .model import User
from .requests import Upload

NONCE_SECONDS = 300
_EDITABLE = ("content", "embeds", "components")
_SETTABLE_FLAGS = SUPPRESS_EMBEDS | COMPONENTS_V2


@dataclass
class MessageStore:
    """Holds every message. ``base_url`` is where files are served, and ``nonce_seconds`` is how long an
    enforced nonce is remembered. ``keep_edit`` receives each new state of a message; benchmarks with a great
    many count them instead of keeping them.
    """

    clock: Clock
    base_url: str
    keep_files: bool = True
    nonce_seconds: float = NONCE_SECONDS
    keep_edit: Callable[[StoredMessage, Edit], None] = lambda message, edit: message.history.append(edit)
    by_id: dict[int, StoredMessage] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    _nonces: dict[str, tuple[float, StoredMessage]] = field(default_factory=dict)

    def create(
        self,
        channel: Channel,
        author: User,
        body: dict[str, Any],
        uploads: list[Upload],
        *,
        via: str,
        at: float | None = None,
        extra: dict[str, Any] | None = None,
        ephemeral_for: User | None = None,
        replied_to: StoredMessage | None = None,
    ) -> StoredMessage:
        """Create a message from a request's body. ``extra`` holds what Discord adds itself.

        Raises:
            DiscordError: 50006 if it would be empty, 50035 if its components are invalid.
        """
        at = time.monotonic() if at is None else at
        message_id = self.clock.snowflake()
        payload = self._new_payload(message_id, channel, author, body) | (extra or {})
        if via == "channel":
            payload["flags"] &= ~(EPHEMERAL | LOADING)  # only responses to interactions can be ephemeral
        message = StoredMessage(message_id, channel, author, payload, at, ephemeral_for)
        message.posted_at = self.clock.time()
        self._fill(message, body, uploads)
        _refuse_invalid(message)
        if not message.loading:
            message.pinged = pinged_by(body, replied_to.author if replied_to else None)
        self.keep_edit(message, Edit(at, body, via))
        self.by_id[message_id] = message
        return message

    def edit(
        self, message: StoredMessage, body: dict[str, Any], uploads: list[Upload], *, via: str, at: float
    ) -> StoredMessage:
        """Change the fields that the body names, and nothing else. This also completes a deferred response.

        Raises:
            DiscordError: 50006, 50035; the message is unchanged.
        """
        before, files = message.payload, message.files
        message.payload = before | {"edited_timestamp": self.clock.isoformat()}
        message.payload["flags"] &= ~LOADING
        try:
            self._fill(message, body, uploads)
            _refuse_invalid(message)
        except errors.DiscordError:
            message.payload, message.files = before, files
            raise
        self.keep_edit(message, Edit(at, body, via))
        return message

    def get(self, channel: Channel, message_id: int) -> StoredMessage:
        """Return a message that the channel's routes can reach.

        Raises:
            DiscordError: 10008, also for a message that is deleted, ephemeral or in another channel.
        """
        message = self.by_id.get(message_id)
        if message is None or message.deleted or message.channel is not channel or message.ephemeral:
            raise errors.unknown_message()
        return message

    def same_nonce(self, body: dict[str, Any]) -> StoredMessage | None:
        """Return the message created with this ``enforce_nonce`` "in the past few minutes" (docs:
        resources/message, "Create Message") by the same author, in any channel. Without ``enforce_nonce``,
        return None.
        """
        if not body.get("enforce_nonce") or body.get("nonce") is None:
            return None
        made_at, message = self._nonces.get(str(body["nonce"]), (0.0, None))
        return message if self.clock.time() - made_at < self.nonce_seconds else None

    def remember_nonce(self, message: StoredMessage, body: dict[str, Any]) -> None:
        if body.get("nonce") is not None:
            message.payload["nonce"] = body["nonce"]
            self._nonces[str(body["nonce"])] = (self.clock.time(), message)

    def in_channel(self, channel: Channel) -> list[StoredMessage]:
        """Return what everyone in the channel can see, oldest first."""
        return [m for m in self.by_id.values() if m.channel is channel and not m.deleted and not m.ephemeral]

    def _new_payload(
        self, message_id: int, channel: Channel, author: User, body: dict[str, Any]
    ) -> dict[str, Any]:
        return {
            "id": str(message_id),
            "channel_id": str(channel.id),
            "author": author.payload(),
            "type": 0,
            "content": "",
            "embeds": [],
            "components": [],
            "attachments": [],
            "flags": body.get("flags") or 0,
            "timestamp": self.clock.isoformat(),
            "edited_timestamp": None,
            "tts": bool(body.get("tts")),
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "pinned": False,
        }

    def _fill(self, message: StoredMessage, body: dict[str, Any], uploads: list[Upload]) -> None:
        fresh = self._store_files(message, body, uploads)
        kept = kept_files(message, body)
        urls = {name: file.url for file in [*kept, *fresh] for name in (file.name, file.sent_name)}
        for name in _EDITABLE:
            if name in body:
                message.payload[name] = resolve_attachment_links(body[name], urls) or _empty(name)
        if "flags" in body:
            fixed = message.payload["flags"] & (EPHEMERAL | LOADING | COMPONENTS_V2)
            message.payload["flags"] = fixed | (body["flags"] or 0) & _SETTABLE_FLAGS
        for embed in message.embeds:
            embed.setdefault("type", "rich")
        message.files = [*kept, *fresh]
        used = shown_in_embeds(message.embeds)
        message.payload["attachments"] = [file.payload() for file in message.files if file.url not in used]

    def _store_files(
        self, message: StoredMessage, body: dict[str, Any], uploads: list[Upload]
    ) -> list[StoredFile]:
        described = {str(part.get("id")): part for part in body.get("attachments") or []}
        stored = []
        for upload in uploads:
            about = described.get(upload.index, {})
            sent_name = about.get("filename") or upload.name
            name = stored_name(sent_name)
            file_id = self.clock.snowflake()
            path = f"/attachments/{message.channel.id}/{file_id}/{name}"
            file = StoredFile(
                file_id,
                name,
                upload.size,
                upload.content_type,
                upload.data if self.keep_files else b"",
                self.base_url + path,
                about.get("description"),
                about.get("title"),
                sent_name,
            )
            self.files[path] = file
            stored.append(file)
        return stored


def _empty(name: str) -> Any:
    return "" if name == "content" else []


def _refuse_invalid(message: StoredMessage) -> None:
    shown = message.content or message.embeds or message.payload["components"] or message.files
    if not shown and not message.loading:
        raise errors.empty_message()
    component_rules.refuse_invalid(message.payload)
