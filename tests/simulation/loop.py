"""An event loop on virtual time that several simulated processes share.

Time jumps to the next timer when nothing else is ready. Every callback runs in the context of its process, so
that a process can be frozen (its callbacks are kept until it thaws) or killed (it never thaws), as SIGSTOP
and SIGKILL do it: between two callbacks, without any part in it for the process's own code.
"""

from __future__ import annotations

import asyncio
import heapq
from asyncio import BaseEventLoop, Handle
from collections.abc import Coroutine
from contextvars import ContextVar, copy_context
from itertools import count
from typing import Any, TypeVar

T = TypeVar("T")

PROCESS: ContextVar[int] = ContextVar("process", default=0)
"""The number of the simulated process that a callback belongs to; 0 for the world around them."""
WORLD = copy_context()


class Deadlock(Exception):
    """Nothing is scheduled any more, and the run has not ended."""


class SimulatedTask(asyncio.Task[Any]):
    """A task whose hash depends on its number alone, so that sets of tasks have one order in every run."""

    _numbers = count()

    def __new__(cls, *_args: Any, **_kwargs: Any) -> SimulatedTask:
        task = super().__new__(cls)
        task.number = next(cls._numbers)
        return task

    def __hash__(self) -> int:
        return self.number


class SimulatedLoop(BaseEventLoop):
    """`frozen` maps the number of a process that stands still to the callbacks that wait for its thaw."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.frozen: dict[int, list[Handle]] = {}
        self.failures: list[dict[str, Any]] = []
        SimulatedTask._numbers = count()
        self.set_task_factory(lambda loop, coro, **kwargs: SimulatedTask(coro, loop=loop, **kwargs))
        self.set_exception_handler(lambda _loop, context: self.failures.append(context))

    def time(self) -> float:
        return self.now

    def freeze(self, process: int) -> None:
        self.frozen.setdefault(process, [])

    def thaw(self, process: int) -> None:
        """Let the process go on: what became due meanwhile runs at once, in the order of its due times."""
        self._ready.extend(self.frozen.pop(process, ()))

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """Run `main` to its end and close the loop."""
        try:
            return self.run_until_complete(main)
        finally:
            self.close()

    def _run_once(self) -> None:
        scheduled, ready = self._scheduled, self._ready
        if not ready:
            while scheduled and scheduled[0]._cancelled:
                heapq.heappop(scheduled)._scheduled = False
            if not scheduled:
                raise Deadlock
            self.now = max(self.now, scheduled[0]._when)
        while scheduled and scheduled[0]._when <= self.now:
            handle = heapq.heappop(scheduled)
            handle._scheduled = False
            ready.append(handle)
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle._cancelled and not (self.frozen and self._is_held(handle)):
                handle._run()

    def _is_held(self, handle: Handle) -> bool:
        kept = self.frozen.get(handle._context.get(PROCESS, 0))
        if kept is None:
            return False
        kept.append(handle)
        return True

    def _timer_handle_cancelled(self, handle: Handle) -> None:
        """Cancelled timers leave the heap when their time comes."""

    def _process_events(self, event_list: Any) -> None:
        """There are no sockets."""

    def _write_to_self(self) -> None:
        """There are no other threads."""
