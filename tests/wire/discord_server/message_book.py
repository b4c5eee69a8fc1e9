"""Creating, editing and finding messages, by Discord's rules."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from . import errors
from .channels import Channel
from .clock import Clock
from .messages import (
    COMPONENTS_V2,
    EPHEMERAL,
    LOADING,
    Edit,
    StoredFile,
    StoredMessage,
    pinged_by,
    resolve_attachment_links,
)
from .model import User
from .requests import Upload

NONCE_SECONDS = 300
_EDITABLE = ("content", "embeds", "components", "flags")


@dataclass
class MessageBook:
    """Every message of the loopback. ``base_url`` is where the files are served from."""

    clock: Clock
    base_url: str
    keep_files: bool = True
    by_id: dict[int, StoredMessage] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    _nonces: dict[tuple[int, str], tuple[float, StoredMessage]] = field(default_factory=dict)

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
        """A new message from a request's body; ``extra`` is what Discord adds by itself.

        Raises:
            DiscordError: 50006, it would be empty.
        """
        at = time.monotonic() if at is None else at
        message_id = self.clock.snowflake()
        payload = self._new_payload(message_id, channel, author, body) | (extra or {})
        message = StoredMessage(message_id, channel, author, payload, at, ephemeral_for)
        self._fill(message, body, uploads)
        _refuse_empty(message)
        if not message.loading:
            message.pinged = pinged_by(body, replied_to.author if replied_to else None)
        message.history.append(Edit(at, body, via))
        self.by_id[message_id] = message
        return message

    def edit(
        self, message: StoredMessage, body: dict[str, Any], uploads: list[Upload], *, via: str, at: float
    ) -> StoredMessage:
        """Change what the body names, and nothing else. A deferred answer gets its content by this, too."""
        message.payload["flags"] &= ~LOADING
        message.payload["edited_timestamp"] = self.clock.isoformat()
        self._fill(message, body, uploads)
        _refuse_empty(message)
        message.history.append(Edit(at, body, via))
        return message

    def get(self, channel: Channel, message_id: int) -> StoredMessage:
        """A message that the channel's routes can reach.

        Raises:
            DiscordError: 10008, also for a deleted, an ephemeral and another channel's message.
        """
        message = self.by_id.get(message_id)
        if message is None or message.deleted or message.channel is not channel or message.ephemeral:
            raise errors.unknown_message()
        return message

    def same_nonce(self, channel: Channel, body: dict[str, Any]) -> StoredMessage | None:
        """The message made with this ``enforce_nonce`` within the last minutes."""
        if not body.get("enforce_nonce") or body.get("nonce") is None:
            return None
        made_at, message = self._nonces.get((channel.id, str(body["nonce"])), (0.0, None))
        return message if self.clock.time() - made_at < NONCE_SECONDS else None

    def remember_nonce(self, message: StoredMessage, body: dict[str, Any]) -> None:
        if body.get("nonce") is not None:
            message.payload["nonce"] = body["nonce"]
            self._nonces[message.channel.id, str(body["nonce"])] = (self.clock.time(), message)

    def in_channel(self, channel: Channel) -> list[StoredMessage]:
        """What everyone in the channel can see, oldest first."""
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
        kept = _kept_files(message, body)
        urls = {file.name: file.url for file in [*kept, *fresh]}
        fixed_flags = message.payload["flags"] & (EPHEMERAL | LOADING | COMPONENTS_V2)
        for name in _EDITABLE:
            if name in body:
                message.payload[name] = resolve_attachment_links(body[name], urls) or _empty(name)
        message.payload["flags"] |= fixed_flags
        for embed in message.embeds:
            embed.setdefault("type", "rich")
        message.files = [*kept, *fresh]
        used = _addresses(message.embeds)
        message.payload["attachments"] = [file.payload() for file in message.files if file.url not in used]

    def _store_files(
        self, message: StoredMessage, body: dict[str, Any], uploads: list[Upload]
    ) -> list[StoredFile]:
        described = {str(part.get("id")): part for part in body.get("attachments") or []}
        stored = []
        for upload in uploads:
            file_id = self.clock.snowflake()
            path = f"/attachments/{message.channel.id}/{file_id}/{upload.name}"
            about = described.get(upload.index, {}).get("description")
            data = upload.data if self.keep_files else b""
            file = StoredFile(
                file_id, upload.name, upload.size, upload.content_type, data, self.base_url + path, about
            )
            self.files[path] = file
            stored.append(file)
        return stored


def _empty(name: str) -> Any:
    return {"content": "", "flags": 0}.get(name, [])


def _addresses(embeds: list[dict[str, Any]]) -> set[str]:
    """Files shown in an embed are left out of the message's attachments."""
    parts = [
        embed.get(place) or {} for embed in embeds for place in ("image", "thumbnail", "author", "footer")
    ]
    return {part.get(name, "") for part in parts for name in ("url", "icon_url")}


def _kept_files(message: StoredMessage, body: dict[str, Any]) -> list[StoredFile]:
    """An edit that lists attachments keeps those listed, and those that an embed still shows."""
    if body.get("attachments") is None:
        return message.files
    listed = {str(part.get("id")) for part in body["attachments"]}
    shown = _addresses(body["embeds"] or [] if "embeds" in body else message.embeds)
    return [file for file in message.files if str(file.id) in listed or file.url in shown]


def _refuse_empty(message: StoredMessage) -> None:
    shown = message.content or message.embeds or message.payload["components"] or message.files
    if not shown and not message.loading:
        raise errors.empty_message()
