"""Audio and covers: composed off the event loop when first asked for, and kept for the next time."""

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
    """Composes with one worker thread; the same plan is composed once while it is remembered."""

    def __init__(self) -> None:
        """The thread starts with the first song."""
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="whisul-studio")
        self._turn = asyncio.Lock()
        self._kept: OrderedDict[tuple[str, SongPlan], bytes] = OrderedDict()
        self._size = 0

    async def audio(self, job: Job) -> bytes:
        """The MP3 of a job."""
        return await self._make("audio", compose_mp3, job.plan)

    async def cover(self, job: Job) -> bytes:
        """The picture of a job, of its plan's `cover_type`."""
        return await self._make("cover", draw_cover, job.plan)

    def close(self) -> None:
        """End the thread; a song under way is the last."""
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
