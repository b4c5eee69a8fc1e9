"""Fork bots from a process that has already imported `bot`, which saves each of them most of its start.

This script is run by `forks.py`. For each line on the socket (JSON with `folder`, `environment` and
`tests_pid`, together with two file descriptors) it forks a process that runs `bot.py`, with the first
descriptor as its output. The second one gets the process's id and, once it has ended, its exit code.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import signal
import socket
import sys
from typing import Any

import bot
from tests.wire.fair_bot import be_fair


def serve(orders: socket.socket) -> dict[str, Any] | None:
    """Fork a process for each order. Return the order there, and None here when there are no more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody collects the watchers' exit codes
    while True:
        line, descriptors, _, _ = socket.recv_fds(orders, 65536, 2)
        if not line:
            return None
        if os.fork() == 0:
            orders.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _fork_and_watch(*descriptors)
            return json.loads(line)
        for descriptor in descriptors:
            os.close(descriptor)


def _fork_and_watch(output: int, status: int) -> None:
    """Return only in the forked process. The other one reports its exit code, and ends."""
    process = os.fork()
    if process == 0:
        os.close(status)
        for standard in (1, 2):
            os.dup2(output, standard)
        return
    os.close(output)
    os.write(status, f"{process}\n".encode())
    _, ended = os.waitpid(process, 0)
    os.write(status, f"{os.waitstatus_to_exitcode(ended)}\n".encode())
    os._exit(0)


def main() -> None:
    gc.freeze()
    order = serve(socket.socket(fileno=int(sys.argv[1])))
    if order is None:
        return
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    be_fair(order["tests_pid"])
    gc.unfreeze()
    sys.argv = [str(bot.__file__)]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
