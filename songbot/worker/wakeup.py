"""Sleep for a given time, or until another task ends the sleep."""

from __future__ import annotations

import asyncio


class Wakeup:
    """One task waits, and any other may notify it.

    A notification while nobody waits ends the next wait at once. This uses asyncio.sleep, although an
    asyncio.Event with a timeout would be shorter: the Discord simulator of the behaviour tests (SimCord)
    considers a bot idle only while all of its tasks are in asyncio.sleep.
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
        """Wait for `seconds`, or until another task notifies."""
        if not self._notified and seconds > 0:
            self._waiter = asyncio.create_task(asyncio.sleep(seconds), name="wakeup")
            try:
                await asyncio.wait({self._waiter})
            finally:
                self._waiter.cancel()
                self._waiter = None
        self._notified = False
