"""Limit rejected requests: 10,000 in 10 minutes lead to a ban (Discord, "Rate Limits": Invalid Request
Limit).

The bot aims for fewer than a hundred.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager, nullcontext

import discord

from songbot.bounded_dict import BoundedDict

WINDOW_SECONDS = 600.0
PROBE_SECONDS = 60.0
"""Seconds between attempts after a rejection once there were too many."""
REMEMBERED_SECONDS = 60.0
MAX_REMEMBERED = 10_000
INVALID_STATUSES = frozenset({401, 403, 429})


class TooManyRefusals(discord.DiscordException):
    """Discord has rejected too many requests recently. Try again later."""


def counts_as_invalid(error: BaseException) -> bool:
    """Return True if Discord counts the request towards its limit of invalid ones."""
    return isinstance(error, discord.HTTPException) and error.status in INVALID_STATUSES


class RefusalBudget:
    """Runs up to `max_concurrent` requests at a time. After `limit` rejections in 10 minutes, it runs one
    at a time and pauses after each further rejection. `monotonic` returns seconds."""

    def __init__(self, monotonic: Callable[[], float], *, limit: int, max_concurrent: int) -> None:
        self._monotonic = monotonic
        self._limit = limit
        self._refused: deque[float] = deque()
        self._next_probe = 0.0
        self._slots = asyncio.Semaphore(max_concurrent)
        self._probing = asyncio.Lock()

    @asynccontextmanager
    async def spend(self) -> AsyncIterator[None]:
        """Run one request. An error that Discord counts as invalid is counted and re-raised.

        Raise TooManyRefusals if it is too early for another attempt.
        """
        async with self._slots, self._probing if self._is_exhausted() else nullcontext():
            if self._is_exhausted() and self._monotonic() < self._next_probe:
                raise TooManyRefusals
            try:
                yield
            except discord.HTTPException as error:
                if counts_as_invalid(error):
                    self._refused.append(self._monotonic())
                    self._next_probe = self._monotonic() + PROBE_SECONDS
                raise

    def _is_exhausted(self) -> bool:
        while self._refused and self._monotonic() - self._refused[0] >= WINDOW_SECONDS:
            self._refused.popleft()
        return len(self._refused) >= self._limit


class RefusedTargets:
    """Remembers permanent rejections for a minute, so that many songs send only one request."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._refused: BoundedDict[Hashable, tuple[float, BaseException]] = BoundedDict(MAX_REMEMBERED)

    def add(self, target: Hashable, error: BaseException) -> None:
        self._refused[target] = self._monotonic(), error

    def error_of(self, target: Hashable) -> BaseException | None:
        """Return Discord's error for the target within the last minute, or None."""
        at, error = self._refused.get(target, (0.0, None))
        return error if self._monotonic() - at < REMEMBERED_SECONDS else None
