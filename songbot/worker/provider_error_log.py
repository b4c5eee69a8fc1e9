"""Keep Whisul's latest errors for the operator."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from songbot.songs.ports import Clock
from songbot.songs.provider import JobReport, SongProvider
from songbot.songs.provider_errors import HEALTH_CHECK_JOB_ID, ProviderError

T = TypeVar("T")
MAX_RECORDS = 5


@dataclass(frozen=True, slots=True)
class ErrorRecord:
    """One kind of error, seen `times` in a row, last at `at`. `detail` is the text of the last one."""

    kind: str
    detail: str
    at: datetime
    times: int = 1


class RecentErrors:
    """Keeps the latest few errors. Consecutive errors of one kind share an entry, so an outage can't evict
    the rest.
    """

    def __init__(self, max_records: int = MAX_RECORDS) -> None:
        self._records: deque[ErrorRecord] = deque(maxlen=max_records)

    def record(self, error: ProviderError, at: datetime) -> None:
        kind, times = type(error).__name__, 1
        if self._records and self._records[-1].kind == kind:
            times += self._records.pop().times
        self._records.append(ErrorRecord(kind, str(error), at, times))

    def recent(self) -> list[ErrorRecord]:
        """Return the records, newest first."""
        return list(reversed(self._records))


class ErrorRecordingProvider:
    """A SongProvider that wraps another one and records its errors."""

    def __init__(self, inner: SongProvider, errors: RecentErrors, clock: Clock) -> None:
        self._inner = inner
        self._errors = errors
        self._clock = clock

    async def submit(self, prompt: str) -> str:
        return await self._record_errors(self._inner.submit(prompt))

    async def poll(self, job_id: str) -> JobReport:
        if job_id == HEALTH_CHECK_JOB_ID:  # Sent on purpose, to check whether Whisul is back.
            return await self._inner.poll(job_id)
        return await self._record_errors(self._inner.poll(job_id))

    async def _record_errors(self, call: Awaitable[T]) -> T:
        try:
            return await call
        except ProviderError as error:
            self._errors.record(error, self._clock.now())
            raise
