"""Measure how long processes waited for a CPU, so that tests can discount the load on the machine."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


class CpuWait:
    """Adds up the time that main threads were ready to run but had no CPU.

    This is the second number in /proc/PID/schedstat, in nanoseconds (Linux, "sched-stats"). Without that
    file, the time is zero.
    """

    def __init__(self, *pids: int) -> None:
        self._seconds = dict.fromkeys(pids, 0.0)

    def watch(self, pid: int) -> None:
        """Add a process. Adding it twice has no effect."""
        self._seconds.setdefault(pid, 0.0)

    def seconds(self) -> float:
        """Return the sum over all processes, including those that have ended."""
        for pid, known in self._seconds.items():
            with suppress(OSError, ValueError, IndexError):
                waited = int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
                self._seconds[pid] = max(known, waited)
        return sum(self._seconds.values())
