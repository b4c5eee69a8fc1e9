"""Run a script of the bot: `python -m tests.wire.fair_bot SCRIPT ARGUMENT...`.

While the bot or the tests' process waits for a CPU, the bot's time to acknowledge stands still, just as the
loopback Discord does not count it.
"""

from __future__ import annotations

import os
import runpy
import sys
import time

from songbot.interactions import acknowledge
from tests.support.cpu_wait import CpuWait


class FairTime:
    """Stands in for the module `time`."""

    def __init__(self, *pids: int) -> None:
        self._cpu_wait = CpuWait(*pids)

    def monotonic(self) -> float:
        return time.monotonic() - self._cpu_wait.seconds()


def be_fair(tests_pid: int) -> None:
    """Replace the clock of this process's acknowledgements."""
    acknowledge.time = FairTime(os.getpid(), tests_pid)  # pyright: ignore[reportAttributeAccessIssue]


if __name__ == "__main__":
    be_fair(os.getppid())
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
