"""Test that a long run can be stopped, and that its log has the total of everything that was run."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from random import Random

from .long_run import Sum, main, resumed, run_piece
from .run import Verdict
from .scenario import draw
from .story import Violation

LOST = Violation("every_order_has_one_answer", "song 1 is delivered, and no message shows it")


def verdict(seed: int, violation: Violation | None = None) -> tuple[Verdict, float]:
    return Verdict(seed, draw(Random(seed)), 10, 1800.0, violation, ""), 0.25


def test_the_log_has_each_broken_promise_and_the_sum() -> None:
    lines: list[object] = []
    run_piece([verdict(5), verdict(6, LOST)], Sum(last=4), lines.append)
    assert lines == [
        {"seed": 6, "broken": str(LOST)},
        {"last": 6, "runs": 2, "lives": 20, "broken": 1, "hours": 1.0, "cpu_seconds": 0.5},
    ]


def test_a_stopped_run_goes_on_where_its_log_ends(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert resumed(log) is None
    sums = [Sum(last=200, runs=200, lives=1990, broken=1), Sum(last=400, runs=400, lives=4010, broken=1)]
    log.write_text("".join(json.dumps(vars(each)) + "\n" for each in sums))
    assert resumed(log) == sums[-1]


def test_a_run_that_has_enough_lives_tells_that_a_promise_was_broken(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(json.dumps(vars(Sum(last=200, runs=200, lives=2000, broken=1))) + "\n")
    assert main(["--lives", "2000", "--log", str(log)]) == 1


def test_a_broken_promise_gets_out_of_the_process_that_saw_it() -> None:
    arrived = pickle.loads(pickle.dumps(LOST))
    assert (arrived.invariant, str(arrived)) == (LOST.invariant, str(LOST))
