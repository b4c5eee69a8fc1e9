"""Detect rate limits on edits of messages older than an hour: code 30046, sent as HTTP 429.

discord.py sleeps on every 429. Since a song has other delivery methods, such an edit is abandoned instead: a
callback of the client's `http_trace` raises before discord.py sees the response.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

import aiohttp
from discord.utils import snowflake_time

from songbot.discord_errors import OldEditLimitedError

OLD = timedelta(hours=1)
_EDITING_OLD: ContextVar[bool] = ContextVar("editing_old", default=False)


@contextmanager
def editing(message_id: int, now: datetime) -> Iterator[None]:
    """Raise OldEditLimitedError on a 429 in this block if the message is over an hour old."""
    reset = _EDITING_OLD.set(now - snowflake_time(message_id) > OLD)
    try:
        yield
    finally:
        _EDITING_OLD.reset(reset)


async def on_request_end(
    _session: aiohttp.ClientSession, _context: object, request: aiohttp.TraceRequestEndParams
) -> None:
    """Abandon a rate-limited edit. Append this to `on_request_end` of the client's `http_trace`."""
    if request.response.status == 429 and request.method == "PATCH" and _EDITING_OLD.get():
        request.response.close()
        raise OldEditLimitedError
