"""The progress lines of unfinished songs: when each is edited, and that no edit overtakes an answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime

from songbot.songs.durations import DurationEstimator
from songbot.songs.models import Song
from songbot.songs.ports import Clock, DeliveryService
from songbot.songs.progress import Progress, compute_progress

FORGET_AFTER = 1800.0


@dataclass(slots=True)
class _Line:
    """One edit at a time holds `lock`. Nothing is edited once the line is `closed`."""

    touched_at: float
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    progress: Progress | None = None
    edited_at: float = float("-inf")
    waits_since: float | None = None
    closed: bool = False


class ProgressLines:
    """A line is edited at most every `interval` seconds, and only if something visible has changed."""

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
        """Show how far the song is. See `compute_progress` for what else may be known of it."""
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
            if _is_visible_change(line.progress, progress):
                line.progress, line.edited_at = progress, now
                await self._delivery.update_progress(song, progress)

    async def close(self, song_id: int) -> None:
        """Wait for an edit that is under way, and allow no more: the answer comes now."""
        if (line := self._lines.pop(song_id, None)) is not None:
            line.closed = True
            async with line.lock:
                pass

    def waited(self, song: Song, since: datetime) -> float:
        """Return for how many seconds the song has waited for Whisul, beginning at `since`.

        The wall clock, which may be set, counts only for the time before this was first asked.
        """
        line, now = self._line(song.id), self._clock.monotonic()
        if line.waits_since is None:
            line.waits_since = now - max(0.0, (self._clock.now() - since).total_seconds())
        return now - line.waits_since

    def stop_waiting(self, song_id: int) -> None:
        """Note that the song no longer waits for Whisul."""
        if (line := self._lines.get(song_id)) is not None:
            line.waits_since = None

    def forget_old(self) -> None:
        """Forget lines that were not touched for long, such as those of songs that another worker took."""
        oldest = self._clock.monotonic() - FORGET_AFTER
        for song_id in [song_id for song_id, line in self._lines.items() if line.touched_at < oldest]:
            del self._lines[song_id]

    def _line(self, song_id: int) -> _Line:
        now = self._clock.monotonic()
        line = self._lines.setdefault(song_id, _Line(now))
        line.touched_at = now
        return line


def _is_visible_change(previous: Progress | None, progress: Progress) -> bool:
    """Return whether the stage, the bar or the place has moved. A shifted estimate alone costs no edit."""
    return previous is None or replace(previous, expected_at=None) != replace(progress, expected_at=None)
