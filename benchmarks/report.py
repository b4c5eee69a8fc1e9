"""Hold measurements and render them as tables."""

from __future__ import annotations

import math
import platform
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from songbot.version import VERSION

_PACKAGES = ("discord.py", "aiohttp", "SQLAlchemy", "asyncpg", "uvloop", "orjson")


@dataclass(frozen=True)
class Scale:
    """The amount of work. RESULTS.md is made at the full scale; smaller scales test the benchmarks
    themselves."""

    runs: int = 3
    songs: int = 300
    burst: int = 1000
    pile: int = 3000
    unfinished: int = 10_000
    servers: int = 1000
    history: int = 1_000_000
    look_ups: int = 1000
    queued: int = 100_000
    compose_seconds: tuple[float, float] = (50.0, 70.0)


@dataclass(frozen=True)
class Row:
    """One measurement. `reached` is None if it has no target."""

    figure: str
    values: dict[str, str]
    to_reach: str = ""
    reached: bool | None = None


@dataclass
class Table:
    """Rows with the same columns, and notes that explain them."""

    title: str
    columns: Sequence[str]
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(
        self, figure: str, values: dict[str, str], to_reach: str = "", reached: bool | None = None
    ) -> None:
        self.rows.append(Row(figure, values, to_reach, reached))

    def markdown(self) -> str:
        head = ["figure", *self.columns, "to reach", "reached"]
        lines = [f"## {self.title}", "", _line(head), _line(["---"] * len(head))]
        for row in self.rows:
            verdict = {None: "", True: "yes", False: "**no**"}[row.reached]
            cells = [row.values.get(column, "") for column in self.columns]
            lines.append(_line([row.figure, *cells, row.to_reach, verdict]))
        return "\n".join([*lines, *[f"\n{note}" for note in self.notes], ""])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def percentile(values: Iterable[float], percent: float) -> float:
    """Return the smallest of `values` that at least `percent` of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def middle(runs: Iterable[float]) -> float:
    """Return the median of all runs."""
    return statistics.median(runs)


def ratio(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.2f}x" if theirs else "-"


def over_runs(runs: Sequence[float], shown: Callable[[float], str]) -> str:
    """Return the median and the range of all runs."""
    if len(runs) == 1:
        return shown(runs[0])
    return f"{shown(middle(runs))} ({shown(min(runs))} to {shown(max(runs))})"


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.3g} ms" if seconds < 1 else f"{seconds:.2f} s"


def mib(size: float) -> str:
    return f"{size / 2**20:.1f} MiB"


def kb(size: float) -> str:
    return f"{size / 1000:.1f} kB"


def count(number: float) -> str:
    return f"{number:.2f}"


def heading(title: str, command: str, minutes: float) -> list[str]:
    """Return the first lines of a document: what made it, when, with which packages and on which machine."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    memory = psutil.virtual_memory().total / 2**30
    return [
        f"# {title}",
        "",
        f"Made by `{command}` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, in {minutes:.0f} minutes.",
        f"Version {VERSION} on Python {platform.python_version()} with {packages}.",
        f"Machine: {_processor()}, {psutil.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} "
        f"{platform.release()}. All servers are on loopback, on the same machine.",
        "",
    ]


def document(tables: Sequence[Table], scale: Scale, minutes: float) -> str:
    """Render RESULTS.md."""
    lines = [
        *heading("Speed and size, side by side", "make bench", minutes),
        f"Figures are medians of {scale.runs} runs, with the least and the greatest in brackets.",
        "",
    ]
    return "\n".join(lines) + "\n" + "\n".join(table.markdown() for table in tables)


def _processor() -> str:
    """Return the processor's name, if Linux reports it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
