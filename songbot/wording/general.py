"""Provide the messages for errors that can occur in any feature."""

from __future__ import annotations

from collections.abc import Sequence

from songbot.wording.text import escape_and_clamp

EMPTY_PROMPT = "I need a prompt – a style, a mood or a story."
STORE_UNAVAILABLE = "I can't reach my database right now. Nothing was charged. Please try again in a minute."
UNEXPECTED = "Sorry, something went wrong on my side. Please try again in a moment."
UNREADABLE = "Sorry, I couldn't read what Discord sent me. Nothing was charged. Please try again in a moment."
NOT_YOURS = "Only the person who requested this song can do that."
UNKNOWN_BUTTON = "This button is out of date. Please use `/song` or `/library` instead."
SONG_GONE = "This song has been deleted."
NOT_READY = "This song isn't finished yet."
OWNERS_ONLY = "Only the bot's owner can do that."
SERVERS_ONLY = "This only works in a server."
COMMAND_CHANGED = "That command has changed. Restart Discord or wait a minute, then try again."
BAD_INPUT = "One of those values isn't valid. Please choose from the options Discord offers."
ALREADY_ORDERED = "That song is already in progress."
STOPPING = "I'm restarting and can't take new songs for a moment. Please try again in a minute."
AUTOMOD_BLOCKS_PROMPT = (
    "This server's AutoMod blocks words in your prompt. Nothing was charged. Please reword it, or send it to "
    "me in a DM."
)


def prompt_too_long(length: int, maximum: int) -> str:
    """Return that the prompt has `length` characters, while only `maximum` are allowed."""
    return f"Your prompt is {length:,} characters; the maximum is {maximum:,}. Please shorten it."


def options_left_out(names: Sequence[str]) -> str:
    """Return that the named options were left out to make the prompt fit."""
    *others, last = (f"`{name}`" for name in names)
    options = f"{', '.join(others)} and {last}" if others else last
    return f"Your prompt left no room for {options}, so I left {'them' if others else 'it'} out."


def closed(message: str | None) -> str:
    """Return that no new songs are accepted: the owner paused the bot with `message`, or the process is
    stopping."""
    note = escape_and_clamp(message, 500)
    if not note:
        return STOPPING
    return f"New songs are paused: {note}\nSongs already in progress will still arrive."


_PERMISSIONS = {"manage_guild": "Manage Server", "manage_messages": "Manage Messages"}


def missing_permissions(names: Sequence[str]) -> str:
    """Return which permissions the person lacks. `names` are discord.py's."""
    bold = " and ".join(f"**{_PERMISSIONS.get(name, name.replace('_', ' ').title())}**" for name in names)
    return f"You need the {bold} {'permission' if len(names) == 1 else 'permissions'} for that."


def missed(user_id: int) -> str:
    """Return that a command could not be answered in time, so that nothing was ordered."""
    return f"<@{user_id}>, I couldn't respond in time. Nothing was charged – please try again."
