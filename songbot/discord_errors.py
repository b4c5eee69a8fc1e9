"""Interpret errors from Discord: what each means for a delivery. Pure.

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
"""What a call raises if Discord or the connection to it fails. The last two stand for broken responses."""

UNKNOWN_CHANNEL, UNKNOWN_MEMBER, UNKNOWN_MESSAGE = 10003, 10007, 10008
ENTITY_TOO_LARGE, ALREADY_ACKNOWLEDGED = 40005, 40060
MISSING_ACCESS, CANNOT_MESSAGE_USER, MISSING_PERMISSIONS = 50001, 50007, 50013
NO_REPLY_WITHOUT_HISTORY = 160002
TARGET_CODES = frozenset(
    {
        UNKNOWN_CHANNEL,
        MISSING_ACCESS,
        CANNOT_MESSAGE_USER,
        50008,  # the channel takes no messages
        MISSING_PERMISSIONS,
        50278,  # the person shares no server with the bot
        160005,  # the thread is locked
    }
)
TOO_MANY_OLD_EDITS, THREAD_ARCHIVED = 30046, 50083
NOT_ABOUT_CONTENT = frozenset({THREAD_ARCHIVED, 50008})
"""Codes sent as HTTP 400 that have nothing to do with the content of the message."""
BLOCKED_BY_AUTOMOD = frozenset({200000, 200001})

TRANSIENT_CODES = frozenset(
    {
        0,  # no code: a page from Cloudflare or a proxy, "General error", or the bot's token was reset
        40062,  # the service is rate limited
        40333,  # sent by a proxy, with HTTP status 403
        130000,  # the API is overloaded
        131000,  # the search index is not ready
    }
)


class OldEditLimitedError(discord.DiscordException):
    """Discord limits edits of messages that are over an hour old (30046, sent as HTTP 429)."""


def is_permanent(error: BaseException) -> bool:
    """Return whether Discord itself has said that the same request will always fail.

    Only a JSON error code says so. Cloudflare's pages have none, whatever their status.
    """
    if isinstance(error, OldEditLimitedError):
        return True
    if not isinstance(error, discord.HTTPException):
        return False
    if error.code == TOO_MANY_OLD_EDITS:
        return True
    return 400 <= error.status < 500 and error.status != 429 and error.code not in TRANSIENT_CODES


def may_still_arrive(error: BaseException) -> bool:
    """Return whether the request may take effect later: the connection broke, or the caller gave up."""
    return isinstance(error, (aiohttp.ClientError, OSError))  # TimeoutError is an OSError


def refuses_target(error: BaseException) -> bool:
    """Return whether Discord refuses any message of the bot in that channel or to that person."""
    return isinstance(error, discord.HTTPException) and error.code in TARGET_CODES


def is_blocked_by_automod(error: BaseException) -> bool:
    """Return whether the server's AutoMod blocks words in the message."""
    return isinstance(error, discord.HTTPException) and error.code in BLOCKED_BY_AUTOMOD


def retry_with_less_content(error: BaseException) -> bool:
    """Return whether the same message might get through with less in it: no files, no links, no prompt."""
    if not isinstance(error, discord.HTTPException):
        return False
    if error.code in (ENTITY_TOO_LARGE, MISSING_PERMISSIONS):
        return True
    return error.status == 413 or (error.status == 400 and error.code not in NOT_ABOUT_CONTENT)


def describe(error: BaseException) -> str:
    """Return the error for the log, without its own text, which may hold an interaction's token."""
    if isinstance(error, discord.HTTPException):
        return f"{type(error).__name__} {error.status}, code {error.code}"
    return type(error).__name__
