"""Answer an interaction that discord.py can't parse, using only the fields that an answer needs."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from discord.http import HTTPClient, Route

from songbot.discord_errors import DISCORD_ERRORS, describe
from songbot.wording import general
from songbot.wording.language import Language, find_language

from .acknowledge import ACKNOWLEDGE_TIMEOUT

log = logging.getLogger(__name__)

_MESSAGE, _CHOICES = 4, 8
"""Types of callbacks (Discord, "Receiving and Responding": Interaction Callback Type)."""
_AUTOCOMPLETE = 4
_EPHEMERAL = 1 << 6


async def answer_unreadable(http: HTTPClient, data: Any) -> None:
    """Tell the person privately that the request failed, or offer no choices for autocomplete.

    `data` is the payload of INTERACTION_CREATE. Without `id` and `token` in it, no answer is possible.
    """
    if not isinstance(data, dict) or not data.get("id") or not data.get("token"):
        log.warning("an unreadable interaction has no id or token, so its person gets no answer")
        return
    # discord.py keeps a rate limit for each `webhook_token`, so no answer waits for another.
    callback = Route(
        "POST",
        "/interactions/{id}/{webhook_token}/callback",
        id=str(data["id"]),
        webhook_token=str(data["token"]),
    )
    language = find_language(str(data.get("locale")))
    try:
        async with asyncio.timeout(ACKNOWLEDGE_TIMEOUT):
            await http.request(callback, json=_answer(data.get("type"), language))
    except DISCORD_ERRORS as error:
        log.warning("an unreadable interaction was not answered: %s", describe(error))


def _answer(interaction_type: object, language: Language) -> dict[str, Any]:
    """Return the callback's body. Discord rejects messages as an answer to autocomplete."""
    if interaction_type == _AUTOCOMPLETE:
        return {"type": _CHOICES, "data": {"choices": []}}
    return {"type": _MESSAGE, "data": {"content": general.UNREADABLE(language), "flags": _EPHEMERAL}}
