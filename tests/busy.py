"""Run all tests repeatedly beside processes that keep the machine busy: `python -m tests.busy`.

A test that depends on the wall clock fails here sooner or later. A failed run is counted and never repeated.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True, slots=True)
class Run:
    """Holds the results of one pytest run: exit code, last line, duration, and the lines of failed tests."""

    exit_code: int
    summary: str
    seconds: float
    failures: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"exit code {self.exit_code} in {self.seconds:.0f} s: {self.summary}"


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """Keep `processes` cores busy while the block runs."""
    burners = [
        multiprocessing.Process(target=_burn, args=(os.getpid(),), daemon=True) for _ in range(processes)
    ]
    for burner in burners:
        burner.start()
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.join()


def _burn(parent: int) -> None:
    """Compute until the parent process is gone."""
    while os.getppid() == parent:
        sum(range(1_000_000))


def run_once(pytest_arguments: Sequence[str]) -> Run:
    """Run pytest in a process of its own."""
    begun = monotonic()
    command = [sys.executable, "-m", "pytest", "-q", *pytest_arguments]
    ended = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False
    )
    lines = ended.stdout.strip().splitlines() or ["pytest printed nothing"]
    failures = tuple(line for line in lines if line.startswith(("FAILED ", "ERROR ")))
    return Run(ended.returncode, lines[-1].strip("= "), monotonic() - begun, failures)


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if every run passed, 1 if one did not."""
    parser = argparse.ArgumentParser("python -m tests.busy", description=__doc__)
    parser.add_argument("--runs", type=int, default=10, help="how many times all tests run (10)")
    parser.add_argument("--processes", type=int, default=4, help="busy processes beside them (4)")
    parser.add_argument("pytest", nargs="*", help="arguments for pytest, after --")
    options = parser.parse_args(arguments)
    bad = 0
    with busy(options.processes):
        for number in range(1, options.runs + 1):
            run = run_once(options.pytest)
            bad += run.exit_code != 0
            print(f"run {number} of {options.runs}, {run}", *run.failures, sep="\n  ", flush=True)
    print(f"{options.runs - bad} of {options.runs} runs passed beside {options.processes} busy processes")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
