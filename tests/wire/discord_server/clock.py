"""Discord's time on the loopback, ids made from it, and waiting for something to become true."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime

DISCORD_EPOCH_MS = 1420070400000
HANG_GUARD = 60.0
"""Seconds after which what has not happened never will, however busy the machine is."""


class Clock:
    """Discord's clock: the wall clock plus ``offset`` seconds. Intervals are measured with
    ``time.monotonic()``.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self.offset = 0.0
        self._last_snowflake = 0

    def time(self) -> float:
        """Seconds since 1970, as Discord sees it."""
        return self._now() + self.offset

    def isoformat(self) -> str:
        """The moment as Discord writes it into messages."""
        return datetime.fromtimestamp(self.time(), UTC).isoformat()

    def snowflake(self) -> int:
        """A new id, greater than every one before it, with the moment in its upper bits."""
        candidate = (int(self.time() * 1000) - DISCORD_EPOCH_MS) << 22
        self._last_snowflake = max(candidate, self._last_snowflake + 1)
        return self._last_snowflake


class Changes:
    """Wakes those who wait for a predicate, each time something has changed; with ``recheck`` seconds also by
    itself, for predicates about more than the loopback.
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
            TimeoutError: it was not within ``timeout`` seconds, or the guard's if those are more; says what
                was waited for.
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
