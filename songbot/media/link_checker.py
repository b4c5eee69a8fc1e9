"""Find dead links."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection

import aiohttp

from songbot.discord_errors import describe

from .gather import gather_limited
from .guarded_http import GuardedSession

log = logging.getLogger(__name__)

MAX_CONCURRENT_CHECKS = 16
CHECK_TIMEOUT = 3.0
"""Seconds for one link."""
TOTAL_TIMEOUT = 10.0
"""Seconds for all links together."""


class LinkChecker:
    """Checks links concurrently. `trusted_url` is Whisul's base URL (see GuardedSession)."""

    def __init__(self, trusted_url: str | None = None) -> None:
        self._trusted_url = trusted_url

    async def find_dead(self, urls: Collection[str]) -> frozenset[str]:
        """Return the URLs that returned an error or could not be reached.

        A link that was not checked within TOTAL_TIMEOUT does not count as dead.
        """
        dead: set[str] = set()
        async with GuardedSession(self._trusted_url, max_connections=100) as session:

            async def check(url: str) -> None:
                if not await _is_alive(session, url):
                    dead.add(url)

            await gather_limited(check, urls, max_concurrent=MAX_CONCURRENT_CHECKS, max_seconds=TOTAL_TIMEOUT)
        return frozenset(dead)


async def _is_alive(session: GuardedSession, url: str) -> bool:
    """Return True if the URL responds. The request asks for one byte, and the body is not read."""
    try:
        async with (
            asyncio.timeout(CHECK_TIMEOUT),
            session.get(url, headers={"Range": "bytes=0-0"}) as response,
        ):
            return response.status < 400 or response.status == 429
    except (aiohttp.ClientError, OSError, ValueError) as error:
        log.debug("a link is dead: %s", describe(error))
    return False
