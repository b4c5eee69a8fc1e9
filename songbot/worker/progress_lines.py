"""Edit the progress messages of unfinished songs, and never overwrite a delivered song."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from songbot.songs.durations import DurationEstimator
from songbot.songs.models import Song
from songbot.songs.ports import Clock, DeliveryService
from songbot.songs.progress import Progress, compute_progress

FORGET_AFTER = 1800.0
EDIT_SECONDS = 8.0
"""Maximum seconds from the start of a round of edits of queued songs until the last one has ended."""


@dataclass(slots=True)
class _Line:
    """The state of one progress message. `lock` allows one edit at a time, and `closed` none at all."""

    touched_at: float
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    progress: Progress | None = None
    edited_at: float = float("-inf")
    waits_since: float | None = None
    closed: bool = False


class ProgressLines:
    """Edits each message at most every `interval` seconds, and only if something visible has changed."""

    def __init__(
        self, delivery: DeliveryService, estimator: DurationEstimator, clock: Clock, interval: float
    ) -> None:
        self._delivery = delivery
        self._estimator = estimator
        self._clock = clock
        self._interval = interval
        self._lines: dict[int, _Line] = {}

    async def update(
        self, song: Song, queue_position: int | None = None, *, running_own: int = 0, busy: bool = False
    ) -> None:
        """Show the song's progress. `compute_progress` describes the other arguments."""
        line = self._line(song.id)
        async with line.lock:
            now = self._clock.monotonic()
            if line.closed or now - line.edited_at < self._interval:
                return
            progress = compute_progress(
                song,
                self._estimator,
                self._clock.now(),
                queue_position,
                running_own=running_own,
                busy=busy,
            )
            if progress != line.progress:
                line.progress, line.edited_at = progress, now
                await self._delivery.update_progress(song, progress)

    async def close(self, song_id: int) -> None:
        """Wait for an edit in progress and allow no more, because the delivery follows."""
        if (line := self._lines.pop(song_id, None)) is not None:
            line.closed = True
            async with line.lock:
                pass

    def waited(self, song: Song, since: datetime) -> float:
        """Return how many seconds the song has waited for Whisul since `since`.

        The wall clock, which may be changed, measures only the time before the first call.
        """
        line, now = self._line(song.id), self._clock.monotonic()
        if line.waits_since is None:
            line.waits_since = now - max(0.0, (self._clock.now() - since).total_seconds())
        return now - line.waits_since

    def stop_waiting(self, song_id: int) -> None:
        """Record that the song no longer waits for Whisul."""
        if (line := self._lines.get(song_id)) is not None:
            line.waits_since = None

    def forget_old(self) -> None:
        """Forget messages that have not been updated for a long time.

        They include those of songs that another worker took over.
        """
        oldest = self._clock.monotonic() - FORGET_AFTER
        for song_id in [song_id for song_id, line in self._lines.items() if line.touched_at < oldest]:
            del self._lines[song_id]

    def _line(self, song_id: int) -> _Line:
        now = self._clock.monotonic()
        line = self._lines.setdefault(song_id, _Line(now))
        line.touched_at = now
        return line
