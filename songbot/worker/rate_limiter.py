"""Limit the rate of requests to what a service accepts, if it documents no limit."""

from __future__ import annotations

from collections.abc import Callable

MIN_RATE, RECOVERY_RATE, UNLIMITED_RATE = 0.2, 20.0, 500.0
"""Requests per second: the lowest limit, the limit after downtime, and the limit at which it is removed."""


class AdaptiveRateLimiter:
    """Halves the limit when the service rejects a request, and raises it by a twentieth on each success.

    `random` returns a float in 0..1, which spreads the waits.
    """

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._next_request_at = 0.0
        self._recent_requests: list[float] = []
        self.limit: float | None = None
        """The maximum requests per second, or None if there is no limit."""

    def reserve(self, now: float) -> float:
        """Return the seconds until the caller may make its request. 0 means now, and reserves the request."""
        self._recent_requests.append(now)
        if len(self._recent_requests) > 64:
            del self._recent_requests[:32]
        if self.limit is None:
            return 0.0
        if now >= self._next_request_at:
            self._next_request_at = max(self._next_request_at + 1 / self.limit, now)
            return 0.0
        return self._next_request_at - now + self._random() * min(5.0, 10 / self.limit)

    def halve(self, now: float) -> None:
        """Halve the limit or, if there is none, the rate of the recent requests."""
        self.limit = max(MIN_RATE, (self.limit or self._measured_rate(now)) / 2)

    def start_slowly(self) -> None:
        """Limit the rate after downtime, so that not all songs are sent at once."""
        self.limit = RECOVERY_RATE

    def increase(self) -> None:
        """Raise the limit a little, or remove it once it is high enough."""
        if self.limit is not None:
            self.limit *= 1.05
            if self.limit > UNLIMITED_RATE:
                self.limit = None

    def _measured_rate(self, now: float) -> float:
        if len(self._recent_requests) < 2:
            return 1.0
        return len(self._recent_requests) / max(1.0, now - self._recent_requests[0])
