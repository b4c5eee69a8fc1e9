"""What `/help` says. Commands come in as finished mentions."""

from __future__ import annotations

from collections.abc import Sequence

TITLE = "Songs from your words"
MAKE = "Make a song"
AGAIN = "Your songs"
ADMINS = "For admins"
CHANNEL = "This channel"

ON_A_CARD = (
    "Under every song: `Another take`, `Remix`, `Save`, `Delete`. While it is being made: `Notify me`."
)

RIGHTS = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "embed_links": "Embed Links",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
    "connect": "Connect",
}
"""As Discord names them, by discord.py's names."""

_WITHOUT = {
    "view_channel": "songs that take over 15 minutes can't come here",
    "send_messages": "songs that take over 15 minutes can't come here",
    "send_messages_in_threads": "songs that take over 15 minutes can't come here",
    "embed_links": "the card and its cover may be missing",
    "attach_files": "the audio can't play right here",
    "read_message_history": "dead links can't be renewed",
    "connect": "songs that take over 15 minutes can't come to this voice channel's chat",
}
ALL_THERE = "I may do here all that I need."


def make(song: str) -> str:
    """`song` is the mention of /song."""
    return (
        f"{song} with a style, a mood or a story. Or write to me directly, or choose "
        "*Apps › Make a song from this* on any message."
    )


def again(library: str, usage: str, privacy: str) -> str:
    """Mentions of the commands for one's own songs."""
    return (
        f"{library} finds them again, searches, and exports a playlist. "
        f"{usage} says how many are left. {privacy} says what I keep about you."
    )


def admins(show: str, set_rule: str, check: str, usage: str) -> str:
    """Mentions of the commands for those who may Manage Server."""
    return (
        f"{show} shows this server's limits and {set_rule} changes them. {check} says what one member "
        f"would get and why. {usage} draws who made how many."
    )


def missing(names: Sequence[str], *, admin: bool) -> str:
    """Permissions that the bot lacks in this channel, and what does not work without each."""
    ask = "Please allow me this" if admin else "Ask an admin to allow me this"
    lines = [f"- **{RIGHTS[name]}**: else {_WITHOUT[name]}." for name in names]
    return "\n".join([f"{ask} here:", *lines])
