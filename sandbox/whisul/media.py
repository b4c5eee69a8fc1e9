"""Compose audio and draw covers outside the event loop when first requested, and cache them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from sandbox.whisul.cover import draw_cover
from sandbox.whisul.jobs import Job
from sandbox.whisul.plan import SongPlan
from sandbox.whisul.tune import compose_mp3

TYPES: Final = {"mp3": "audio/mpeg", "jpg": "image/jpeg", "png": "image/png"}
KEPT_BYTES: Final = 64 * 1024 * 1024


class Studio:
    """Composes in one worker thread, and does not repeat a plan that is in the cache."""

    def __init__(self) -> None:
        """Create the worker. Its thread starts with the first song."""
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="whisul-studio")
        self._turn = asyncio.Lock()
        self._kept: OrderedDict[tuple[str, SongPlan], bytes] = OrderedDict()
        self._size = 0

    async def audio(self, job: Job) -> bytes:
        """Return the job's audio as MP3."""
        return await self._make("audio", compose_mp3, job.plan)

    async def cover(self, job: Job) -> bytes:
        """Return the job's cover in its plan's `cover_type`."""
        return await self._make("cover", draw_cover, job.plan)

    def close(self) -> None:
        """Stop the thread after the current song."""
        self._worker.shutdown(wait=True, cancel_futures=True)

    async def _make(self, kind: str, make: Callable[[SongPlan], bytes], plan: SongPlan) -> bytes:
        async with self._turn:
            if (kind, plan) not in self._kept:
                loop = asyncio.get_running_loop()
                self._keep((kind, plan), await loop.run_in_executor(self._worker, make, plan))
            self._kept.move_to_end((kind, plan))
            return self._kept[kind, plan]

    def _keep(self, key: tuple[str, SongPlan], made: bytes) -> None:
        self._kept[key] = made
        self._size += len(made)
        while self._size > KEPT_BYTES and len(self._kept) > 1:
            self._size -= len(self._kept.popitem(last=False)[1])
