"""Start bots as forks of one process that has imported the bot already: see `preloaded_bot.py`."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import BinaryIO

ROOT = Path(__file__).parents[2]


class ForkedProcess:
    """Has what tests need of `asyncio.subprocess.Process`, for a process that is not their child."""

    def __init__(self, pid: int, status: asyncio.StreamReader) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._end = asyncio.create_task(self._watch(status), name=f"end of {pid}")

    async def _watch(self, status: asyncio.StreamReader) -> None:
        self.returncode = int(await status.readline())

    async def wait(self) -> None:
        await asyncio.shield(self._end)


async def fork_bot(folder: Path, environment: dict[str, str], output: BinaryIO) -> ForkedProcess:
    """Run the bot in this folder, without any other environment."""
    reading, writing = os.pipe()
    order = {"folder": str(folder), "environment": environment, "tests_pid": os.getpid()}
    line = json.dumps(order).encode()
    sent = await asyncio.to_thread(socket.send_fds, _preloaded(), [line], [output.fileno(), writing])
    assert sent == len(line)
    os.close(writing)
    status = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(status), os.fdopen(reading, "rb")
    )
    return ForkedProcess(int(await status.readline()), status)


@cache
def _preloaded() -> socket.socket:
    """Start the process from which bots are forked. It ends when the tests' process does."""
    ours, theirs = socket.socketpair()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.wire.preloaded_bot", str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )
    theirs.close()
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours
