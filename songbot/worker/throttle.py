"""The one gate through which all requests to Whisul go: how many at once, how fast, and whether at all.

Whisul names no rate limit (its page "Pace"), so the gate finds it: a 429 halves the pace for all songs and
success lets it recover. When Whisul is down the gate closes, lets one request through now and then to see,
and opens again slowly, so that nobody rushes in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum

FAILURE_THRESHOLD = 3
INITIAL_BACKOFF, MAX_BACKOFF = 2.0, 60.0
MIN_RATE, RECOVERY_RATE, UNLIMITED_RATE = 0.2, 20.0, 500.0


class ThrottleState(StrEnum):
    """What the gate does: lets all through, each in its turn, or (but for a probe now and then) nobody."""

    NORMAL = "open"
    LIMITED = "slowed"
    SUSPENDED = "closed"


class RequestThrottle:
    """`monotonic` gives seconds, `random` a float in 0..1; `in_flight` requests at most at the same time."""

    def __init__(
        self, monotonic: Callable[[], float], random: Callable[[], float], max_in_flight: int = 40
    ) -> None:
        self._monotonic = monotonic
        self._random = random
        self._semaphore = asyncio.Semaphore(max_in_flight)
        self._rate_limit: float | None = None
        self._next_request_at = 0.0
        self._retry_at = 0.0
        self._backoff = INITIAL_BACKOFF
        self._failures = 0
        self._half_open = False
        self._recent_requests: list[float] = []
        self.unavailable_since: float | None = None

    @property
    def semaphore(self) -> asyncio.Semaphore:
        """Enter it for the time of one request."""
        return self._semaphore

    @property
    def state(self) -> ThrottleState:
        if self.unavailable_since is not None or self.retry_in() > 0:
            return ThrottleState.SUSPENDED
        return ThrottleState.NORMAL if self._rate_limit is None else ThrottleState.LIMITED

    @property
    def rate_limit(self) -> float | None:
        """Requests a second at the most; None: as many as come."""
        return self._rate_limit

    def reserve(self) -> float:
        """Seconds until the caller may make its request; 0 means now, and the turn is taken.

        A positive answer reserves nothing: the caller comes back after it and asks again.
        """
        now = self._monotonic()
        if now < self._retry_at:
            return self._retry_at - now + self._random() * min(5.0, self._backoff)
        if self.unavailable_since is not None:
            return self._try_half_open()
        return self._reserve_at_rate(now)

    def _try_half_open(self) -> float:
        if self._half_open:
            return 1.0 + self._random()
        self._half_open = True
        return 0.0

    def _reserve_at_rate(self, now: float) -> float:
        self._record_request(now)
        if self._rate_limit is None:
            return 0.0
        if now >= self._next_request_at:
            self._next_request_at = max(self._next_request_at + 1 / self._rate_limit, now)
            return 0.0
        return self._next_request_at - now + self._random() * min(5.0, 10 / self._rate_limit)

    def _record_request(self, now: float) -> None:
        self._recent_requests.append(now)
        if len(self._recent_requests) > 64:
            del self._recent_requests[:32]

    def retry_in(self) -> float:
        """Seconds until it is worth asking again."""
        return max(0.0, self._retry_at - self._monotonic())

    def record_cancelled(self) -> None:
        """A request ended without telling anything of Whisul (it was cancelled)."""
        self._half_open = False

    def record_success(self) -> None:
        """Whisul answered as it should."""
        if self.unavailable_since is not None:
            self._rate_limit = RECOVERY_RATE
        self.unavailable_since = None
        self._half_open = False
        self._failures = 0
        self._backoff = INITIAL_BACKOFF
        if self._rate_limit is not None:
            self._rate_limit *= 1.05
            if self._rate_limit > UNLIMITED_RATE:
                self._rate_limit = None

    def record_rate_limited(self, retry_after: float | None) -> None:
        """A 429: slower for all songs from here on, and nothing at all for `retry_after` seconds."""
        self._half_open = False
        now = self._monotonic()
        if now < self._retry_at:
            return
        self._rate_limit = max(MIN_RATE, (self._rate_limit or self._measured_rate(now)) / 2)
        self._suspend(now, self._backoff if retry_after is None else retry_after)

    def record_failure(self, *, definite: bool = False) -> None:
        """A request failed because Whisul can not be reached. One job's bad luck is not an outage: the gate
        closes at the third failure in a row, or at once when `surely`."""
        self._half_open = False
        self._failures += 1
        now = self._monotonic()
        if now < self._retry_at or (self._failures < FAILURE_THRESHOLD and not definite):
            return
        if self.unavailable_since is None:
            self.unavailable_since = now
        self._suspend(now, self._backoff)

    def _suspend(self, now: float, backoff: float) -> None:
        self._retry_at = now + backoff * (1 + 0.2 * self._random())
        self._backoff = min(MAX_BACKOFF, self._backoff * 2)

    def _measured_rate(self, now: float) -> float:
        if len(self._recent_requests) < 2:
            return 1.0
        return len(self._recent_requests) / max(1.0, now - self._recent_requests[0])
