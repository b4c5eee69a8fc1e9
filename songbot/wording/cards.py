"""Provide the text on the card and around it."""

from __future__ import annotations

from collections.abc import Sequence

from songbot.songs.models import Relation

UNTITLED = "Untitled"
BPM = "BPM"
MADE_WITH = "Made with Whisul"
WORDS_BLOCKED = (
    "This server's AutoMod blocks words in the prompt or the title, so neither is shown here. "
    "The person who requested it can see both in `/library`."
)
BLOCKED_PRIVATELY = (
    "This server's AutoMod blocks words in your song's prompt or title, so I couldn't show them here. "
    "You can see both in `/library`."
)
ALSO_IN_LIBRARY = (
    "-# Only you can see this, and Discord won't keep it for long. Your song is in `/library` too."
)
SEPARATOR = " · "

_FROM = {Relation.REMIX: "Remix of", Relation.TAKE: "Another take of"}


def requested_by(user_id: int) -> str:
    """Return "Requested by @ann". Discord sends no ping for a mention in an embed."""
    return f"Requested by <@{user_id}>"


def came_from(relation: Relation | None, title: str) -> str | None:
    """Return "Remix of Midnight Grid", or None for a retry or an original song. `title` is markdown."""
    beginning = _FROM.get(relation) if relation else None
    return f"{beginning} {title}" if beginning else None


def mentions(users: Sequence[int]) -> str:
    """Return mentions of `users` in the given order."""
    return " ".join(f"<@{user}>" for user in users)


def ready(users: Sequence[int], title: str | None, *, failed: bool) -> str:
    """Return the line that pings the people who asked to be notified. `title` is escaped."""
    if failed:
        return f"Sorry {mentions(users)}, your song couldn't be made."
    return f"{mentions(users)}, your song is ready" + (f": **{title}**" if title else ".")


def sent_directly(*, failed: bool) -> str:
    """Return the text that replaces a song delivered only by direct message."""
    if failed:
        return "Your song couldn't be made. I've sent you a DM that says why."
    return "Your song is ready. I've sent it to you in a DM, and it's in your `/library` too."


def by_direct_message(channel_id: int | None, *, failed: bool) -> str:
    """Return the line above a card sent by direct message. `channel_id` is where the song was requested."""
    where = f" in <#{channel_id}>" if channel_id else ""
    if failed:
        return f"The song you requested{where} couldn't be made, and I couldn't tell you there."
    return f"Here's the song you requested{where}."
