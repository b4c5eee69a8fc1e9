"""Estimate how long songs take from recent ones, and derive from that when to poll."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable

DEFAULT_SAMPLES = (45.0, 60.0, 75.0, 90.0, 105.0, 120.0, 135.0, 150.0, 180.0, 240.0)
"""Used until enough songs are known: Whisul says "within a few minutes" and shows 91 s and 144 s."""
MIN_SAMPLES = 5


class DurationEstimator:
    """Quantiles of the seconds from submission to completion, over the latest songs."""

    def __init__(self, recent: Iterable[float] = (), *, max_samples: int = 200) -> None:
        self._recent: deque[float] = deque(maxlen=max_samples)
        self._sorted: list[float] = []
        for seconds in reversed(list(recent)):
            self.record(seconds)

    def record(self, seconds: float) -> None:
        """Add a finished song. Ignore impossible values, which appear if a clock was changed."""
        if not 0 < seconds < 7200:
            return
        if len(self._recent) == self._recent.maxlen:
            oldest = self._recent.popleft()
            del self._sorted[bisect_left(self._sorted, oldest)]
        self._recent.append(seconds)
        insort(self._sorted, seconds)

    def quantile(self, fraction: float) -> float:
        """Return the seconds within which `fraction` of the songs were done."""
        samples = self._sorted if len(self._sorted) >= MIN_SAMPLES else DEFAULT_SAMPLES
        position = fraction * (len(samples) - 1)
        low = int(position)
        high = min(low + 1, len(samples) - 1)
        return samples[low] + (samples[high] - samples[low]) * (position - low)


def next_poll_delay(
    elapsed: float, min_duration: float, min_delay: float, max_delay: float, jitter: float
) -> float:
    """Return the seconds until the next poll of a job that started `elapsed` seconds ago.

    The delay is close to `max_delay` until shortly before `min_duration`, the time in which the fastest songs
    were done, and `min_delay` after that. `jitter` (0 to 1) spreads out songs that started together. It never
    makes the delay less than `min_delay`.
    """
    until_likely = min_duration - elapsed
    if until_likely >= max_delay + min_delay:
        return max(min_delay, max_delay * (1 - 0.15 * jitter))
    return min(max_delay, max(min_delay, until_likely + min_delay * jitter * 0.5))
