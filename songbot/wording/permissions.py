"""Hold Discord's names of permissions, as its client shows them in each language."""

from __future__ import annotations

from .language import Language, Message

_NAMES = {
    "attach_files": Message("Attach Files"),
    "connect": Message("Connect"),
    "embed_links": Message("Embed Links"),
    "manage_guild": Message("Manage Server"),
    "manage_messages": Message("Manage Messages"),
    "read_message_history": Message("Read Message History"),
    "send_messages": Message("Send Messages"),
    "send_messages_in_threads": Message("Send Messages in Threads"),
    "use_external_apps": Message("Use External Apps"),
    "view_channel": Message("View Channel"),
}
"""Keyed by discord.py's names."""


def permission_name(language: Language, name: str) -> str:
    """Return the name of a permission. `name` is discord.py's."""
    known = _NAMES.get(name)
    return known(language) if known else name.replace("_", " ").title()
