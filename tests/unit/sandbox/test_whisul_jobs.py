"""Test the sandbox's Whisul without a network: jobs over time, the text of its responses, scripted faults."""

from __future__ import annotations

import argparse
import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.whisul import Fault, answers
from sandbox.whisul.__main__ import arguments, seconds_range
from sandbox.whisul.faults import FaultScript
from sandbox.whisul.jobs import KEPT_JOBS, KEPT_SECONDS, JobBook
from sandbox.whisul.page import page
from sandbox.whisul.prompt_words import MEANINGS, without_words, words_of

START = 1_771_342_774.0


def book(low: float = 10, high: float = 10) -> JobBook:
    return JobBook((low, high), small_audio=True)


def test_fault_words_are_found_in_any_case_and_only_in_brackets() -> None:
    assert words_of("[FAIL] a 404 song [ slow ], never [what]") == {"fail", "slow"}
    assert without_words("[FAIL] a song").strip() == "a song"


def test_the_page_documents_every_word() -> None:
    shown = page("http://127.0.0.1:1", "generate")
    assert all(f"[{word}]" in shown for word in MEANINGS)


def test_a_job_takes_a_time_within_the_range_and_not_always_the_same() -> None:
    made = book(15, 25)
    jobs = [made.make("x", START) for _ in range(20)]
    assert all(15 <= job.seconds <= 25 for job in jobs)
    assert len({job.seconds for job in jobs}) > 10


def test_a_job_runs_until_its_time_has_come() -> None:
    job = book().make("trap", START)
    assert [job.status(START + after) for after in (0, 9.9, 10, 99)] == ["running"] * 2 + ["completed"] * 2


def test_slow_takes_three_times_as_long_and_never_does_not_end() -> None:
    assert book().make("[slow]", START).finishes == START + 30
    assert book().make("[never]", START).status(START + 10**9) == "running"


def test_a_job_is_forgotten_after_an_hour() -> None:
    jobs = book()
    old = jobs.make("old", START)
    assert jobs.find(old.job_id, START + KEPT_SECONDS - 1) is old
    assert jobs.find(old.job_id, START + KEPT_SECONDS) is None
    young = jobs.make("young", START + KEPT_SECONDS)
    assert list(jobs.jobs) == [young.job_id]


def test_jobs_in_memory_are_bounded() -> None:
    jobs = book()
    for _ in range(KEPT_JOBS + 5):
        jobs.make("x", START)
    assert len(jobs.jobs) == KEPT_JOBS


def test_each_prompt_is_refused_once_an_hour() -> None:
    jobs = book()
    assert [jobs.refuse_once(prompt, START) for prompt in "aab"] == [True, False, True]
    jobs.make("x", START + KEPT_SECONDS)
    assert jobs.refuse_once("a", START + KEPT_SECONDS)


def test_a_running_job_has_no_finish_and_no_result() -> None:
    shown = answers.progress(book().make("a trap song", START), START, "http://x")
    assert shown == {
        "status": "running",
        "prompt": "a trap song",
        "result": None,
        "error": None,
        "started_at": "2026-02-17 15:39:34",
    }


def test_a_failed_job_says_why() -> None:
    shown = answers.progress(book().make("[fail]", START), START + 10, "http://x")
    assert (shown["status"], shown["result"], shown["finished_at"]) == ("failed", None, "2026-02-17 15:39:44")
    assert isinstance(shown["error"], str)


def test_lengths_come_in_both_forms_that_are_documented() -> None:
    results = [answers.result(book(0, 0).make(f"song {n}", START), START, "http://x") for n in range(12)]
    assert {type(song["duration"]) for song in results} == {int, str}


def test_missing_pieces_are_absent() -> None:
    song = answers.result(book(0, 0).make("[no-audio] [no-cover]", START), START, "http://x")
    assert set(song) == {"title", "bpm", "duration", "tags"}


@given(st.integers(0, 100_000))
def test_minutes_and_seconds_can_be_read_back(seconds: int) -> None:
    minutes, rest = answers.minutes(seconds).split(":")
    assert int(minutes) * 60 + int(rest) == seconds
    assert len(rest) == 2


@given(st.floats(0, 4e9))
def test_a_timestamp_is_utc_to_the_second(seconds: float) -> None:
    read = datetime.fromisoformat(answers.timestamp(seconds) + "+00:00")
    assert abs(read.timestamp() - seconds) < 1


@pytest.mark.parametrize(
    "body", [None, [], "prompt", {}, {"prompt": None}, {"prompt": ""}, {"prompt": " \n\u3000"}]
)
def test_a_body_without_a_prompt_is_refused_in_whisuls_words(body: object) -> None:
    with pytest.raises(answers.InvalidInput, match=r"^The 'prompt' field is "):
        answers.prompt_in(body)


def test_scripted_faults_come_in_order_and_so_often() -> None:
    script = FaultScript()
    first, second = Fault.cut(), Fault.status(503)
    script.add("job", first, 2, None)
    script.add("job", second, 1, "rain")
    assert script.take("generate", "rain") is None
    assert [script.take("job", "sun"), script.take("job", "rain")] == [first, first]
    assert [script.take("job", "sun"), script.take("job", "the rain"), script.take("job", "rain")] == [
        None,
        second,
        None,
    ]


@given(st.integers(100, 3_000_000))
def test_an_oversized_answer_is_valid_json_of_that_size(size: int) -> None:
    body = Fault.oversized(size).body_for("job", b"")
    assert len(body) == size
    assert json.loads(body)["status"] == "running"


def test_the_command_line_has_defaults_and_reads_ranges() -> None:
    options = arguments([])
    assert (options.port, options.key, options.seconds) == (8765, "sandbox", (15.0, 25.0))
    assert arguments(["--seconds", "0.5"]).seconds == (0.5, 0.5)


@pytest.mark.parametrize("text", ["", "x", "9-3", "-5", "1-2-3", "nan", "1-99999"])
def test_a_range_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        seconds_range(text)
