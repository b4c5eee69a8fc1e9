"""Stop requests to a service that is down, and let one through at a time to see whether it is back."""

from __future__ import annotations

from enum import StrEnum

FAILURE_THRESHOLD = 3
"""Consecutive failures before the circuit opens. A single one may concern only one job."""


class CircuitState(StrEnum):
    """Closed: all requests may be sent. Half-open: one trial request is under way. Open: none is."""

    CLOSED = "closed"
    HALF_OPEN = "half-open"
    OPEN = "open"


class CircuitBreaker:
    """Counts failures. The caller decides when to open the circuit, and how long to wait before a trial."""

    def __init__(self) -> None:
        self._failures = 0
        self._on_trial = False
        self.opened_at: float | None = None
        """The time passed to `open`, or None while the circuit is closed."""

    @property
    def state(self) -> CircuitState:
        if self.opened_at is None:
            return CircuitState.CLOSED
        return CircuitState.HALF_OPEN if self._on_trial else CircuitState.OPEN

    def try_half_open(self) -> bool:
        """Reserve the trial request. Return False if one is under way or the circuit is closed."""
        if self.state is not CircuitState.OPEN:
            return False
        self._on_trial = True
        return True

    def end_trial(self) -> None:
        """Record that a request ended without showing whether the service works."""
        self._on_trial = False

    def close(self) -> None:
        """Record that the service works."""
        self._on_trial = False
        self._failures = 0
        self.opened_at = None

    def record_failure(self) -> bool:
        """Return True if the failures in a row have reached the threshold."""
        self._on_trial = False
        self._failures += 1
        return self._failures >= FAILURE_THRESHOLD

    def open(self, now: float) -> None:
        """Open the circuit. It keeps the time at which it was opened first."""
        if self.opened_at is None:
            self.opened_at = now
