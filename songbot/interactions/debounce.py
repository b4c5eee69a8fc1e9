"""Ignore repeated presses that mean the same thing."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from songbot.songs.orders import DOUBLE_CLICK_WINDOW


class Debouncer:
    """Protects Discord and the database from fast repeated presses, which would post dozens of progress
    messages.

    The database guarantees a single song, also across processes. `monotonic` returns seconds.
    """

    def __init__(
        self, monotonic: Callable[[], float], seconds: float = DOUBLE_CLICK_WINDOW.total_seconds()
    ) -> None:
        self._monotonic = monotonic
        self._seconds = seconds
        self._pressed: dict[Hashable, float] = {}

    def try_acquire(self, press: Hashable) -> bool:
        """Return True once per `seconds`, unless `press` is released in between."""
        now = self._monotonic()
        for earlier, at in list(self._pressed.items()):
            if now - at < self._seconds:
                break
            del self._pressed[earlier]
        if press in self._pressed:
            return False
        self._pressed[press] = now
        return True

    def release(self, press: Hashable) -> None:
        """Accept the next press again, because this one had no effect."""
        self._pressed.pop(press, None)
