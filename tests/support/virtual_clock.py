"""Run an event loop whose time jumps to the next timer when it is idle, so that hours pass in
milliseconds."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
EPOCH = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class _VirtualSelector(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.warped = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("nothing is scheduled any more: the test would hang for ever")
        ready = super().select(0)
        if not ready:
            self.warped += max(0.0, timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._warp = _VirtualSelector()
        super().__init__(self._warp)

    def time(self) -> float:
        return self._warp.warped


class VirtualClock:
    """The clock of the running VirtualLoop. `shift` moves only the wall clock, as if someone had set it."""

    def __init__(self) -> None:
        self.shift = timedelta()

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self.monotonic()) + self.shift


def run(test: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(test)
