"""A sleep that can be cut short."""

from __future__ import annotations

import asyncio


class Wakeup:
    """One task waits, any other may notify it. A notification while nobody waits ends the next wait at once.

    The wait is an asyncio.sleep, where an asyncio.Event with a timeout would be shorter: the behaviour tests'
    Discord (SimCord) takes a bot for idle only while all of its tasks are in asyncio.sleep.
    """

    def __init__(self) -> None:
        self._waiter: asyncio.Task[None] | None = None
        self._notified = False

    def notify(self) -> None:
        """End the wait, or the next one."""
        self._notified = True
        if self._waiter is not None:
            self._waiter.cancel()

    async def wait(self, seconds: float) -> None:
        """Wait until `seconds` have passed or somebody notifies."""
        if not self._notified and seconds > 0:
            self._waiter = asyncio.create_task(asyncio.sleep(seconds), name="wakeup")
            try:
                await asyncio.wait({self._waiter})
            finally:
                self._waiter.cancel()
                self._waiter = None
        self._notified = False
