"""Throttle all requests to Whisul: how many at once, how fast, and whether any at all.

Whisul documents no rate limit (see its page "Pace"), so the throttle adapts: a 429 halves the rate for all
songs, and successes raise it again. While Whisul is down, the throttle lets single requests through to check
whether it is back. After that it starts slowly, so that not all songs are sent at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum

FAILURE_THRESHOLD = 3
INITIAL_BACKOFF, MAX_BACKOFF = 2.0, 60.0
MAX_RETRY_AFTER = 120.0
MIN_RATE, RECOVERY_RATE, UNLIMITED_RATE = 0.2, 20.0, 500.0


class ThrottleState(StrEnum):
    """Whether requests may be sent normally, or none except an occasional probe."""

    NORMAL = "open"
    LIMITED = "slowed"
    SUSPENDED = "closed"


class RequestKind(StrEnum):
    """A Retry-After only applies to the kind of request that received it."""

    SUBMIT = "submit"
    POLL = "poll"


class RequestThrottle:
    """`monotonic` returns seconds, `random` a float in 0..1; `max_in_flight` limits concurrent requests."""

    def __init__(
        self, monotonic: Callable[[], float], random: Callable[[], float], max_in_flight: int = 40
    ) -> None:
        self._monotonic = monotonic
        self._random = random
        self._semaphore = asyncio.Semaphore(max_in_flight)
        self._rate_limit: float | None = None
        self._next_request_at = 0.0
        self._retry_at = dict.fromkeys(RequestKind, 0.0)
        self._backoff = INITIAL_BACKOFF
        self._failures = 0
        self._half_open = False
        self._recent_requests: list[float] = []
        self.unavailable_since: float | None = None

    @property
    def semaphore(self) -> asyncio.Semaphore:
        """Hold it for the duration of one request."""
        return self._semaphore

    @property
    def state(self) -> ThrottleState:
        if self.unavailable_since is not None or self.retry_in() > 0:
            return ThrottleState.SUSPENDED
        return ThrottleState.NORMAL if self._rate_limit is None else ThrottleState.LIMITED

    @property
    def rate_limit(self) -> float | None:
        """The maximum requests per second, or None if there is no limit."""
        return self._rate_limit

    def reserve(self, kind: RequestKind = RequestKind.POLL) -> float:
        """Return the seconds until the caller may make its request. 0 means now, and reserves the request.

        A positive value reserves nothing: wait that long and call again.
        """
        now = self._monotonic()
        if (wait := self._retry_at[kind] - now) > 0:
            return wait + self._random() * min(5.0, self._backoff)
        if self.unavailable_since is not None:
            return self._try_half_open()
        return self._reserve_at_rate(now)

    def _try_half_open(self) -> float:
        if self._half_open:
            return 1.0 + self._random()
        self._half_open = True
        return 0.0

    def _reserve_at_rate(self, now: float) -> float:
        self._recent_requests.append(now)
        if len(self._recent_requests) > 64:
            del self._recent_requests[:32]
        if self._rate_limit is None:
            return 0.0
        if now >= self._next_request_at:
            self._next_request_at = max(self._next_request_at + 1 / self._rate_limit, now)
            return 0.0
        return self._next_request_at - now + self._random() * min(5.0, 10 / self._rate_limit)

    def retry_in(self, *kinds: RequestKind) -> float:
        """Return the seconds until requests of `kinds` (all kinds if none is given) may be sent again."""
        latest = max(self._retry_at[kind] for kind in kinds or RequestKind)
        return max(0.0, latest - self._monotonic())

    def record_cancelled(self) -> None:
        """Record a request that says nothing about Whisul, because it was cancelled or never sent."""
        self._half_open = False

    def record_success(self) -> None:
        """Record a normal response from Whisul."""
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

    def record_rate_limited(self, retry_after: float | None, kind: RequestKind = RequestKind.POLL) -> None:
        """Record a 429: slow all songs down, and send no request of this kind for `retry_after` seconds.

        A Retry-After counts for two minutes at most. Without one, use a default delay.
        """
        self._half_open = False
        now = self._monotonic()
        if now < self._retry_at[kind]:
            return
        self._rate_limit = max(MIN_RATE, (self._rate_limit or self._measured_rate(now)) / 2)
        if retry_after is None:
            self._suspend(now)
        else:
            self._retry_at[kind] = now + min(MAX_RETRY_AFTER, retry_after * (1 + 0.2 * self._random()))

    def record_failure(self, *, definite: bool = False) -> None:
        """Record that Whisul could not be reached.

        Suspend requests after three consecutive failures, since a single one may concern only one job, or at
        once if `definite`.
        """
        self._half_open = False
        self._failures += 1
        now = self._monotonic()
        if now < min(self._retry_at.values()) or (self._failures < FAILURE_THRESHOLD and not definite):
            return
        if self.unavailable_since is None:
            self.unavailable_since = now
        self._suspend(now)

    def _suspend(self, now: float) -> None:
        until = now + self._backoff * (1 + 0.2 * self._random())
        self._retry_at = {kind: max(until, retry_at) for kind, retry_at in self._retry_at.items()}
        self._backoff = min(MAX_BACKOFF, self._backoff * 2)

    def _measured_rate(self, now: float) -> float:
        if len(self._recent_requests) < 2:
            return 1.0
        return len(self._recent_requests) / max(1.0, now - self._recent_requests[0])
