"""When many ask at once: first everybody is answered, then songs are ordered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LONGEST = 0.3
"""Seconds that an order waits for others' acknowledgements. Discord gives those 3, and the order has none."""


class Rush:
    """Counts the acknowledgements that are under way."""

    def __init__(self) -> None:
        self._under_way = 0
        self._over = asyncio.Event()
        self._over.set()

    @contextmanager
    def acknowledging(self) -> Iterator[None]:
        self._under_way += 1
        self._over.clear()
        try:
            yield
        finally:
            self._under_way -= 1
            if self._under_way == 0:
                self._over.set()

    async def over(self) -> None:
        """Until none is under way, and no longer than LONGEST."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST):
                await self._over.wait()
