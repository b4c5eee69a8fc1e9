"""Simulate requests between a process and one of its neighbours: database, Whisul, Discord.

The neighbour's part runs in the world's context, so a request in transit arrives even if its process is
frozen or killed in the meantime.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum, auto
from functools import partial
from random import Random
from typing import Any, TypeVar

from .loop import WORLD, SimulatedLoop

T = TypeVar("T")
FOREVER = 10**9
HOUR = 3600.0
LATEST = {"database": HOUR, "Whisul": 600.0, "Discord": 180.0}
"""Seconds after which no request to a neighbour takes effect any more.

A request outlives its caller in the buffers of a broken connection, which Linux keeps for about 100 s, or
behind a proxy that stops waiting for the server, in Cloudflare's case after about as long.
"""


class Trouble(StrEnum):
    """What can happen to one request."""

    REFUSED = auto()
    """It never arrives, which is known at once."""
    SILENT = auto()
    """It never arrives, and there is never a response."""
    ANSWER_LOST = auto()
    """It takes effect, but its response never arrives."""
    ANSWER_LATE = auto()
    """It takes effect, but its response arrives seconds later."""
    EFFECT_LATE = auto()
    """It takes effect only seconds later, or up to an hour (`LATEST`)."""
    HELD = auto()
    """It takes effect at the worst moment: when a POST has arrived at Whisul. There is never a response."""
    ERROR = auto()
    """The neighbour returns an error of its own, and the request has no effect."""


class NoAnswer(Exception):
    """There was no response within the time that the caller waits."""


class Refused(Exception):
    """The request did not arrive."""


@dataclass
class Link:
    """`noise` is the chance of trouble for each request; the trouble is then one of `kinds`.

    `cut` is what currently happens to every request because this link is cut, and `away` because the
    neighbour is down.
    """

    name: str
    loop: SimulatedLoop
    random: Random
    tell: Callable[..., None]
    kinds: tuple[Trouble, ...]
    noise: float = 0.0
    cut: Trouble | None = None
    away: Trouble | None = None
    troubled_at: float = -FOREVER
    closed: bool = False
    late_until: float = 0.0
    """When the last request that takes effect late will have done so."""
    held: list[Callable[[], None]] = field(default_factory=list)
    trap: Callable[[], object] | None = None
    """Called once, at the next request."""

    def next_trouble(self) -> Trouble | None:
        if self.trap is not None:
            trap, self.trap = self.trap, None
            trap()
        trouble = self.cut or self.away
        if trouble is None and self.noise and self.random.random() < self.noise:
            trouble = self.random.choice(self.kinds)
        if trouble is not None:
            self.troubled_at = self.loop.now
            self.tell("%s: %s", self.name, trouble)
        return trouble

    async def request(self, effect: Callable[[], T], trouble: Trouble | None, timeout: float) -> T:
        """Run `effect` at the neighbour and return its result. Raise Refused, NoAnswer, or its error."""
        if self.closed:
            raise asyncio.CancelledError
        random = self.random.random
        if trouble is Trouble.REFUSED:
            await asyncio.sleep(0.001 + random() * 0.02)
            raise Refused
        if trouble is Trouble.SILENT:
            await asyncio.sleep(timeout)
            raise NoAnswer
        there, back = random() * 0.02, random() * 0.02
        if trouble is Trouble.ANSWER_LOST:
            back = FOREVER
        elif trouble is Trouble.ANSWER_LATE:
            back = random() ** 2 * timeout * 1.5
        elif trouble is Trouble.EFFECT_LATE:
            there = self._lateness(timeout)
        answer: asyncio.Future[T] = self.loop.create_future()
        if trouble is Trouble.HELD:
            there = FOREVER
            self.held.append(partial(self._arrive, effect, answer, FOREVER))
        else:
            self.loop.call_later(there, self._arrive, effect, answer, back, context=WORLD)
        if there + back > timeout:
            self.loop.call_later(timeout, _settle, answer, None, NoAnswer(), context=WORLD)
        return await answer

    def _lateness(self, timeout: float) -> float:
        """Return the seconds until a request takes effect, mostly about as many as its caller waits."""
        random = self.random.random
        few = min(timeout * 3, LATEST[self.name])
        there = random() ** 2 * few if random() < 0.8 else random() ** 4 * LATEST[self.name]
        self.late_until = max(self.late_until, self.loop.now + there)
        tell = partial(self.tell, "%s: a request of %.3f s ago takes effect", self.name, there)
        self.loop.call_later(there, tell, context=WORLD)
        return there

    def release(self) -> None:
        """Let the held requests arrive, within milliseconds."""
        for arrive in self.held:
            self.loop.call_later(self.random.random() * 0.005, arrive, context=WORLD)
        self.held.clear()

    def _arrive(self, effect: Callable[[], Any], answer: asyncio.Future[Any], back: float) -> None:
        result, error = None, None
        try:
            result = effect()
        except Exception as raised:
            error = raised
        if back < FOREVER and not answer.done():
            self.loop.call_later(back, _settle, answer, result, error, context=WORLD)


def _settle(answer: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if answer.done():
        return
    if error is None:
        answer.set_result(result)
    else:
        answer.set_exception(error)
