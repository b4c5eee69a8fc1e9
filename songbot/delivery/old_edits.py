"""Edits of messages that are over an hour old, which Discord limits: 30046, sent as HTTP 429.

discord.py sleeps on every 429. A song has other methods, so such an edit is given up instead: a callback of
the client's `http_trace` raises before discord.py sees the answer.
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
    """Let a 429 raise OldEditLimitedError if the message is over an hour old."""
    reset = _EDITING_OLD.set(now - snowflake_time(message_id) > OLD)
    try:
        yield
    finally:
        _EDITING_OLD.reset(reset)


async def on_request_end(
    _session: aiohttp.ClientSession, _context: object, request: aiohttp.TraceRequestEndParams
) -> None:
    """Give up what is limited. Append it to `on_request_end` of the client's `http_trace`."""
    if request.response.status == 429 and request.method == "PATCH" and _EDITING_OLD.get():
        request.response.close()
        raise OldEditLimitedError
