"""Of presses that mean the same, only the first counts for a moment."""

from __future__ import annotations

from collections.abc import Callable, Hashable

SECONDS = 10.0


class Debouncer:
    """Spares Discord and the database what a person does by pressing fast: nobody posts fifty lines a second.

    It is the database that makes sure of one song, also over several processes. `monotonic` gives seconds.
    """

    def __init__(self, monotonic: Callable[[], float], seconds: float = SECONDS) -> None:
        self._monotonic = monotonic
        self._seconds = seconds
        self._pressed: dict[Hashable, float] = {}

    def try_acquire(self, press: Hashable) -> bool:
        """True once in `seconds`, unless it is forgotten in between."""
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
        """Nothing came of it: the next press counts again."""
        self._pressed.pop(press, None)
