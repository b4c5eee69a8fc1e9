"""Render the loads side by side."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.report import Table, count, heading, kb, mib, ms, percentile, ratio

from .audit import Audit
from .load import FROZEN_SECONDS, TAKEOVER_SECONDS, Load, Result

MOST = 1.3
"""How much a song may cost, compared with one process and few songs."""


def name_of(load: Load) -> str:
    if load.processes == 1:
        return f"1 process, {load.in_works:,} songs"
    return f"{load.processes} processes, {load.in_works:,} in the works, {load.in_line:,} in line"


def document(few: Result, many: Result, command: str, minutes: float) -> str:
    """Render SCALE.md."""
    lines = heading("Many songs in several processes", command, minutes)
    return "\n".join(lines) + "\n" + table_of(few, many).markdown()


def table_of(few: Result, many: Result) -> Table:
    """Compare one process that has few songs with several that have many."""
    table = _figures(few, many)
    table.notes += _notes(few.load, many.load)
    return table


def _notes(few: Load, many: Load) -> list[str]:
    shortest, longest = many.compose_seconds
    poll_min, poll_max = many.poll_seconds
    return [
        f"Songs of {shortest:.0f} to {longest:.0f} s in both columns, polled every {poll_min:.3g} to "
        f"{poll_max:.3g} s. With {many.in_works:,} in the works, one ends every "
        f"{1000 * many.seconds / many.in_works:.0f} ms. The longer songs take, the less often they are "
        "polled, so that the number of polls a song is about the same. Polling 20,000 songs every 5 to 10 s "
        "would be more than two cores can do.",
        "Orders come over the gateway, in batches: the next one when the one before is acknowledged and half "
        "of it is saved. People order until the line is full; until then no song ends, so the first ones "
        "are polled more often than later ones. Then one "
        f"process is killed (SIGKILL) and started again after {TAKEOVER_SECONDS:.0f} s, and another one is "
        f"frozen (SIGSTOP) for {FROZEN_SECONDS:.0f} s, longer than its lease.",
        "CPU is user and system time of all bot processes, with those that were killed, less what they use "
        "when idle, and of all processes of PostgreSQL, from the first order until all are at rest again. "
        "Discord and Whisul share one more process. All of them share this machine's cores, so a song costs "
        "more when they are busy: two processes on the two threads of one core slow each other down. "
        "PostgreSQL does not flush to the disk here (`fsync=off`).",
        "A song that waits in line for more than 15 minutes outlives its interaction token. The bot then "
        "edits its message itself, and mentions its person with one more request.",
        f"The one process has all {few.in_works:,} songs in the works at once.",
    ]


def _figures(few: Result, many: Result) -> Table:
    names = name_of(few.load), name_of(many.load)
    table = Table("Many songs, several processes, PostgreSQL", [*names, "ratio"])

    def row(
        figure: str,
        read: Callable[[Result], float],
        shown: Callable[[float], str],
        most: float | None = None,
    ) -> None:
        values = [read(few), read(many)]
        cells = dict(zip(names, map(shown, values), strict=True))
        reached = None if most is None else values[1] <= most * values[0]
        table.add(
            figure,
            cells | ({} if most is None else {"ratio": ratio(values[1], values[0])}),
            "" if most is None else f"at most {most:g}x",
            reached,
        )

    row("songs ordered", lambda result: result.songs, _whole)
    row("most songs sent and not answered yet", lambda result: result.most_in_works, _whole)
    row("most songs in line", lambda result: result.most_in_line, _whole)
    row("CPU a song, bot", lambda result: result.cpu / result.songs, ms, MOST)
    row("CPU a song, PostgreSQL", lambda result: result.database.cpu / result.songs, ms, MOST)
    row("sessions at work a song, PostgreSQL", lambda result: result.database.active / result.songs, ms)
    row("transactions a song", lambda result: result.database.transactions / result.songs, count)
    row("polls a song", lambda result: result.polls / result.songs, count)
    row("requests to Discord a song", lambda result: result.discord_requests / result.songs, count)
    row("CPU a song, local Discord and Whisul", lambda result: result.servers_cpu / result.songs, ms)
    row("size in the database a song, with indexes", lambda result: result.size / result.songs, kb)
    row("memory of the largest process", lambda result: result.most_memory, mib)
    row("orders acknowledged, p99", lambda result: percentile(result.acknowledged, 99), ms)
    row("orders taken a second", lambda result: result.songs / result.ordering_seconds, count)
    row("end of the song to card, median", lambda result: percentile(_lags(result), 50), ms)
    row("end of the song to card, p95", lambda result: percentile(_lags(result), 95), ms)
    for figure, read in _AUDITED.items():
        values = [read(result) for result in (few, many)]
        cells = dict(zip(names, map(_whole, values), strict=True))
        table.add(figure, cells, "0", not any(values))
    row("orders not acknowledged in time", lambda result: _audit(result).unanswered, _whole)
    row("orders refused, people told", lambda result: _audit(result).refused, _whole)
    row("interrupted by the kill, refunded, answered", lambda result: _audit(result).interrupted, _whole)
    row("cards written again over themselves", lambda result: _audit(result).rewritten, _whole)
    row("errors in the logs", lambda result: len(result.problems), _whole)
    return table


_AUDITED: dict[str, Callable[[Result], int]] = {
    "orders without a row in the database": lambda result: _audit(result).without_row,
    "prompts posted to Whisul twice": lambda result: _audit(result).posted_twice,
    "songs not posted to Whisul": lambda result: _audit(result).not_posted,
    "songs that failed": lambda result: _audit(result).failed,
    "songs without an answer on Discord": lambda result: _audit(result).without_answer,
    "songs with two answers on Discord": lambda result: _audit(result).with_two_answers,
    "people mentioned twice for a song": lambda result: _audit(result).mentioned_twice,
    "rows not delivered": lambda result: _audit(result).not_delivered,
}


def _audit(result: Result) -> Audit:
    assert result.audit is not None
    return result.audit


def _lags(result: Result) -> list[float]:
    return _audit(result).lags


def _whole(number: float) -> str:
    return f"{number:,.0f}"
