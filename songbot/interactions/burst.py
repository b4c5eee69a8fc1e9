"""When many people order at once, acknowledge everybody before ordering any songs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

MAX_WAIT = 1.0
"""Seconds that an order, which has no deadline, waits for other acknowledgements, which have one.

It covers a thousand acknowledgements at once. Orders placed amid them would delay those still to come.
"""


class AcknowledgementBarrier:
    """Counts the acknowledgements in progress."""

    def __init__(self) -> None:
        self._pending = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def acknowledging(self) -> Iterator[None]:
        self._pending += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._pending -= 1
            if self._pending == 0:
                self._idle.set()

    async def wait_idle(self) -> None:
        """Wait until no acknowledgement is in progress, for at most MAX_WAIT seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(MAX_WAIT):
                await self._idle.wait()
