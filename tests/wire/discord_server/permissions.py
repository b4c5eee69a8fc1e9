"""Permission bits used on the loopback (Discord's page "Permissions")."""

from __future__ import annotations

ADMINISTRATOR = 1 << 3
MANAGE_GUILD = 1 << 5
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
MANAGE_MESSAGES = 1 << 13
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
USE_EXTERNAL_EMOJIS = 1 << 18
USE_APPLICATION_COMMANDS = 1 << 31

ALL = (1 << 53) - 1
EVERYONE = (
    VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | USE_EXTERNAL_EMOJIS
    | USE_APPLICATION_COMMANDS
)
# What an app that is not a member may do with its interaction replies.
NOT_A_MEMBER = EMBED_LINKS | ATTACH_FILES | USE_EXTERNAL_EMOJIS


def has(granted: int, wanted: int) -> bool:
    """Whether ``granted`` holds every bit of ``wanted``; an administrator holds them all."""
    return bool(granted & ADMINISTRATOR) or granted & wanted == wanted
