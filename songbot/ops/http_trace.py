"""Record Discord's response to every request of discord.py, as the client's `http_trace`."""

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
    """Return the trace. `on_response` receives each request's method and status, or the error's name.

    It includes responses that discord.py retries. The gateway's handshake is a GET with status 101. For each
    acknowledged interaction, `acknowledged` receives the seconds since its creation. That time is from
    Discord's clock, through the interaction's id, and may differ slightly from `now`.
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
    """Return the creation time of the interaction that a request to `url` acknowledges, or None."""
    found = _ACKNOWLEDGEMENT.fullmatch(url.path)
    return snowflake_time(int(found[1])) if found else None
