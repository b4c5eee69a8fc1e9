"""Compute how long to wait between two polls. Pure. Whisul asks for one poll every 5 to 10 seconds."""

from __future__ import annotations

from collections.abc import Callable

from whisul_api.errors import RateLimited, WhisulError

MIN_INTERVAL_SECONDS = 5.0
MAX_BACKOFF_SECONDS = 60.0
NOT_THERE_YET_SECONDS = 60.0
"""For this many seconds after the POST, a 404 may only mean that the job does not exist yet."""


def pause(
    interval: float, fault: WhisulError | None, failures: int, spread: Callable[[float, float], float]
) -> float:
    """Return the seconds until the next poll: at least 5, doubled with every failure, or Retry-After.

    `failures` counts consecutive failures, including this one; `spread(low, high)` returns the jitter.
    """
    usual = max(MIN_INTERVAL_SECONDS, interval)
    if fault is None or failures == 0:
        return usual
    doubled = min(max(usual, MAX_BACKOFF_SECONDS), usual * 2 ** min(failures, 10))
    backoff = doubled * spread(1.0, 1.25)
    if isinstance(fault, RateLimited) and fault.retry_after is not None:
        return max(usual, fault.retry_after)
    return backoff
