"""Run many coroutines with limited concurrency."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


async def gather_limited(
    work: Callable[[T], Awaitable[None]], items: Iterable[T], *, max_concurrent: int, max_seconds: float
) -> None:
    """Await `work` for each item, at most `max_concurrent` at a time, for at most `max_seconds`.

    If `work` raises, the rest is cancelled and an ExceptionGroup is raised. A timeout raises nothing.
    """
    semaphore = asyncio.Semaphore(max_concurrent)

    async def one(item: T) -> None:
        async with semaphore:
            await work(item)

    try:
        async with asyncio.timeout(max_seconds), asyncio.TaskGroup() as tasks:
            for item in items:
                tasks.create_task(one(item), name="gather-limited")
    except TimeoutError:
        log.info("not everything was done within %g seconds", max_seconds)
