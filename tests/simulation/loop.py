"""Define an event loop on virtual time that several simulated processes share.

Time jumps to the next timer when nothing else is ready. Every callback runs in the context of its process, so
a process can be frozen (its callbacks are kept until it thaws) or killed (it never thaws). As with SIGSTOP
and SIGKILL, this happens between two callbacks, and the process's own code is not involved.
"""

from __future__ import annotations

import asyncio
from asyncio import BaseEventLoop
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from heapq import heappop, heappush
from itertools import count
from typing import Any, TypeVar

T = TypeVar("T")

PROCESS: ContextVar[int] = ContextVar("process", default=0)
"""The number of the simulated process that a callback belongs to, or 0 for the world around them."""
WORLD = copy_context()


class Deadlock(Exception):
    """Nothing is scheduled any more, although the run has not ended."""


class SimulatedTask(asyncio.Task[Any]):
    """A task whose hash depends only on its number, so that sets of tasks keep their order in every run."""

    _numbers = count()

    def __new__(cls, *_args: Any, **_kwargs: Any) -> SimulatedTask:
        task = super().__new__(cls)
        task.number = next(cls._numbers)
        return task

    def __hash__(self) -> int:
        return self.number


class SimulatedHandle:
    """A callback that waits for its turn: asyncio's Handle without what only a debugger needs."""

    __slots__ = ("args", "callback", "context", "is_cancelled")

    def __init__(
        self, callback: Callable[..., object], args: tuple[Any, ...], context: Context | None
    ) -> None:
        self.callback, self.args = callback, args
        self.context = copy_context() if context is None else context
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True
        self.args = ()

    def cancelled(self) -> bool:
        return self.is_cancelled


class SimulatedLoop(BaseEventLoop):
    """`frozen` maps the number of each frozen process to the callbacks that wait until it thaws."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.frozen: dict[int, list[SimulatedHandle]] = {}
        self.failures: list[dict[str, Any]] = []
        self._ready: deque[SimulatedHandle] = deque()
        self._timers: list[tuple[float, int, SimulatedHandle]] = []
        self._timer_numbers = count()
        SimulatedTask._numbers = count()
        self.set_exception_handler(lambda _loop, context: self.failures.append(context))

    def time(self) -> float:
        return self.now

    def freeze(self, process: int) -> None:
        self.frozen.setdefault(process, [])

    def thaw(self, process: int) -> None:
        """Let the process continue. Run what became due in the meantime at once, in order of due time."""
        self._ready.extend(self.frozen.pop(process, ()))

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """Run `main` to its end and close the loop."""
        try:
            return self.run_until_complete(main)
        finally:
            self.close()

    def create_task(self, coro: Any, *, name: str | None = None, context: Context | None = None) -> Any:
        return SimulatedTask(coro, loop=self, name=name, context=context)

    def call_soon(self, callback: Any, *args: Any, context: Context | None = None) -> Any:
        handle = SimulatedHandle(callback, args, context)
        self._ready.append(handle)
        return handle

    def call_later(self, delay: float, callback: Any, *args: Any, context: Context | None = None) -> Any:
        handle = SimulatedHandle(callback, args, context)
        heappush(self._timers, (self.now + delay, next(self._timer_numbers), handle))
        return handle

    def call_at(self, when: float, callback: Any, *args: Any, context: Context | None = None) -> Any:
        handle = SimulatedHandle(callback, args, context)
        heappush(self._timers, (when, next(self._timer_numbers), handle))
        return handle

    def _run_once(self) -> None:
        timers, ready = self._timers, self._ready
        if not ready:
            while timers and timers[0][2].is_cancelled:
                heappop(timers)
            if not timers:
                raise Deadlock
            self.now = max(self.now, timers[0][0])
        now = self.now
        while timers and timers[0][0] <= now:
            ready.append(heappop(timers)[2])
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle.is_cancelled and not (self.frozen and self._is_held(handle)):
                try:
                    handle.context.run(handle.callback, *handle.args)
                except Exception as error:
                    self.call_exception_handler({"message": "a callback failed", "exception": error})

    def _is_held(self, handle: SimulatedHandle) -> bool:
        kept = self.frozen.get(handle.context.get(PROCESS, 0))
        if kept is None:
            return False
        kept.append(handle)
        return True

    def _process_events(self, event_list: Any) -> None:
        """Do nothing, since there are no sockets."""

    def _write_to_self(self) -> None:
        """Do nothing, since there are no other threads."""


class SimulatedWakeup:
    """Replaces Wakeup, with one timer instead of a sleeping task, because workers wait so often."""

    def __init__(self) -> None:
        self._waiter: asyncio.Future[None] | None = None
        self._notified = False

    def notify(self) -> None:
        self._notified = True
        if self._waiter is not None:
            _wake(self._waiter)

    async def wait(self, seconds: float) -> None:
        if not self._notified and seconds > 0:
            loop = asyncio.get_running_loop()
            self._waiter = loop.create_future()
            timer = loop.call_later(seconds, _wake, self._waiter)
            try:
                await self._waiter
            finally:
                timer.cancel()
                self._waiter = None
        self._notified = False


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
