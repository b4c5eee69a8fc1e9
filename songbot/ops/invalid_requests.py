"""Count the requests that Discord calls invalid: 10,000 of them in 10 minutes end in a ban
(Discord, "Rate Limits": Invalid Request Limit).
"""

from __future__ import annotations

import logging
import math
from collections import deque
from collections.abc import Callable

import aiohttp

log = logging.getLogger(__name__)

WINDOW_SECONDS = 600.0
WARN_AT = 1_000
_STATUSES = frozenset({401, 403, 429})


class InvalidRequests:
    """Calls `count` for each invalid request, and logs a warning if there are a thousand in 10 minutes, at
    most once in that time. `monotonic` returns seconds.
    """

    def __init__(self, count: Callable[[], None], monotonic: Callable[[], float]) -> None:
        self._count = count
        self._monotonic = monotonic
        self._times: deque[float] = deque(maxlen=WARN_AT)
        self._warned_at = -math.inf

    async def on_request_end(
        self, _session: aiohttp.ClientSession, _context: object, request: aiohttp.TraceRequestEndParams
    ) -> None:
        """Count an invalid request. Append this to `on_request_end` of the client's `http_trace`."""
        scope = request.response.headers.get("X-RateLimit-Scope", "")
        if request.response.status in _STATUSES and scope != "shared":
            self.record()

    def record(self) -> None:
        """Count an invalid request that was made now."""
        now = self._monotonic()
        self._count()
        self._times.append(now)
        is_many = len(self._times) == WARN_AT and now - self._times[0] < WINDOW_SECONDS
        if is_many and now - self._warned_at >= WINDOW_SECONDS:
            self._warned_at = now
            log.warning(
                "Discord has refused %d requests in 10 minutes; at 10,000 it bans this machine's address",
                WARN_AT,
            )
