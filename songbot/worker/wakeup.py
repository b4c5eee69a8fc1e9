"""A sleep that can be cut short."""

from __future__ import annotations

import asyncio


class Alarm:
    """One task sleeps, any other may ring. A ring while nobody sleeps ends the next sleep at once."""

    def __init__(self) -> None:
        self._sleeping: asyncio.Task[None] | None = None
        self._rung = False

    def ring(self) -> None:
        self._rung = True
        if self._sleeping is not None:
            self._sleeping.cancel()

    async def sleep(self, seconds: float) -> None:
        """Until `seconds` have passed or somebody rings."""
        if not self._rung and seconds > 0:
            self._sleeping = asyncio.create_task(asyncio.sleep(seconds), name="alarm")
            try:
                await asyncio.wait({self._sleeping})
            finally:
                self._sleeping.cancel()
                self._sleeping = None
        self._rung = False
