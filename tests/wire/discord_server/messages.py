"""Store messages: Discord's payload, the files, every edit with its time, and who was pinged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .channels import Channel
from .clock import Changes
from .model import User

SUPPRESS_EMBEDS = 1 << 2
EPHEMERAL = 1 << 6
LOADING = 1 << 7
COMPONENTS_V2 = 1 << 15

BUTTON = 2
LINK_STYLE = 5


@dataclass(eq=False)
class StoredFile:
    """An uploaded file. ``data`` is empty if the server does not keep files; ``sent_name`` is the name before
    Discord changed it.
    """

    id: int
    name: str
    size: int
    content_type: str
    data: bytes
    url: str
    description: str | None = None
    title: str | None = None
    sent_name: str = ""

    def payload(self) -> dict[str, Any]:
        """Return Discord's attachment object."""
        body = {
            "id": str(self.id),
            "filename": self.name,
            "size": self.size,
            "url": self.url,
            "proxy_url": self.url,
            "content_type": self.content_type,
        }
        about = {"description": self.description, "title": self.title}
        return body | {name: text for name, text in about.items() if text}


@dataclass(frozen=True)
class Edit:
    """One state of a message: when it was reached (``time.monotonic()``), and what the request contained."""

    at: float
    body: dict[str, Any]
    via: str


@dataclass(eq=False)
class StoredMessage:
    """A message. ``payload`` is always what Discord would return now.

    ``history`` starts with its creation; ``via`` in it names the route ("callback", "webhook", "channel",
    "person"). ``pinged`` holds the ids of the users who were notified, and "everyone" if @everyone was.
    ``posted_at`` is in seconds of Discord's clock. ``vanished`` means that it is ephemeral and its person's
    client has restarted since, so nobody sees it any more, while its token still reaches it.
    """

    id: int
    channel: Channel
    author: User
    payload: dict[str, Any]
    created_at: float
    ephemeral_for: User | None = None
    files: list[StoredFile] = field(default_factory=list)
    history: list[Edit] = field(default_factory=list)
    pinged: set[int | str] = field(default_factory=set)
    owners: dict[str, str] = field(default_factory=dict)
    deleted: bool = False
    posted_at: float = 0.0
    vanished: bool = False
    changes: Changes | None = field(default=None, repr=False)

    @property
    def content(self) -> str:
        return self.payload["content"]

    @property
    def embeds(self) -> list[dict[str, Any]]:
        return self.payload["embeds"]

    @property
    def embed(self) -> dict[str, Any]:
        """Return the only embed. Raise IndexError if there is none."""
        return self.payload["embeds"][0]

    @property
    def flags(self) -> int:
        return self.payload["flags"]

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    def is_seen_by(self, user: User) -> bool:
        """Return whether it exists, is visible to the person, and is in a channel they can view."""
        if self.deleted or self.vanished or self.ephemeral_for not in (None, user):
            return False
        return self.ephemeral_for is user or self.channel.allows(user)

    @property
    def loading(self) -> bool:
        """Return whether it is still the "thinking ..." of a deferred response."""
        return bool(self.flags & LOADING)

    @property
    def components(self) -> list[dict[str, Any]]:
        """Return every component with a custom id or URL, however deeply nested."""
        return [part for part in walk(self.payload["components"]) if "custom_id" in part or "url" in part]

    @property
    def buttons(self) -> dict[str, dict[str, Any]]:
        """Return the buttons by label, or by custom id if they only have an emoji."""
        found = (part for part in self.components if part.get("type") == BUTTON)
        return {
            button.get("label") or button.get("custom_id", button.get("url", "")): button for button in found
        }

    @property
    def text(self) -> str:
        """Return all text in it that a person can read, joined for assertions."""
        return "\n".join(readable(self.payload))

    def file(self, name: str) -> StoredFile:
        """Return the file with that name, in an embed or attached."""
        return next(file for file in self.files if file.name == name)


def walk(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield every component in a tree: rows, sections with accessories, containers, labels."""
    for part in components:
        yield part
        yield from walk(part.get("components", []))
        for single in ("accessory", "component"):
            if single in part:
                yield from walk([part[single]])


def readable(value: Any, key: str = "") -> Iterator[str]:
    """Yield the strings that a message shows."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in _SHOWN:
                yield from readable(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from readable(inner, key)
    elif isinstance(value, str) and value:
        yield value


_SHOWN = frozenset(
    [
        "content",
        "embeds",
        "title",
        "description",
        "fields",
        "name",
        "value",
        "footer",
        "text",
        "author",
        "components",
        "component",
        "accessory",
        "label",
    ]
)


def find_component(message: StoredMessage, wanted: str) -> dict[str, Any] | None:
    """Return the component with that custom id or label."""
    return next(
        (part for part in message.components if wanted in (part.get("custom_id"), part.get("label"))), None
    )


def resolve_attachment_links(payload: Any, urls: dict[str, str]) -> Any:
    """Replace ``attachment://name`` in embeds and media by the file's URL, as Discord does."""
    if isinstance(payload, dict):
        return {key: resolve_attachment_links(inner, urls) for key, inner in payload.items()}
    if isinstance(payload, list):
        return [resolve_attachment_links(inner, urls) for inner in payload]
    if isinstance(payload, str) and payload.startswith("attachment://"):
        return urls.get(payload.removeprefix("attachment://"), payload)
    return payload


_USER_MENTION = re.compile(r"<@!?(\d+)>")


def pinged_by(body: dict[str, Any], replied_to: User | None) -> set[int | str]:
    """Return whom a new message notifies, by its content and ``allowed_mentions`` (page "Message", "Allowed
    Mentions").
    """
    allowed = body.get("allowed_mentions")
    content = body.get("content") or ""
    named: set[int | str] = {int(user_id) for user_id in _USER_MENTION.findall(content)}
    everyone = "@everyone" in content or "@here" in content
    if allowed is None:
        pinged, replied = named | ({"everyone"} if everyone else set()), True
    else:
        parse = allowed.get("parse") or []
        listed = {int(user_id) for user_id in allowed.get("users") or []}
        pinged = named if "users" in parse else named & listed
        pinged |= {"everyone"} if everyone and "everyone" in parse else set()
        replied = bool(allowed.get("replied_user"))
    return pinged | ({replied_to.id} if replied_to and replied and not replied_to.bot else set())
