"""The words on a card and around it."""

from __future__ import annotations

from collections.abc import Sequence

from songbot.songs.models import Relation

UNTITLED = "Untitled"
BPM = "BPM"
MADE_WITH = "Made with Whisul"
WORDS_BLOCKED = (
    "This server's AutoMod blocks words in the prompt or the title, so they are left out here. "
    "Who asked for it finds all of it in `/library`."
)
BLOCKED_PRIVATELY = (
    "This server's AutoMod blocks words in your song's prompt or title, so its card shows neither. "
    "Your `/library` has all of it."
)
ALSO_IN_LIBRARY = (
    "-# Only you can see this, and Discord doesn't keep it for long. It is in your `/library` too."
)
SENT_DIRECTLY = "Your song is here: I have sent it to you by direct message. It is in your `/library` too."
SEPARATOR = " · "

_FROM = {Relation.REMIX: "Remix of", Relation.TAKE: "Another take of"}


def requested_by(user_id: int) -> str:
    """Return "Requested by @ann". A mention in an embed pings nobody."""
    return f"Requested by <@{user_id}>"


def came_from(relation: Relation | None, title: str) -> str | None:
    """Return "Remix of Midnight Grid", or None for a retry and for a song of its own. `title` is markdown."""
    beginning = _FROM.get(relation) if relation else None
    return f"{beginning} {title}" if beginning else None


def mentions(users: Sequence[int]) -> str:
    """Return mentions of `users` in the order given."""
    return " ".join(f"<@{user}>" for user in users)


def ready(users: Sequence[int], title: str | None, *, failed: bool) -> str:
    """Return the line that pings those who waited. `title` is escaped."""
    if failed:
        return f"Sorry {mentions(users)}, your song couldn't be made."
    return f"{mentions(users)}, your song is ready" + (f": **{title}**" if title else ".")


def by_direct_message(channel_id: int | None, *, failed: bool) -> str:
    """Return the line above a card that comes by direct message. `channel_id` is where it was requested."""
    where = f" in <#{channel_id}>" if channel_id else ""
    if failed:
        return f"The song you requested{where} couldn't be made, and I couldn't tell you there."
    return f"Here's the song you requested{where}."
