"""The one gate through which all requests to Whisul go: how many at once, how fast, and whether at all.

Whisul names no rate limit (its page "Pace"), so the gate finds it: a 429 halves the pace for all songs and
success lets it recover. When Whisul is down the gate closes, lets one request through now and then to see,
and opens again slowly, so that nobody rushes in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum

FAILURES_TO_CLOSE = 3
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
SLOWEST_RATE, RECOVERY_RATE, FREE_RATE = 0.2, 20.0, 500.0


class Flow(StrEnum):
    """What the gate does: lets all through, each in its turn, or (but for a probe now and then) nobody."""

    OPEN = "open"
    SLOWED = "slowed"
    CLOSED = "closed"


class Gate:
    """`monotonic` gives seconds, `random` a float in 0..1; `in_flight` requests at most at the same time."""

    def __init__(
        self, monotonic: Callable[[], float], random: Callable[[], float], in_flight: int = 40
    ) -> None:
        self._monotonic = monotonic
        self._random = random
        self._slots = asyncio.Semaphore(in_flight)
        self._rate: float | None = None
        self._next_turn = 0.0
        self._reopens_at = 0.0
        self._pause = FIRST_PAUSE
        self._failures = 0
        self._probing = False
        self._recent_turns: list[float] = []
        self.down_since: float | None = None

    @property
    def slots(self) -> asyncio.Semaphore:
        """Enter it for the time of one request."""
        return self._slots

    @property
    def flow(self) -> Flow:
        if self.down_since is not None or self.closed_for() > 0:
            return Flow.CLOSED
        return Flow.OPEN if self._rate is None else Flow.SLOWED

    @property
    def rate(self) -> float | None:
        """Requests a second at the most; None: as many as come."""
        return self._rate

    def turn_in(self) -> float:
        """Seconds until the caller may make its request; 0 means now, and the turn is taken.

        A positive answer reserves nothing: the caller comes back after it and asks again.
        """
        now = self._monotonic()
        if now < self._reopens_at:
            return self._reopens_at - now + self._random() * min(5.0, self._pause)
        if self.down_since is not None:
            return self._probe()
        return self._paced(now)

    def _probe(self) -> float:
        if self._probing:
            return 1.0 + self._random()
        self._probing = True
        return 0.0

    def _paced(self, now: float) -> float:
        self._note_turn(now)
        if self._rate is None:
            return 0.0
        if now >= self._next_turn:
            self._next_turn = max(self._next_turn + 1 / self._rate, now)
            return 0.0
        return self._next_turn - now + self._random() * min(5.0, 10 / self._rate)

    def _note_turn(self, now: float) -> None:
        self._recent_turns.append(now)
        if len(self._recent_turns) > 64:
            del self._recent_turns[:32]

    def closed_for(self) -> float:
        """Seconds until it is worth asking again."""
        return max(0.0, self._reopens_at - self._monotonic())

    def gave_up(self) -> None:
        """A request ended without telling anything of Whisul (it was cancelled)."""
        self._probing = False

    def succeeded(self) -> None:
        """Whisul answered as it should."""
        if self.down_since is not None:
            self._rate = RECOVERY_RATE
        self.down_since = None
        self._probing = False
        self._failures = 0
        self._pause = FIRST_PAUSE
        if self._rate is not None:
            self._rate *= 1.05
            if self._rate > FREE_RATE:
                self._rate = None

    def asked_to_slow(self, retry_after: float | None) -> None:
        """A 429: slower for all songs from here on, and nothing at all for `retry_after` seconds."""
        self._probing = False
        now = self._monotonic()
        if now < self._reopens_at:
            return
        self._rate = max(SLOWEST_RATE, (self._rate or self._measured_rate(now)) / 2)
        self._close(now, self._pause if retry_after is None else retry_after)

    def lost(self, *, surely: bool = False) -> None:
        """A request failed because Whisul can not be reached. One job's bad luck is not an outage: the gate
        closes at the third failure in a row, or at once when `surely`."""
        self._probing = False
        self._failures += 1
        now = self._monotonic()
        if now < self._reopens_at or (self._failures < FAILURES_TO_CLOSE and not surely):
            return
        if self.down_since is None:
            self.down_since = now
        self._close(now, self._pause)

    def _close(self, now: float, pause: float) -> None:
        self._reopens_at = now + pause * (1 + 0.2 * self._random())
        self._pause = min(LONGEST_PAUSE, self._pause * 2)

    def _measured_rate(self, now: float) -> float:
        if len(self._recent_turns) < 2:
            return 1.0
        return len(self._recent_turns) / max(1.0, now - self._recent_turns[0])
