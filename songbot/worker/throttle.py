"""Throttle all requests to Whisul: how many at once, how fast, and whether any at all.

Whisul documents no rate limit (see its page "Pace"), so the throttle adapts: a 429 halves the rate for all
songs, and successes raise it again. While Whisul is down, the throttle lets one request through at a time
to check whether it is back. After that it starts slowly, so that not all songs are sent at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum

from .circuit_breaker import CircuitBreaker, CircuitState
from .rate_limiter import AdaptiveRateLimiter

INITIAL_BACKOFF, MAX_BACKOFF = 2.0, 60.0
MAX_RETRY_AFTER = 120.0


class ThrottleState(StrEnum):
    """Whether requests may be sent normally, slowly, or not at all except an occasional probe."""

    NORMAL = "normal"
    LIMITED = "limited"
    SUSPENDED = "suspended"


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
        self.semaphore = asyncio.Semaphore(max_in_flight)
        """The limit on concurrent requests, to be held for the duration of each."""
        self._limiter = AdaptiveRateLimiter(random)
        self._breaker = CircuitBreaker()
        self._retry_at = dict.fromkeys(RequestKind, 0.0)
        self._backoff = INITIAL_BACKOFF

    @property
    def state(self) -> ThrottleState:
        if self._breaker.state is not CircuitState.CLOSED or self.retry_in() > 0:
            return ThrottleState.SUSPENDED
        return ThrottleState.NORMAL if self.rate_limit is None else ThrottleState.LIMITED

    @property
    def rate_limit(self) -> float | None:
        """Return the maximum requests per second, or None if there is no limit."""
        return self._limiter.limit

    @property
    def unavailable_since(self) -> float | None:
        """Return the monotonic time at which Whisul was found to be down, or None if it is not."""
        return self._breaker.opened_at

    def reserve(self, kind: RequestKind = RequestKind.POLL) -> float:
        """Return the seconds until the caller may make its request. 0 means now, and reserves the request.

        A positive value reserves nothing: wait that long and call again.
        """
        now = self._monotonic()
        if (wait := self._retry_at[kind] - now) > 0:
            return wait + self._random() * min(5.0, self._backoff)
        if self._breaker.state is CircuitState.CLOSED:
            return self._limiter.reserve(now)
        return 0.0 if self._breaker.try_half_open() else 1.0 + self._random()

    def retry_in(self, *kinds: RequestKind) -> float:
        """Return the seconds until requests of `kinds` (all kinds if none is given) may be sent again."""
        latest = max(self._retry_at[kind] for kind in kinds or RequestKind)
        return max(0.0, latest - self._monotonic())

    def record_cancelled(self) -> None:
        """Record a request that says nothing about Whisul, because it was cancelled or never sent."""
        self._breaker.end_trial()

    def record_success(self) -> None:
        """Record a normal response from Whisul."""
        if self._breaker.state is not CircuitState.CLOSED:
            self._limiter.start_slowly()
        self._breaker.close()
        self._backoff = INITIAL_BACKOFF
        self._limiter.increase()

    def record_rate_limited(self, retry_after: float | None, kind: RequestKind = RequestKind.POLL) -> None:
        """Record a 429: slow all songs down, and send no request of this kind for `retry_after` seconds.

        A Retry-After counts for two minutes at most. Without one, use a default delay.
        """
        self._breaker.end_trial()
        now = self._monotonic()
        if now < self._retry_at[kind]:
            return
        self._limiter.halve(now)
        if retry_after is None:
            self._suspend(now)
        else:
            self._retry_at[kind] = now + min(MAX_RETRY_AFTER, retry_after * (1 + 0.2 * self._random()))

    def record_failure(self, *, definite: bool = False) -> None:
        """Record that Whisul could not be reached.

        Suspend requests after several consecutive failures, or at once if `definite`.
        """
        threshold_reached = self._breaker.record_failure()
        now = self._monotonic()
        if now >= min(self._retry_at.values()) and (threshold_reached or definite):
            self._breaker.open(now)
            self._suspend(now)

    def _suspend(self, now: float) -> None:
        until = now + self._backoff * (1 + 0.2 * self._random())
        self._retry_at = {kind: max(until, retry_at) for kind, retry_at in self._retry_at.items()}
        self._backoff = min(MAX_BACKOFF, self._backoff * 2)
