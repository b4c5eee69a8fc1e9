"""Provide the messages for errors that can occur in any feature."""

from __future__ import annotations

from collections.abc import Sequence

from songbot.wording.text import escape_and_clamp

from .language import Language, Message
from .permissions import permission_name

EMPTY_PROMPT = Message("I need a prompt – a style, a mood or a story.")
STORE_UNAVAILABLE = Message(
    "I can't reach my database right now. Nothing was charged. Please try again in a minute."
)
UNEXPECTED = Message("Sorry, something went wrong on my side. Please try again in a moment.")
UNREADABLE = Message(
    "Sorry, I couldn't read what Discord sent me. Nothing was charged. Please try again in a moment."
)
NOT_YOURS = Message("Only the person who requested this song can do that.")
UNKNOWN_BUTTON = Message("This button is out of date. Please use `/song` or `/library` instead.")
SONG_GONE = Message("This song has been deleted.")
NOT_READY = Message("This song isn't finished yet.")
OWNERS_ONLY = Message("Only the bot's owner can do that.")
SERVERS_ONLY = Message("This only works in a server.")
COMMAND_CHANGED = Message("That command has changed. Restart Discord or wait a minute, then try again.")
BAD_INPUT = Message("One of those values isn't valid. Please choose from the options Discord offers.")
ALREADY_ORDERED = Message("That song is already in progress.")
STOPPING = Message("I'm restarting and can't take new songs for a moment. Please try again in a minute.")
AUTOMOD_BLOCKS_PROMPT = Message(
    "This server's AutoMod blocks words in your prompt. Nothing was charged. Please reword it, or send it to "
    "me in a DM."
)


def prompt_too_long(language: Language, length: int, maximum: int) -> str:
    """Say that the prompt has `length` characters, while only `maximum` are allowed."""
    return language.gettext(
        "Your prompt is {length} characters; the maximum is {maximum}. Please shorten it.",
        length=language.number(length),
        maximum=language.number(maximum),
    )


def options_left_out(language: Language, names: Sequence[str]) -> str:
    """Say that the named options were left out to make the prompt fit."""
    options = language.listed(f"`{name}`" for name in names)
    # Translators: {options} is a list of option names, as in "`mood` and `genre`".
    return language.ngettext(
        "Your prompt left no room for {options}, so I left it out.",
        "Your prompt left no room for {options}, so I left them out.",
        len(names),
        options=options,
    )


def closed(language: Language, message: str | None) -> str:
    """Say that no new songs are accepted: the owner paused the bot with `message`, or the process is
    stopping."""
    note = escape_and_clamp(message, 500)
    if not note:
        return STOPPING(language)
    # Translators: {note} is the owner's own text.
    return language.gettext(
        "New songs are paused: {note}\nSongs already in progress will still arrive.", note=note
    )


def missing_permissions(language: Language, names: Sequence[str]) -> str:
    """Return which permissions the person lacks. `names` are discord.py's."""
    bold = language.listed(f"**{permission_name(language, name)}**" for name in names)
    return language.ngettext(
        "You need the {permissions} permission for that.",
        "You need the {permissions} permissions for that.",
        len(names),
        permissions=bold,
    )


def missed(language: Language, user_id: int) -> str:
    """Say that a command could not be answered in time, so that nothing was ordered."""
    return language.gettext(
        "{user}, I couldn't respond in time. Nothing was charged – please try again.", user=f"<@{user_id}>"
    )
