"""What Discord answers to each request of discord.py's, as its client's `http_trace`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import aiohttp
from discord.utils import snowflake_time
from yarl import URL

_ACKNOWLEDGEMENT = re.compile(r".*/interactions/([0-9]{1,20})/[^/]+/callback")
"""Discord, "Receiving and Responding": Create Interaction Response."""


def discord_trace(
    on_response: Callable[[str, int | str], None],
    acknowledged: Callable[[float], None],
    now: Callable[[], datetime],
) -> aiohttp.TraceConfig:
    """`heard` gets each request's method and status, or the error's name where no answer came.

    Every answer counts, those that discord.py meets by trying again too. The gateway's own beginning is a
    GET with status 101. `acknowledged` gets, for each interaction that was answered in time, the seconds
    since it was made: by its id, so Discord's clock, and by `now`, which may be a little apart.
    """

    async def on_request_end(
        _session: aiohttp.ClientSession, _context: object, request: aiohttp.TraceRequestEndParams
    ) -> None:
        on_response(request.method, request.response.status)
        made = interaction_made_at(request.url) if request.response.status < 300 else None
        if made is not None:
            acknowledged(max(0.0, (now() - made).total_seconds()))

    async def on_request_exception(
        _session: aiohttp.ClientSession, _context: object, request: aiohttp.TraceRequestExceptionParams
    ) -> None:
        on_response(request.method, type(request.exception).__name__)

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(on_request_end)
    trace.on_request_exception.append(on_request_exception)
    return trace


def interaction_made_at(url: URL) -> datetime | None:
    """When the interaction was made that a request to `url` acknowledges; None: it acknowledges none."""
    found = _ACKNOWLEDGEMENT.fullmatch(url.path)
    return snowflake_time(int(found[1])) if found else None
