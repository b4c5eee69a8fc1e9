"""`python -m benchmarks.scale`: one process with few songs, then several with many, on PostgreSQL.

Without options it is a trial of some minutes. `make bench-scale` runs it in full and writes SCALE.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shlex
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import uvloop

from .load import Load, Result, run_load
from .table import document

FEW = 1000
RESULTS = Path(__file__).parents[1] / "SCALE.md"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--processes", type=int, default=4, help="bot processes, a shard each (%(default)s)")
    parser.add_argument("--in-works", type=int, default=500, help="songs composed at once (%(default)s)")
    parser.add_argument("--in-line", type=int, default=1000, help="songs that wait (%(default)s)")
    parser.add_argument("--few", type=int, default=FEW, help="songs of the one process (%(default)s)")
    parser.add_argument(
        "--songs-a-second",
        type=float,
        default=30.0,
        help="how many end in a second; with --in-works it says how long a song takes (%(default)s)",
    )
    parser.add_argument("--only", choices=("few", "many"), help="run one of the two, and print its figures")
    parser.add_argument("--results", type=Path, help="keep the figures in this file, as JSON")
    parser.add_argument("--write", action="store_true", help="write SCALE.md")
    return parser.parse_args()


async def measure(options: argparse.Namespace) -> dict[str, Result]:
    seconds = options.in_works / options.songs_a_second
    loads = {
        "many": Load(options.processes, options.in_works, options.in_line, seconds, faults=True),
        "few": Load(1, options.few, 0, seconds),
    }
    results: dict[str, Result] = {}
    with tempfile.TemporaryDirectory(prefix="songbot-scale-") as folder:
        for name, load in loads.items():
            if options.only in (None, name):
                results[name] = await run_load(load, Path(folder) / name)
    return results


def main() -> int:
    options, started = arguments(), time.monotonic()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        results = runner.run(measure(options))
    if options.results:
        options.results.write_text(json.dumps({name: asdict(result) for name, result in results.items()}))
    for result in results.values():
        print("\n".join(result.problems[:20]), file=sys.stderr)
    if len(results) == 2:
        minutes = (time.monotonic() - started) / 60
        command = shlex.join(["python", "-m", "benchmarks.scale", *sys.argv[1:]])
        text = document(results["few"], results["many"], command, minutes)
        print(text)
        if options.write:
            RESULTS.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
