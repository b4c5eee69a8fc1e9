"""Define the permission bits, and derive a member's permissions in a channel from roles and overwrites.

The source is Discord's page "Permissions" (docs: topics/permissions), sections "Permission Overwrites",
"Implicit Permissions" and "Permissions for Timed Out Members".
"""

from __future__ import annotations

from collections.abc import Iterable

ADMINISTRATOR = 1 << 3
MANAGE_CHANNELS = 1 << 4
MANAGE_GUILD = 1 << 5
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
SEND_TTS_MESSAGES = 1 << 12
MANAGE_MESSAGES = 1 << 13
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
USE_EXTERNAL_EMOJIS = 1 << 18
CONNECT = 1 << 20
USE_APPLICATION_COMMANDS = 1 << 31
MANAGE_THREADS = 1 << 34
SEND_MESSAGES_IN_THREADS = 1 << 38
USE_EXTERNAL_APPS = 1 << 50

ALL = (1 << 53) - 1
EVERYONE = (
    VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | USE_EXTERNAL_EMOJIS
    | CONNECT
    | USE_APPLICATION_COMMANDS
    | SEND_MESSAGES_IN_THREADS
    | USE_EXTERNAL_APPS
)
# What an app that is not a member may do with its interaction replies.
NOT_A_MEMBER = EMBED_LINKS | ATTACH_FILES | USE_EXTERNAL_EMOJIS
# "Denying SEND_MESSAGES implicitly denies" these.
_NEEDS_SENDING = MENTION_EVERYONE | SEND_TTS_MESSAGES | ATTACH_FILES | EMBED_LINKS
_WHILE_TIMED_OUT = VIEW_CHANNEL | READ_MESSAGE_HISTORY


def has(granted: int, wanted: int) -> bool:
    """Return whether ``granted`` contains every bit of ``wanted``. An administrator has all of them."""
    return bool(granted & ADMINISTRATOR) or granted & wanted == wanted


def with_overwrites(
    base: int, everyone: tuple[int, int], roles: Iterable[tuple[int, int]], member: tuple[int, int]
) -> int:
    """Apply a channel's overwrites, each an (allow, deny) pair, in the order that Discord documents.

    Among roles, an allow overrides every deny; the member's own overwrite overrides both.
    """
    allowed = denied = 0
    for allow, deny in roles:
        allowed, denied = allowed | allow, denied | deny
    for allow, deny in (everyone, (allowed, denied), member):
        base = base & ~deny | allow
    return base


def with_implicit_denials(granted: int, *, sending: int, voice: bool, timed_out: bool) -> int:
    """Remove what Discord denies implicitly. ``sending`` is the bit that is needed for sending here.

    Without VIEW_CHANNEL nothing is left, and in a voice channel nothing is left without CONNECT either
    ("reading requires CONNECT", docs: resources/message).
    """
    if timed_out:
        granted &= _WHILE_TIMED_OUT
    if not granted & VIEW_CHANNEL or (voice and not granted & CONNECT):
        return 0
    return granted if granted & sending else granted & ~_NEEDS_SENDING
