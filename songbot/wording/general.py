"""What is said when something is in the way, whatever the person was doing."""

from __future__ import annotations

from collections.abc import Sequence

from songbot.wording.text import escape_and_clamp

EMPTY_PROMPT = (
    "I need a few words to make a song from. Tell me a style, a mood or a story, and send it again."
)
STORE_UNAVAILABLE = (
    "I can't reach my database right now, so nothing was done and nothing was charged. "
    "Please try again in a minute."
)
UNEXPECTED = "Sorry, something went wrong on my side. Please try again in a moment."
NOT_YOURS = "Only the person who asked for this song can do that."
UNKNOWN_BUTTON = "I don't know this button any more. Please use `/song` or `/library` instead."
SONG_GONE = "I don't have this song any more, so that can't be done."
NOT_READY = "This song is still being made. Its buttons work as soon as it is here."
OWNERS_ONLY = "Only whoever runs this bot can do that."
SERVERS_ONLY = "That works in a server only."
COMMAND_CHANGED = "That command has changed. Give Discord a minute to catch up, or restart it, and try again."
BAD_INPUT = "I can't use one of the values you gave. Please pick it from the list Discord offers."
ALREADY_ORDERED = "That song is already on its way."
AUTOMOD_BLOCKS_PROMPT = (
    "This server's AutoMod blocks words in that prompt, so nothing was made or charged. Change the words, or "
    "write to me directly."
)
STOPPING = "I'm restarting and take no new songs for a moment. Please try again in a minute."


def prompt_too_long(length: int, most: int) -> str:
    """The prompt has `length` characters where `most` are allowed."""
    return (
        f"That prompt has {length:,} characters; {most:,} is the most I can take. Please shorten it a little."
    )


def closed(message: str | None) -> str:
    """No new songs: the process is stopping, or the operator paused with a message of their own."""
    note = escape_and_clamp(message, 500)
    if not note:
        return STOPPING
    return f"New songs are paused for now: {note}\nSongs already on their way will still arrive."


_RIGHTS = {"manage_guild": "manage the server", "manage_messages": "manage messages"}


def missing_permissions(names: Sequence[str]) -> str:
    """Rights that the person lacks, as discord.py names them."""
    rights = ", ".join(_RIGHTS.get(name, name.replace("_", " ")) for name in names)
    return f"You need the right to {rights} to do that."


def missed(user_id: int) -> str:
    """A command that could not be answered in time. Nothing was ordered."""
    return (
        f"<@{user_id}> I could not answer your command in time, so nothing was made or charged. "
        "Please send it once more."
    )
