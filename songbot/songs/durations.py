"""How long songs take, learned from recent ones, and from that when to poll."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable

PRIOR_SECONDS = (45.0, 60.0, 75.0, 90.0, 105.0, 120.0, 135.0, 150.0, 180.0, 240.0)
"""Stands in until enough songs are known: Whisul says "within a few minutes" and shows 91 s and 144 s."""
ENOUGH = 5


class Pace:
    """Quantiles over the latest songs' seconds from submission to finish."""

    def __init__(self, recent: Iterable[float] = (), *, keep: int = 200) -> None:
        self._order: deque[float] = deque(maxlen=keep)
        self._sorted: list[float] = []
        for seconds in reversed(list(recent)):
            self.learn(seconds)

    def learn(self, seconds: float) -> None:
        """Take one finished song in. Impossible figures (a clock was set) are left out."""
        if not 0 < seconds < 7200:
            return
        if len(self._order) == self._order.maxlen:
            oldest = self._order.popleft()
            del self._sorted[bisect_left(self._sorted, oldest)]
        self._order.append(seconds)
        insort(self._sorted, seconds)

    def quantile(self, fraction: float) -> float:
        """Seconds within which `fraction` of songs were done."""
        known = self._sorted if len(self._sorted) >= ENOUGH else PRIOR_SECONDS
        place = fraction * (len(known) - 1)
        low = int(place)
        high = min(low + 1, len(known) - 1)
        return known[low] + (known[high] - known[low]) * (place - low)


def poll_delay(elapsed: float, earliest: float, shortest: float, longest: float, jitter: float) -> float:
    """Seconds to the next poll of a job begun `elapsed` seconds ago.

    Near `longest` while songs are never done yet (`earliest`: what the quickest took), `shortest` from
    there on; `jitter` in 0..1 spreads songs begun together without ever going under `shortest`.
    """
    until_likely = earliest - elapsed
    if until_likely <= 0:
        return shortest
    if until_likely >= longest + shortest:
        return max(shortest, longest * (1 - 0.15 * jitter))
    return min(longest, max(shortest, until_likely + shortest * jitter * 0.5))
