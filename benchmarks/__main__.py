"""`python -m benchmarks`: run all benchmarks, or the named parts."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import uvloop

from . import (
    acknowledge,
    cpu_breakdown,
    durability,
    full_queue,
    guilds,
    languages,
    long_text,
    many_songs,
    queries,
    song_lifecycle,
    startup,
    stopping,
)
from .report import Scale, Table, document

RESULTS = Path(__file__).with_name("RESULTS.md")
PARTS: dict[str, Callable[[Scale, Path], Awaitable[list[Table]]]] = {
    "ack": acknowledge.measure,
    "life": song_lifecycle.measure,
    "shares": cpu_breakdown.measure,
    "pile": many_songs.measure,
    "guilds": guilds.measure,
    "start": startup.measure,
    "stop": stopping.measure,
    "text": long_text.measure,
    "languages": languages.measure,
    "database": queries.measure,
    "queue": full_queue.measure,
    "durability": durability.measure,
}
QUICK = Scale(
    runs=1,
    songs=30,
    burst=60,
    pile=150,
    unfinished=500,
    servers=400,
    history=20_000,
    look_ups=100,
    queued=2_000,
    compose_seconds=(12.0, 16.0),
)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas between (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="small sizes: does it work?")
    for name in ("runs", "songs", "burst", "pile", "unfinished", "history"):
        parser.add_argument(f"--{name}", type=int, help="instead of the size's own")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md in any case")
    return parser.parse_args()


def scale_of(options: argparse.Namespace) -> Scale:
    names = ("runs", "songs", "burst", "pile", "unfinished", "history")
    given = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    return replace(QUICK if options.quick else Scale(), **given)


async def measure(parts: list[str], scale: Scale) -> list[Table]:
    tables: list[Table] = []
    with tempfile.TemporaryDirectory(prefix="songbot-bench-") as folder:
        for part in parts:
            print(f"measuring: {part} ...", file=sys.stderr, flush=True)
            for table in await PARTS[part](scale, Path(folder) / part):
                tables.append(table)
                print(table.markdown(), flush=True)
    return tables


def main() -> int:
    options = arguments()
    parts = [part.strip() for part in options.only.split(",")]
    if unknown := set(parts) - set(PARTS):
        print(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    scale, started = scale_of(options), time.monotonic()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        tables = runner.run(measure(parts, scale))
    whole = scale == Scale() and parts == list(PARTS)
    if whole or options.write:
        RESULTS.write_text(document(tables, scale, (time.monotonic() - started) / 60))
    return 0


if __name__ == "__main__":
    sys.exit(main())
