"""Keep due times in a heap. Each song has one due time; setting it again replaces it."""

from __future__ import annotations

import heapq
import math

COALESCE_ABOVE, COALESCE_INTERVAL = 8.0, 0.5
"""In seconds: the shortest wait that is rounded up, and the interval to whose multiples it is rounded."""


def coalesced_due_time(now: float, seconds: float) -> float:
    """Return when a song that waits for `seconds` is due, rounded up so that many songs are due at once.

    Waking up once for many songs costs less time per song (see `benchmarks/`). Short waits stay exact,
    because a song may be finished at the end of them.
    """
    due = now + seconds
    return due if seconds < COALESCE_ABOVE else math.ceil(due / COALESCE_INTERVAL) * COALESCE_INTERVAL


class JobScheduler:
    """The due times of songs, in monotonic seconds."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int]] = []
        self._due: dict[int, float] = {}

    def set(self, song_id: int, due: float) -> None:
        self._due[song_id] = due
        heapq.heappush(self._heap, (due, song_id))

    def discard(self, song_id: int) -> None:
        self._due.pop(song_id, None)

    def pop_due(self, now: float) -> list[int]:
        """Remove the songs that are due by `now`, and return them, earliest first."""
        ready: list[int] = []
        while self._heap and self._heap[0][0] <= now:
            due, song_id = heapq.heappop(self._heap)
            if self._due.get(song_id) == due:
                del self._due[song_id]
                ready.append(song_id)
        return ready

    def next_due(self) -> float:
        """Return the earliest due time, or infinity if nothing is scheduled."""
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else math.inf
