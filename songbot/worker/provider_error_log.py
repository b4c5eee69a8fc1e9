"""Whisul's last errors, remembered for whoever runs the bot."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from songbot.songs.ports import Clock, Composer, JobReport
from songbot.songs.provider_errors import NO_JOB, ComposerError

T = TypeVar("T")
KEPT = 5


@dataclass(frozen=True, slots=True)
class Seen:
    """One kind of error, `times` in a row, lastly at `at`. `detail` is the last one's text."""

    kind: str
    detail: str
    at: datetime
    times: int = 1


class RecentErrors:
    """The latest few; the same kind in a row counts as one, so that an outage does not push out the rest."""

    def __init__(self, keep: int = KEPT) -> None:
        self._seen: deque[Seen] = deque(maxlen=keep)

    def note(self, error: ComposerError, at: datetime) -> None:
        kind, times = type(error).__name__, 1
        if self._seen and self._seen[-1].kind == kind:
            times += self._seen.pop().times
        self._seen.append(Seen(kind, str(error), at, times))

    def latest(self) -> list[Seen]:
        """Newest first."""
        return list(reversed(self._seen))


class WatchedComposer:
    """Composer: another one, whose errors are noted on their way through."""

    def __init__(self, inner: Composer, errors: RecentErrors, clock: Clock) -> None:
        self._inner = inner
        self._errors = errors
        self._clock = clock

    async def submit(self, prompt: str) -> str:
        return await self._noted(self._inner.submit(prompt))

    async def poll(self, job_id: str) -> JobReport:
        if job_id == NO_JOB:  # asked on purpose, to see whether Whisul is back
            return await self._inner.poll(job_id)
        return await self._noted(self._inner.poll(job_id))

    async def _noted(self, answer: Awaitable[T]) -> T:
        try:
            return await answer
        except ComposerError as error:
            self._errors.note(error, self._clock.now())
            raise
