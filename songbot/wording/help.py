"""Provide the text of `/help` and of the introduction in a new server. Commands are given as mentions."""

from __future__ import annotations

from collections.abc import Sequence

TITLE = "Turn your words into songs"
TRY_ONE = "Press a button below to try an example, or write your own prompt."
BUTTONS = "Buttons under a song"
ADMINS = "For admins"
CHANNEL = "This channel"
PRIVACY = "Privacy policy"
TERMS = "Terms"
SUPPORT = "Support"

MENU = "Right-click or long-press any message, then *Apps › Make a song from this*"
ON_A_CARD = (
    "`Another take`, `Remix`, `Save` and `Delete`. While a song is in progress: `Notify me`, and `Cancel` "
    "while it's still in the queue."
)

JOINED_TITLE = "Hi! I turn your words into songs"
JOINED = "Describe a style, a mood or a story, and I'll make a song from it. It takes a minute or two."

PERMISSIONS = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "embed_links": "Embed Links",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
    "connect": "Connect",
}
"""Discord's names of permissions, keyed by discord.py's."""

_NEEDED_FOR = {
    "view_channel": "to post songs that take over 15 minutes",
    "send_messages": "to post songs that take over 15 minutes",
    "send_messages_in_threads": "to post songs that take over 15 minutes",
    "embed_links": "to show songs and their covers",
    "attach_files": "to play audio in chat",
    "read_message_history": "to refresh expired links",
    "connect": "to use this voice channel's chat",
}
ALL_THERE = "I have all the permissions I need here."


def make(song: str) -> str:
    """Return the line about making a song. `song` is the mention of `/song`."""
    return f"{song} – make a song from a prompt (or just send me a DM)"


def again(library: str, usage: str, privacy: str) -> list[str]:
    """Return one line per command for the person's own songs."""
    return [
        f"{library} – browse, search and export your songs",
        f"{usage} – how many songs you have left",
        f"{privacy} – your data",
    ]


def admins(show: str, panel: str, check: str, usage: str) -> str:
    """Return one line per command for people with the Manage Server permission."""
    return "\n".join(
        [
            f"{show} – see this server's limits",
            f"{panel} – change them, all in one place",
            f"{check} – why someone can or can't make a song",
            f"{usage} – usage chart",
        ]
    )


def joined(song: str, limits: str) -> str:
    """Return what to do first in a server that the bot has just joined."""
    return f"{JOINED}\n\n**Try it:** {song}\n**Set limits** (admins): {limits}"


def missing(names: Sequence[str], *, admin: bool) -> str:
    """Return the permissions the bot lacks here, by discord.py's names, and why it needs each."""
    who = "I'm missing these permissions here" if admin else "Ask an admin to give me these permissions here"
    lines = [f"- **{PERMISSIONS[name]}** – needed {_NEEDED_FOR[name]}" for name in names]
    return "\n".join([f"{who}:", *lines])
