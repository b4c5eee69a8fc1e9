"""Test what Whisul's responses and errors mean for a song, and that no other errors come out."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import whisul_api
from songbot.songs import provider_errors
from songbot.songs.provider import JobReport, JobState
from songbot.whisul_adapter import WhisulProvider
from whisul_api.protocol import Answer, read_accepted, read_job

NOW = datetime(2026, 3, 18, 12, 30, tzinfo=UTC)


class Says:
    """A client that returns what would be read from an HTTP response, or raises the given error."""

    def __init__(self, answer: Answer | whisul_api.WhisulError) -> None:
        self._answer = answer

    async def generate(self, _prompt: str) -> whisul_api.Accepted:
        return read_accepted(self._given(), NOW)

    async def job(self, job_id: str) -> whisul_api.Job:
        return read_job(self._given(), job_id, NOW)

    def _given(self) -> Answer:
        if isinstance(self._answer, whisul_api.WhisulError):
            raise self._answer
        return self._answer


def provider(answer: Any, heard: list[tuple[str, str]] | None = None) -> WhisulProvider:
    def hear(request: str, status: str) -> None:
        if heard is not None:
            heard.append((request, status))

    return WhisulProvider(Says(answer), hear)  # type: ignore[arg-type]  # stands in for the client


def submitted(answer: Any) -> str:
    return asyncio.run(provider(answer).submit("rain"))


def polled(answer: Any) -> JobReport:
    return asyncio.run(provider(answer).poll("job-1"))


def answer(status: int, body: object = None, **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        (answer(400, {"message": "no"}), provider_errors.PromptRejected),
        (answer(401), provider_errors.AuthenticationFailed),
        (answer(429), provider_errors.RateLimited),
        (answer(403), provider_errors.UnexpectedResponse),
        (answer(404), provider_errors.UnexpectedResponse),
        (answer(405), provider_errors.UnexpectedResponse),
        (answer(301), provider_errors.UnexpectedResponse),
        (answer(500), provider_errors.OutcomeUnknown),
        (answer(503, None, Retry_After="5"), provider_errors.OutcomeUnknown),
        (answer(100), provider_errors.OutcomeUnknown),
        (answer(202, b"<h1>"), provider_errors.OutcomeUnknown),
        (answer(202, {"job_id": None}), provider_errors.OutcomeUnknown),
        (answer(202, {"job_id": "../generate"}), provider_errors.OutcomeUnknown),
        (whisul_api.OutcomeUnknown("it took too long to answer"), provider_errors.OutcomeUnknown),
        (whisul_api.Unreachable("its name can't be resolved"), provider_errors.ProviderUnavailable),
        (whisul_api.Unreachable("the TLS handshake failed"), provider_errors.ProviderUnavailable),
        (whisul_api.WhisulError("something new"), provider_errors.OutcomeUnknown),
    ],
)
def test_a_post_is_sent_again_only_where_it_is_known_that_no_job_was_made(said: Any, meaning: type):
    with pytest.raises(provider_errors.ProviderError) as caught:
        submitted(said)
    assert type(caught.value) is meaning
    assert isinstance(caught.value, provider_errors.JobNotCreated) == (
        meaning in (provider_errors.RateLimited, provider_errors.ProviderUnavailable)
    )


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        (answer(401), provider_errors.AuthenticationFailed),
        (answer(404), provider_errors.JobNotFound),
        (answer(429), provider_errors.RateLimited),
        (answer(500), provider_errors.ProviderUnavailable),
        (answer(502, b"<h1>"), provider_errors.ProviderUnavailable),
        (answer(503), provider_errors.RateLimited),
        (answer(400), provider_errors.InvalidResponse),
        (answer(302), provider_errors.InvalidResponse),
        (answer(200, b"<h1>"), provider_errors.InvalidResponse),
        (answer(200, {"status": None}), provider_errors.InvalidResponse),
        (answer(200, []), provider_errors.InvalidResponse),
        (whisul_api.Unreachable("the connection failed"), provider_errors.ProviderUnavailable),
        (whisul_api.WhisulError("something new"), provider_errors.InvalidResponse),
    ],
)
def test_a_poll_that_fails_keeps_the_job(said: Any, meaning: type):
    with pytest.raises(provider_errors.ProviderError) as caught:
        polled(said)
    assert type(caught.value) is meaning


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("Wed, 18 Mar 2026 12:30:09 GMT", 9),
        (None, None),
        ("soon", None),
        ("-3", None),
        ("9e9", None),
    ],
)
@pytest.mark.parametrize("ask", [submitted, polled])
def test_a_retry_after_is_understood_as_seconds_and_as_a_date(
    ask: Any, header: str | None, seconds: int | None
):
    with pytest.raises(provider_errors.RateLimited) as caught:
        ask(answer(429, None, **({} if header is None else {"Retry_After": header})))
    assert caught.value.retry_after == seconds


def test_whisuls_own_words_come_along_when_it_rejects_a_prompt():
    with pytest.raises(provider_errors.PromptRejected) as caught:
        submitted(answer(400, {"error": "Invalid input", "message": "No rain, please."}))
    assert caught.value.message == "No rain, please."


@pytest.mark.parametrize(
    ("body", "state", "error"),
    [
        ({"status": "running"}, JobState.RUNNING, None),
        ({"status": "mastering"}, JobState.RUNNING, None),
        ({"status": "failed", "error": None}, JobState.FAILED, None),
        ({"status": "FAILED", "error": "out of chords"}, JobState.FAILED, "out of chords"),
        ({"status": "completed", "result": None}, JobState.COMPLETED, None),
        (
            {"status": "completed", "result": {"title": "T", "song_url": "file:///x"}},
            JobState.COMPLETED,
            None,
        ),
    ],
)
def test_a_report_without_a_song_has_no_result(body: object, state: JobState, error: str | None):
    assert polled(answer(200, body)) == JobReport(state, result=None, error=error)


def test_a_finished_song_has_all_its_pieces():
    result = {"title": "Midnight Grid", "bpm": 140, "duration": "2:47", "tags": "trap, dark"}
    result |= {"song_url": "https://cdn.whisul.com/a.mp3", "image_url": "https://cdn.whisul.com/a.jpg"}
    report = polled(answer(200, {"status": "completed", "result": result}))
    assert report.result is not None
    assert report.result.title == "Midnight Grid"
    assert (report.result.bpm, report.result.duration_seconds) == (140, 167)
    assert report.result.tags == ("trap", "dark")
    assert report.result.image_url == "https://cdn.whisul.com/a.jpg"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (answer(200, {"status": "running"}), "ok"),
        (answer(500), "500"),
        (answer(401), "401"),
        (whisul_api.Unreachable("x"), "Unreachable"),
    ],
)
def test_each_answer_is_heard_once_by_its_status(said: Any, status: str):
    heard: list[tuple[str, str]] = []
    with suppress(provider_errors.ProviderError):
        asyncio.run(provider(said, heard).poll("job-1"))
    assert heard == [("job", status)]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
fields = st.sampled_from(["title", "bpm", "duration", "song_url", "image_url", "tags"])
results = st.dictionaries(
    fields, json_values | st.sampled_from(["https://x.example/a", "2:47", "trap, dark"])
)
bodies = (
    st.builds(
        lambda status, result, error: {"status": status, "result": result, "error": error},
        st.sampled_from(["running", "completed", "failed"]) | json_values,
        results | json_values,
        json_values,
    )
    | st.dictionaries(st.sampled_from(["job_id", "poll_url", "message", "error"]), json_values)
    | json_values
)
raw = bodies.map(lambda body: json.dumps(body).encode()) | st.binary(max_size=60)
header_values = st.text(max_size=30) | st.sampled_from(["1", "1e400", "99999999999999999999", "nan"])
answers = st.builds(
    lambda status, body, wait: Answer(status, {"Retry-After": wait}, body),
    st.sampled_from([200, 200, 202, 400, 401, 404, 429, 500, 503]) | st.integers(100, 599),
    raw,
    header_values,
)


@given(answers)
def test_whatever_whisul_answers_a_post_ends_in_a_job_or_in_an_error_of_ours(said: Answer):
    job_id, wait = "a-job", None
    try:
        job_id = submitted(said)
    except provider_errors.JobNotCreated as error:
        wait = error.retry_after
    except provider_errors.ProviderError:
        pass
    assert 0 < len(job_id) <= 200
    assert "/" not in job_id
    assert wait is None or 0 <= wait <= 3600


@given(answers)
def test_whatever_whisul_answers_a_poll_ends_in_a_report_or_in_an_error_of_ours(said: Answer):
    try:
        report = polled(said)
    except provider_errors.ProviderError:
        return
    assert report.result is None or report.state is JobState.COMPLETED
    if report.result is not None:
        assert report.result.song_url.startswith(("http://", "https://"))
        assert report.result.duration_seconds is None or report.result.duration_seconds > 0
