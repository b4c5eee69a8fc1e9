"""What Discord answers to each request of discord.py's, as its client's `http_trace`."""

from __future__ import annotations

from collections.abc import Callable

import aiohttp


def discord_trace(heard: Callable[[str, int | str], None]) -> aiohttp.TraceConfig:
    """`heard` gets each request's method and status, or the error's name where no answer came.

    Every answer counts, those that discord.py meets by trying again too. The gateway's own beginning is a
    GET with status 101.
    """

    async def answered(
        _session: aiohttp.ClientSession, _context: object, request: aiohttp.TraceRequestEndParams
    ) -> None:
        heard(request.method, request.response.status)

    async def broken(
        _session: aiohttp.ClientSession, _context: object, request: aiohttp.TraceRequestExceptionParams
    ) -> None:
        heard(request.method, type(request.exception).__name__)

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(answered)
    trace.on_request_exception.append(broken)
    return trace
