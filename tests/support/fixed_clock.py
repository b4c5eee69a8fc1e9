"""Provide a clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import datetime, timedelta

from .virtual_clock import EPOCH


class FixedClock:
    """A clock that moves only when told: `time` sets the wall clock alone, `advance` moves both."""

    def __init__(self, time: datetime = EPOCH) -> None:
        self.time = time
        self.elapsed = 0.0
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.elapsed

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        self.elapsed += seconds

    async def sleep(self, seconds: float) -> None:
        """Record the sleep in `sleeps`, and let its time pass at once."""
        self.sleeps.append(seconds)
        self.advance(seconds)
