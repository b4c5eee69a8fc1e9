"""Show a song's progress in the shell: an animated bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TextIO

USUAL_SECONDS = 150.0
_BAR_WIDTH = 30
_TICK_SECONDS = 0.5


def bar_fraction(elapsed: float, usual: float = USUAL_SECONDS) -> float:
    """Return how full the bar is, from 0 to just under 1: only a finished song fills it."""
    if elapsed <= usual:
        return 0.9 * max(0.0, elapsed) / usual
    return 0.9 + 0.09 * (1 - math.exp(-(elapsed - usual) / usual))


def clock_text(seconds: float) -> str:
    """Format seconds as `m:ss`."""
    minutes, rest = divmod(int(max(0.0, seconds)), 60)
    return f"{minutes}:{rest:02}"


def plain(text: str) -> str:
    """Return external text without characters that could control a terminal."""
    return "".join(character if character.isprintable() else "�" for character in text)


class Progress:
    """Writes progress to `stream` (stderr). `clock` returns monotonic seconds."""

    def __init__(
        self,
        stream: TextIO,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._stream, self._clock, self._sleep = stream, clock, sleep
        self._is_terminal = stream.isatty()
        self._begun = clock()
        self._words = ""

    def say(self, line: str) -> None:
        """Write one line in place of the bar, if there is one."""
        self._write(("\r\x1b[K" if self._is_terminal else "") + plain(line) + "\n")

    def update(self, words: str) -> None:
        """Show the current state. Without a terminal, write a line only when it changes."""
        if words != self._words and not self._is_terminal:
            self.say(words)
        self._words = words

    @asynccontextmanager
    async def moving(self) -> AsyncGenerator[None]:
        """Keep the bar moving on a terminal until cancelled."""
        if not self._is_terminal:
            yield
            return
        self._begun = self._clock()
        mover = asyncio.create_task(self._move(), name="progress bar")
        try:
            yield
        finally:
            mover.cancel()
            await asyncio.gather(mover, return_exceptions=True)
            self._write("\r\x1b[K")

    async def _move(self) -> None:
        while True:
            elapsed = self._clock() - self._begun
            filled = round(_BAR_WIDTH * bar_fraction(elapsed))
            bar = "#" * filled + "-" * (_BAR_WIDTH - filled)
            self._write(f"\r\x1b[K[{bar}] {clock_text(elapsed)} {plain(self._words)}")
            await self._sleep(_TICK_SECONDS)

    def _write(self, text: str) -> None:
        encoding = self._stream.encoding or "utf-8"
        self._stream.write(text.encode(encoding, "replace").decode(encoding))
        self._stream.flush()
