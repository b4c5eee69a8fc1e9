"""Run the bot in processes that kill themselves at a chosen moment.

This script imports the bot once. For each line on its standard input (JSON with `folder`, `environment`,
`log`, `crash_at` and `tests_pid`) it forks a process and writes the process's id, so that trying many moments
costs only one import. A forked process runs `bot.main()`, as `python bot.py` does.

From the first interaction on, a process prints moments such as "after COMMIT #2": before and after every
commit, before every request is sent, and after its response has arrived. `crash_at` is the beginning of a
moment's name. At the first match, the process kills itself with SIGKILL. With null, nothing is watched.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from collections import Counter
from typing import Any
from unittest import mock

import aiohttp
from discord.state import ConnectionState
from sqlalchemy.engine.default import DefaultDialect
from yarl import URL

import bot
from tests.wire.fair_bot import be_fair

MARK = "moment: "
_LONG = re.compile(r"[\w-]{17,}")
"""Ids and tokens in addresses: a moment's name has none."""


class Fuse:
    """Watches moments from the first interaction on. `crash_at` "" matches none."""

    def __init__(self, crash_at: str) -> None:
        self._crash_at = crash_at
        self._passed: Counter[str] = Counter()
        self.burning = False

    def moment(self, name: str) -> None:
        """Report this moment. If it is the chosen one, kill the process."""
        if not self.burning:
            return
        self._passed[name] += 1
        named = f"{name} #{self._passed[name]}"
        os.write(2, f"{MARK}{named}\n".encode())
        if self._crash_at and named.startswith(self._crash_at):
            os.kill(os.getpid(), signal.SIGKILL)


def install(fuse: Fuse) -> None:
    """Watch everything that has an effect outside of the process."""
    request = aiohttp.ClientSession._request
    commit = DefaultDialect.do_commit
    begin = ConnectionState.parse_interaction_create

    async def counted_request(session: Any, method: str, url: Any, **how: Any) -> Any:
        name = f"{method} {_LONG.sub('…', URL(url).path.removeprefix('/api').removeprefix('/v10'))}"
        fuse.moment(f"before {name}")
        answer = await request(session, method, url, **how)
        fuse.moment(f"after {name}")
        return answer

    def counted_commit(dialect: Any, connection: Any) -> None:
        fuse.moment("before COMMIT")
        commit(dialect, connection)
        fuse.moment("after COMMIT")

    def parse_interaction_create(state: Any, data: Any) -> None:
        fuse.burning = True
        begin(state, data)

    mock.patch.object(aiohttp.ClientSession, "_request", counted_request).start()
    mock.patch.object(DefaultDialect, "do_commit", counted_commit).start()
    mock.patch.object(ConnectionState, "parse_interaction_create", parse_interaction_create).start()


def _be_the_bot(order: dict[str, Any]) -> None:
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for standard in (1, 2):
        os.dup2(log, standard)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    sys.argv = ["bot.py"]
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    be_fair(order["tests_pid"])
    if order["crash_at"] is not None:
        install(Fuse(order["crash_at"]))
    code = bot.main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def serve() -> None:
    """Fork processes until the standard input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody collects their exit codes
    for line in sys.stdin:
        order = json.loads(line)
        process = os.fork()
        if process == 0:
            _be_the_bot(order)
        sys.stdout.write(f"{process}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
