"""When many ask at once: first everybody is answered, then songs are ordered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

MAX_WAIT = 0.3
"""Seconds that an order waits for others' acknowledgements. Discord gives those 3, and the order has none."""


class AcknowledgementBarrier:
    """Counts the acknowledgements that are under way."""

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
        """Until none is under way, and no longer than LONGEST."""
        with suppress(TimeoutError):
            async with asyncio.timeout(MAX_WAIT):
                await self._idle.wait()
