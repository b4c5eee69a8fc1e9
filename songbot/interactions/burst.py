"""Acknowledge everybody first when many people order at once, and order songs only then."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

MAX_WAIT = 0.3
"""Seconds that an order waits for other acknowledgements, which have a deadline, while the order has none."""


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
