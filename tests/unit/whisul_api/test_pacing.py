"""Test how long to wait between polls, and how the shell shows it."""

from __future__ import annotations

import asyncio
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisul_api import BadResponse, JobNotFound, RateLimited, ServerError, Unreachable
from whisul_api.pacing import pause
from whisul_api.progress import Progress, bar_fraction, clock_text, plain


def least(low: float, high: float) -> float:
    return low


def test_polls_keep_to_their_interval_and_never_under_five_seconds() -> None:
    assert pause(7.5, None, 0, least) == 7.5
    assert pause(0.1, None, 0, least) == 5
    assert pause(float("nan"), None, 0, least) == 5
    assert pause(7.5, JobNotFound("x"), 0, least) == 7.5


def test_faults_in_a_row_double_the_pause_up_to_a_minute() -> None:
    assert [pause(7.5, ServerError(500), n, least) for n in (1, 2, 3, 4, 5000)] == [15, 30, 60, 60, 60]
    assert pause(7.5, Unreachable("x"), 1, max) == 15 * 1.25


def test_retry_after_is_honoured_and_never_hurries() -> None:
    assert pause(7.5, RateLimited(90), 1, least) == 90
    assert pause(7.5, RateLimited(0), 1, least) == 7.5
    assert pause(7.5, RateLimited(None), 2, least) == 30


@given(st.floats(0, 100), st.integers(0, 10_000), st.floats(0, 3600) | st.none(), st.booleans())
def test_no_pause_is_under_five_seconds(interval: float, failures: int, retry_after, limited: bool) -> None:
    fault = RateLimited(retry_after) if limited else BadResponse("x")
    assert pause(interval, fault, failures, least) >= 5


@given(st.floats(-10, 1e7), st.floats(0, 1e6))
def test_the_bar_never_goes_back_and_never_ends_by_itself(elapsed: float, more: float) -> None:
    assert 0 <= bar_fraction(elapsed) <= bar_fraction(elapsed + more) < 1


def test_times_and_texts_are_shown_plainly() -> None:
    assert (clock_text(0), clock_text(167.9), clock_text(-3)) == ("0:00", "2:47", "0:00")
    assert plain("a\x1b[2Jb\u202ec\n") == "a�[2Jb�c�"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_only_news_is_a_line() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    for words in ("composing", "composing", "completed"):
        progress.update(words)
    assert stream.getvalue() == "composing\ncompleted\n"


async def test_on_a_terminal_the_bar_moves_and_is_wiped() -> None:
    stream, now = Terminal(), [0.0]
    enough = asyncio.Event()

    async def sleep(seconds: float) -> None:
        now[0] += 75
        if now[0] > 150:
            enough.set()
            await asyncio.Event().wait()

    progress = Progress(stream, clock=lambda: now[0], sleep=sleep)
    progress.update("composing")
    async with progress.moving():
        await enough.wait()
    progress.say("done")
    shown = stream.getvalue().split("\r\x1b[K")
    assert shown[1] == "[" + "-" * 30 + "] 0:00 composing"
    assert shown[2].startswith("[#############")
    assert "1:15" in shown[2]
    assert shown[-2:] == ["", "done\n"]


async def test_the_bar_stops_when_what_it_waits_for_fails() -> None:
    progress = Progress(Terminal())
    with pytest.raises(RuntimeError, match="on purpose"):
        async with progress.moving():
            raise RuntimeError("on purpose")
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "progress bar"]
