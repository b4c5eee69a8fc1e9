"""Run many seeds: `python -m tests.simulation --runs 300 --seed 1 --workers 2`."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterator

from .run import Verdict, simulate


def main(arguments: list[str] | None = None) -> int:
    """Return 0 if every run kept all promises, else 1."""
    options = _options(arguments)
    if options.only:
        verdict = simulate(options.seed, with_story=True)
        print(verdict.scenario, verdict.story, verdict.violation or "all promises kept", sep="\n\n")
        return 1 if verdict.violation else 0
    return _many(options)


def _many(options: argparse.Namespace) -> int:
    begun, songs, runs = time.monotonic(), 0, 0
    broken: Counter[str] = Counter()
    for verdict in _verdicts(options.seed, options.runs, options.workers):
        runs += 1
        songs += verdict.songs
        if verdict.violation is not None:
            if options.each or not broken[verdict.violation.invariant]:
                _show(verdict, brief=options.brief)
            broken[verdict.violation.invariant] += 1
            if not options.keep_going:
                break
    seconds = time.monotonic() - begun
    rate = songs / max(seconds, 0.001)
    print(f"{runs} runs, {songs} songs' lives in {seconds:.1f} s: {rate:.0f} lives a second")
    for invariant, count in broken.most_common():
        print(f"  {invariant}: broken in {count} runs")
    return 1 if broken else 0


def _show(verdict: Verdict, *, brief: bool) -> None:
    if not brief:
        print(verdict.story)
    print(f"seed {verdict.seed}: {verdict.violation}")
    if not brief:
        print(f"The same again: make simulate SEED={verdict.seed} RUNS=1")
    sys.stdout.flush()


def _verdicts(seed: int, runs: int, workers: int) -> Iterator[Verdict]:
    seeds = range(seed, seed + runs)
    if workers <= 1:
        yield from map(simulate, seeds)
        return
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        yield from pool.imap(simulate, seeds, chunksize=8)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1, help="of the first run; each next one adds 1")
    parser.add_argument("--workers", type=int, default=1, help="processes of this machine to use")
    parser.add_argument("--only", action="store_true", help="run the seed alone and tell its story")
    parser.add_argument(
        "--keep-going", action="store_true", help="go on after a broken promise, and count them"
    )
    parser.add_argument("--brief", action="store_true", help="without stories")
    parser.add_argument("--each", action="store_true", help="show every broken run, not the first of a kind")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
