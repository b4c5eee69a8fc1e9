"""Run the local Whisul in a thread with its own event loop.

Composing uses the CPU for about a second, during which the bot must still respond.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager

from sandbox.whisul import WhisulServer


@asynccontextmanager
async def local_whisul(compose_seconds: tuple[float, float]) -> AsyncIterator[WhisulServer]:
    """Listen on a free port of 127.0.0.1 while the block runs. Raise OSError if that fails."""
    started: Future[tuple[WhisulServer, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        ended = asyncio.Event()
        async with WhisulServer(compose_seconds=compose_seconds) as server:
            started.set_result((server, asyncio.get_running_loop(), ended))
            await ended.wait()

    def run() -> None:
        try:
            asyncio.run(serve())
        except OSError as error:
            if started.done():
                raise
            started.set_exception(error)

    thread = threading.Thread(target=run, name="whisul", daemon=True)
    thread.start()
    server, loop, ended = await asyncio.wrap_future(started)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(ended.set)
        await asyncio.to_thread(thread.join, 5.0)
