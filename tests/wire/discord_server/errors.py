"""Define Discord's refusals: HTTP status, JSON error code and message, as listed on its page "Opcodes and
Status Codes".
"""

from __future__ import annotations

from typing import Any


class DiscordError(Exception):
    """A refusal that the bot receives as an HTTP response with ``{"code": ..., "message": ...}``."""

    def __init__(self, status: int, code: int, message: str, **extra: Any) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.body: dict[str, Any] = {"code": code, "message": message, **extra}


class PersonError(Exception):
    """The person can't do that in Discord's client: unknown command, disabled button, missing option."""


def unauthorized() -> DiscordError:
    return DiscordError(401, 0, "401: Unauthorized")


def not_found() -> DiscordError:
    return DiscordError(404, 0, "404: Not Found")


def unknown_channel() -> DiscordError:
    return DiscordError(404, 10003, "Unknown Channel")


def unknown_guild() -> DiscordError:
    return DiscordError(404, 10004, "Unknown Guild")


def unknown_member() -> DiscordError:
    return DiscordError(404, 10007, "Unknown Member")


def unknown_message() -> DiscordError:
    return DiscordError(404, 10008, "Unknown Message")


def unknown_user() -> DiscordError:
    return DiscordError(404, 10013, "Unknown User")


def unknown_webhook() -> DiscordError:
    return DiscordError(404, 10015, "Unknown Webhook")


def unknown_interaction() -> DiscordError:
    return DiscordError(404, 10062, "Unknown interaction")


def unknown_command() -> DiscordError:
    return DiscordError(404, 10063, "Unknown application command")


def entity_too_large() -> DiscordError:
    return DiscordError(413, 40005, "Request entity too large")


def already_acknowledged() -> DiscordError:
    return DiscordError(400, 40060, "Interaction has already been acknowledged.")


def too_many_followups() -> DiscordError:
    return DiscordError(400, 40094, "This interaction has reached the maximum number of follow up messages.")


def missing_access() -> DiscordError:
    return DiscordError(403, 50001, "Missing Access")


def not_the_author() -> DiscordError:
    return DiscordError(403, 50005, "Cannot edit a message authored by another user")


def empty_message() -> DiscordError:
    return DiscordError(400, 50006, "Cannot send an empty message")


def direct_messages_closed() -> DiscordError:
    return DiscordError(403, 50007, "Cannot send messages to this user")


def missing_permissions() -> DiscordError:
    return DiscordError(403, 50013, "Missing Permissions")


def invalid_webhook_token() -> DiscordError:
    return DiscordError(401, 50027, "Invalid Webhook Token")


def invalid_form(field: str, problem: str) -> DiscordError:
    fields = {field: {"_errors": [{"code": "INVALID", "message": problem}]}}
    return DiscordError(400, 50035, "Invalid Form Body", errors=fields)


def no_text_channel() -> DiscordError:
    return DiscordError(400, 50008, "Cannot send messages in a non-text channel")


def no_reply_without_history() -> DiscordError:
    return DiscordError(400, 160002, "Cannot reply without permission to read message history")


def thread_is_archived() -> DiscordError:
    return DiscordError(400, 50083, "Thread is archived")


def thread_is_locked() -> DiscordError:
    return DiscordError(403, 160005, "This thread is locked")


def blocked_by_automod() -> DiscordError:
    return DiscordError(400, 200000, "Message was blocked by automatic moderation")


def too_many_old_edits(retry_after: float) -> DiscordError:
    message = "Maximum number of edits to messages older than 1 hour reached. Try again later"
    return DiscordError(429, 30046, message, retry_after=round(retry_after, 3))
