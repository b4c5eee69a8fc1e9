"""The words on a card and around it."""

from __future__ import annotations

from collections.abc import Sequence

from songbot.songs.models import Relation

UNTITLED = "Untitled"
BPM = "BPM"
LENGTH = "Length"
TAGS = "Tags"
PROMPT = "Prompt"
ASKED_BY = "Asked for by"
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

_FROM = {Relation.REMIX: "Remix of", Relation.TAKE: "Another take of"}


def came_from(relation: Relation | None, title: str) -> str | None:
    """ "Remix of Midnight Grid"; `title` is finished markdown. None: a retry, or a song of its own."""
    beginning = _FROM.get(relation) if relation else None
    return f"{beginning} {title}" if beginning else None


def mentions(users: Sequence[int]) -> str:
    """People, in the order given."""
    return " ".join(f"<@{user}>" for user in users)


def ready(users: Sequence[int], title: str | None, *, failed: bool) -> str:
    """The line that mentions those who waited. `title` is escaped."""
    if failed:
        return f"{mentions(users)} sorry, this song could not be made."
    return f"{mentions(users)} your song is here" + (f": **{title}**" if title else ".")


def by_direct_message(channel_id: int | None, *, failed: bool) -> str:
    """The line above a card that comes by direct message; `channel_id` is where it was asked for."""
    where = f" in <#{channel_id}>" if channel_id else ""
    if failed:
        return f"About the song you asked for{where}: I could not answer you there."
    return f"Here is the song you asked for{where}."
