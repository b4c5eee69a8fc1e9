"""What an error from Discord means for a delivery. Pure.

Codes are from Discord's "JSON Error Codes" page, statuses from "HTTP Response Codes".
"""

from __future__ import annotations

from json import JSONDecodeError

import aiohttp
import discord

DISCORD_ERRORS = (
    discord.DiscordException,
    aiohttp.ClientError,
    OSError,
    TimeoutError,
    JSONDecodeError,
    UnicodeDecodeError,
)
"""What a call to Discord raises for what Discord or the way to it does; the last two: broken answers."""

UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK = 10003, 10008, 10015
TOO_MANY_EDITS_OF_OLD_MESSAGE = 30046
ENTITY_TOO_LARGE = 40005
MISSING_ACCESS, CANNOT_MESSAGE_USER, MISSING_PERMISSIONS, INVALID_TOKEN = 50001, 50007, 50013, 50027
NO_REPLY_WITHOUT_HISTORY = 160002

PERMANENT_CODES = frozenset(
    {
        UNKNOWN_CHANNEL,
        UNKNOWN_MESSAGE,
        UNKNOWN_WEBHOOK,
        TOO_MANY_EDITS_OF_OLD_MESSAGE,
        MISSING_ACCESS,
        CANNOT_MESSAGE_USER,
        MISSING_PERMISSIONS,
        INVALID_TOKEN,
    }
)


def is_permanent(error: BaseException) -> bool:
    """Will Discord say the same for ever? Not for 5xx, 429, a cut connection or silence."""
    if not isinstance(error, discord.HTTPException):
        return False
    if error.code in PERMANENT_CODES:
        return True
    return 400 <= error.status < 500 and error.status not in (401, 408, 429)


def retry_with_less_content(error: BaseException) -> bool:
    """Might the same message get through with less in it: no files, no links?"""
    if not isinstance(error, discord.HTTPException):
        return False
    if error.code in (ENTITY_TOO_LARGE, MISSING_PERMISSIONS):
        return True
    return error.status in (400, 413) and error.code not in PERMANENT_CODES


def describe(error: BaseException) -> str:
    """For the log. Never the error's own text, which may hold an address with an interaction's token."""
    if isinstance(error, discord.HTTPException):
        return f"{type(error).__name__} {error.status}, code {error.code}"
    return type(error).__name__
