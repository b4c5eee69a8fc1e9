"""Provide the text of `/help` and of the introduction in a new server. Commands are given as mentions."""

from __future__ import annotations

from collections.abc import Sequence

from . import buttons
from .language import Label, Language, Message, Title
from .permissions import permission_name

TITLE = Title("Turn your words into songs")
TRY_ONE = Message("Press a button below to try an example, or write your own prompt.")
BUTTONS = Title("Buttons under a song")
ADMINS = Title("For admins")
CHANNEL = Title("This channel")
PRIVACY = Label("Privacy policy")
TERMS = Label("Terms")
SUPPORT = Label("Support")

# Translators: "Apps" is in Discord's own menu, and "Make a song from this" is this bot's entry in it.
MENU = Message("Right-click or long-press any message, then *Apps › Make a song from this*")

JOINED_TITLE = Title("Hi! I turn your words into songs")
JOINED = Message(
    "Describe a style, a mood or a story, and I'll make a song from it. It takes a minute or two."
)

# Translators: {permission} is Discord's name of a permission. So it is in the next texts.
_POST_LATE = Message("- **{permission}** – needed to post songs that take over 15 minutes")
_NEEDED_FOR = {
    "view_channel": _POST_LATE,
    "send_messages": _POST_LATE,
    "send_messages_in_threads": _POST_LATE,
    "embed_links": Message("- **{permission}** – needed to show songs and their covers"),
    "attach_files": Message("- **{permission}** – needed to play audio in chat"),
    "read_message_history": Message("- **{permission}** – needed to refresh expired links"),
    "connect": Message("- **{permission}** – needed to use this voice channel's chat"),
}
"""Keyed by discord.py's names of permissions."""
NEEDED = frozenset(_NEEDED_FOR)
ALL_THERE = Message("I have all the permissions I need here.")
_MISSING = Message("I'm missing these permissions here:")
_ASK_AN_ADMIN = Message("Ask an admin to give me these permissions here:")


def make(language: Language, song: str) -> str:
    """Return the line about making a song. `song` is the mention of `/song`."""
    # Translators: {song} is the command, which Discord shows as "/song".
    return language.gettext("{song} – make a song from a prompt (or just send me a DM)", song=song)


def again(language: Language, library: str, usage: str, privacy: str) -> list[str]:
    """Return one line per command for the person's own songs."""
    return [
        # Translators: {library} is a command, which Discord shows as "/library".
        language.gettext("{library} – browse, search and export your songs", library=library),
        # Translators: {usage} is a command, which Discord shows as "/usage".
        language.gettext("{usage} – how many songs you have left", usage=usage),
        # Translators: {privacy} is a command, which Discord shows as "/privacy show".
        language.gettext("{privacy} – your data", privacy=privacy),
    ]


def on_a_card(language: Language) -> str:
    """Return which buttons are under songs, by their labels."""
    labels = {
        "take": buttons.ANOTHER_TAKE,
        "remix": buttons.REMIX,
        "save": buttons.SAVE,
        "delete": buttons.DELETE,
        "notify": buttons.NOTIFY_ME,
        "cancel": buttons.CANCEL,
    }
    # Translators: The names in braces are the labels of buttons.
    return language.gettext(
        "{take}, {remix}, {save} and {delete}. While a song is in progress: {notify}, and {cancel} "
        "while it's still in the queue.",
        **{name: f"`{label(language)}`" for name, label in labels.items()},
    )


def admins(language: Language, show: str, panel: str, check: str, usage: str) -> str:
    """Return one line per `/quota` command for people with the Manage Server permission."""
    return "\n".join(
        [
            # Translators: {show} is a command, which Discord shows as "/quota show".
            language.gettext("{show} – see this server's limits", show=show),
            # Translators: {panel} is a command, which Discord shows as "/quota panel".
            language.gettext("{panel} – change them, all in one place", panel=panel),
            # Translators: {check} is a command, which Discord shows as "/quota check".
            language.gettext("{check} – why someone can or can't make a song", check=check),
            # Translators: {usage} is a command, which Discord shows as "/quota usage".
            language.gettext("{usage} – usage chart", usage=usage),
        ]
    )


def speaks(language: Language, command: str) -> str:
    """Return the line about the command that sets the server's language."""
    # Translators: {command} is a command, which Discord shows as "/language".
    return language.gettext("{command} – the language of songs in this server", command=command)


def joined(language: Language, song: str, limits: str) -> str:
    """Return what to do first in a server that the bot has just joined."""
    # Translators: {song} is a command, which Discord shows as "/song".
    try_it = language.gettext("**Try it:** {song}", song=song)
    # Translators: {limits} is a command, which Discord shows as "/quota panel".
    set_limits = language.gettext("**Set limits** (admins): {limits}", limits=limits)
    return f"{JOINED(language)}\n\n{try_it}\n{set_limits}"


def missing(language: Language, names: Sequence[str], *, admin: bool) -> str:
    """Return the permissions the bot lacks here, by discord.py's names, and why it needs each."""
    lines = [
        language.gettext(_NEEDED_FOR[name].english, permission=permission_name(language, name))
        for name in names
    ]
    return "\n".join([(_MISSING if admin else _ASK_AN_ADMIN)(language), *lines])
