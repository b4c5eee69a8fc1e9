"""Run many tasks, a few at a time."""

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

    An exception from `work` stops the rest and is raised in an ExceptionGroup. A timeout raises nothing.
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
