"""Provide this Discord's clock, the ids derived from it, and a way to wait for a condition."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime

from tests.support.hang_guard import HANG_GUARD

DISCORD_EPOCH_MS = 1420070400000


class Clock:
    """Discord's clock: the wall clock plus ``offset`` seconds. Intervals use ``time.monotonic()``."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self.offset = 0.0
        self._last_snowflake = 0

    def time(self) -> float:
        """Return the seconds since 1970 by Discord's clock."""
        return self._now() + self.offset

    def isoformat(self) -> str:
        """Return the time as Discord writes it in messages."""
        return datetime.fromtimestamp(self.time(), UTC).isoformat()

    def snowflake(self) -> int:
        """Return a new id, greater than all earlier ones, with the time in its upper bits."""
        candidate = (int(self.time() * 1000) - DISCORD_EPOCH_MS) << 22
        self._last_snowflake = max(candidate, self._last_snowflake + 1)
        return self._last_snowflake


class Changes:
    """Wakes the waiting tasks whenever something has changed, so that they check their conditions again.

    If ``recheck`` is set, conditions are also checked at that interval in seconds, for those that depend on
    something outside this server.
    """

    def __init__(self, recheck: float | None = None) -> None:
        self._recheck = recheck
        self._waiting: set[asyncio.Future[None]] = set()

    def notify(self) -> None:
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    async def wait_until(self, predicate: Callable[[], object], timeout: float, what: str = "") -> None:
        """Return once ``predicate()`` is true.

        Raises:
            TimeoutError: it did not become true within ``timeout`` seconds, or HANG_GUARD if that is longer.
                The message says what was awaited.
        """
        timeout = max(timeout, HANG_GUARD)
        try:
            async with asyncio.timeout(timeout):
                while not predicate():
                    await self._next_change()
        except TimeoutError:
            raise TimeoutError(f"not within {timeout} s: {what or 'the condition waited for'}") from None

    async def _next_change(self) -> None:
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await asyncio.wait([future], timeout=self._recheck)
        finally:
            self._waiting.discard(future)
