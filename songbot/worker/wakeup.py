"""A sleep that can be cut short."""

from __future__ import annotations

import asyncio


class Wakeup:
    """One task sleeps, any other may ring. A ring while nobody sleeps ends the next sleep at once."""

    def __init__(self) -> None:
        self._waiter: asyncio.Task[None] | None = None
        self._notified = False

    def notify(self) -> None:
        self._notified = True
        if self._waiter is not None:
            self._waiter.cancel()

    async def wait(self, seconds: float) -> None:
        """Until `seconds` have passed or somebody rings."""
        if not self._notified and seconds > 0:
            self._waiter = asyncio.create_task(asyncio.sleep(seconds), name="wakeup")
            try:
                await asyncio.wait({self._waiter})
            finally:
                self._waiter.cancel()
                self._waiter = None
        self._notified = False
