"""Limit how often a bot may identify: 1,000 times a day in all its processes, and one at a time (docs:
events/gateway, "Session Start Limit Object", "Rate Limiting").
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

from .clock import Clock

A_DAY, INTERVAL = 1000, 5
_DAY_SECONDS = 24 * 3600

Refusal = Literal["spent", "too soon"]


@dataclass
class SessionStarts:
    """Counts identifies by Discord's clock. ``interval=0`` lets them follow one another immediately."""

    clock: Clock
    total: int = A_DAY
    interval: float = INTERVAL
    max_concurrency: int = 1
    _begun: deque[float] = field(default_factory=deque)
    _last: dict[int, float] = field(default_factory=dict)

    @property
    def remaining(self) -> int:
        """Return how many are left today."""
        now = self.clock.time()
        while self._begun and now - self._begun[0] >= _DAY_SECONDS:
            self._begun.popleft()
        return max(0, self.total - len(self._begun))

    def begin(self, shard_id: int) -> Refusal | None:
        """Count an identify. Return "spent" if the day's number is used up, or "too soon" within ``interval``
        seconds of another one with the same key (``shard_id % max_concurrency``).
        """
        now, key = self.clock.time(), shard_id % self.max_concurrency
        if not self.remaining:
            return "spent"
        self._begun.append(now)
        last = self._last.get(key)
        if last is not None and now - last < self.interval:
            return "too soon"
        self._last[key] = now
        return None

    def payload(self) -> dict[str, Any]:
        """Return what GET /gateway/bot says about it; ``reset_after`` is in milliseconds."""
        remaining = self.remaining
        reset = self._begun[0] + _DAY_SECONDS - self.clock.time() if self._begun else 0
        return {
            "total": self.total,
            "remaining": remaining,
            "reset_after": int(reset * 1000),
            "max_concurrency": self.max_concurrency,
        }
