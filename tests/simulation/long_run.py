"""Run seeds in batches until enough songs have been simulated, and log the total after each batch.

    python -m tests.simulation.long_run --lives 1000000 --seed 5000001 --workers 2 --log simulation.jsonl

The log has one JSON object per line: one for each run that broke a promise, and the total so far after each
batch. The same command continues where the log ends, so a run can be stopped at any time.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from .run import Verdict, simulate

PIECE = 200


@dataclass
class Sum:
    """The total of all runs up to seed `last`. `hours` is virtual; `cpu_seconds` is for all processes."""

    last: int
    runs: int = 0
    lives: int = 0
    broken: int = 0
    hours: float = 0.0
    cpu_seconds: float = 0.0

    def add(self, verdict: Verdict, cpu_seconds: float) -> None:
        self.last = verdict.seed
        self.runs += 1
        self.lives += verdict.songs
        self.broken += verdict.violation is not None
        self.hours += verdict.seconds / 3600
        self.cpu_seconds += cpu_seconds


def main(arguments: list[str] | None = None) -> int:
    """Return 0 if no run has broken a promise, else 1."""
    options = _options(arguments)
    total = resumed(options.log) or Sum(last=options.seed - 1)
    gc.freeze()
    with (
        options.log.open("a") as log,
        multiprocessing.get_context("fork").Pool(options.workers, maxtasksperchild=20 * PIECE) as pool,
    ):

        def write(line: object) -> None:
            log.write(json.dumps(line) + "\n")
            log.flush()

        while total.lives < options.lives:
            seeds = range(total.last + 1, total.last + 1 + PIECE)
            run_piece(pool.imap(timed, seeds, chunksize=10), total, write)
    sys.stdout.write(json.dumps(asdict(total)) + "\n")
    return 1 if total.broken else 0


def run_piece(verdicts: Iterable[tuple[Verdict, float]], total: Sum, write: Callable[[object], None]) -> None:
    """Add the verdicts to the total, and write those of broken promises, then the total."""
    for verdict, cpu_seconds in verdicts:
        total.add(verdict, cpu_seconds)
        if verdict.violation is not None:
            write({"seed": verdict.seed, "broken": str(verdict.violation)})
    write(asdict(total))


def timed(seed: int) -> tuple[Verdict, float]:
    begun = time.process_time()
    return simulate(seed), time.process_time() - begun


def resumed(log: Path) -> Sum | None:
    """Return the last total in a log, or None if there is none."""
    lines = log.read_text().splitlines() if log.exists() else []
    sums = [found for found in map(json.loads, lines) if "lives" in found]
    return Sum(**sums[-1]) if sums else None


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.long_run", description=__doc__)
    parser.add_argument("--lives", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1, help="of the first run, if the log is new")
    parser.add_argument("--workers", type=int, default=1, help="processes of this machine to use")
    parser.add_argument("--log", type=Path, required=True)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
