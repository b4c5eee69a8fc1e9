"""How long processes have waited for a core, so that tests can measure as if the machine were quiet."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


class CpuWait:
    """Add up the time for which main threads were ready to run and did not.

    That is the second number of /proc/PID/schedstat, in nanoseconds (Linux, "sched-stats"). Where there is no
    such file, nothing has waited.
    """

    def __init__(self, *pids: int) -> None:
        self._seconds = dict.fromkeys(pids, 0.0)

    def watch(self, pid: int) -> None:
        """Add a process; watching it twice changes nothing."""
        self._seconds.setdefault(pid, 0.0)

    def seconds(self) -> float:
        """Return the sum over all processes, those that have ended included."""
        for pid, known in self._seconds.items():
            with suppress(OSError, ValueError, IndexError):
                waited = int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
                self._seconds[pid] = max(known, waited)
        return sum(self._seconds.values())
