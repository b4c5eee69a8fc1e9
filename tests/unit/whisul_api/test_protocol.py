"""Test how requests are built and responses interpreted."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from whisul_api import (
    Accepted,
    BadResponse,
    InvalidInput,
    JobNotFound,
    JobStatus,
    OutcomeUnknown,
    RateLimited,
    Result,
    ServerError,
    Unauthorized,
    UnexpectedStatus,
    Unreachable,
    UntrustedPollUrl,
    WhisulError,
    resolve_poll_url,
)
from whisul_api.protocol import (
    Answer,
    Fault,
    check_api_key,
    check_base_url,
    generate_request,
    job_request,
    read_accepted,
    read_job,
)

NOW = datetime(2026, 2, 17, 15, 42, tzinfo=UTC)
BASE = "https://whisul.com/api"
KEY = "key-that-nobody-may-see"
JOB_ID = "81fa5ff7-6197-4c24-8062-c0ff8b62d58d"
ACCEPTED = {"message": "Composition task received.", "job_id": JOB_ID, "poll_url": f"/jobs/{JOB_ID}"}
COMPLETED = {
    "status": "completed",
    "prompt": "a trap song",
    "result": {
        "title": "Midnight Grid",
        "bpm": 140,
        "duration": "2:47",
        "song_url": "https://cdn.whisul.com/audio/81fa5ff7.mp3",
        "image_url": "https://cdn.whisul.com/covers/81fa5ff7.jpg",
        "tags": "trap, dark, 808s, synth, bass",
    },
    "error": None,
    "started_at": "2026-02-17 15:39:34",
    "finished_at": "2026-02-17 15:41:58",
}


def answer(status: int, body: object = b"", fault: Fault | None = None, **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()})
    return Answer(status, named, raw, fault)


def test_a_song_is_asked_for_with_one_field() -> None:
    request = generate_request(BASE, "/generate", KEY, "a trap song")
    assert (request.method, request.url) == ("POST", "https://whisul.com/api/generate")
    assert json.loads(request.body or b"") == {"prompt": "a trap song"}
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.headers["Content-Type"] == "application/json"
    assert "songbot" in request.headers["User-Agent"]
    assert KEY not in repr(request)


def test_a_prompt_with_a_lone_surrogate_can_still_be_sent() -> None:
    assert generate_request(BASE, "/generate", KEY, "a\ud800").body == b'{"prompt": "a\\ud800"}'


def test_a_job_id_is_quoted_into_its_path() -> None:
    assert job_request(BASE, KEY, "a b?c#d%2e").url == f"{BASE}/jobs/a%20b%3Fc%23d%252e"
    for impossible in ("", "..", "a/b", "x" * 201):
        with pytest.raises(ValueError, match="not a job id"):
            job_request(BASE, KEY, impossible)


@pytest.mark.parametrize("base", [BASE, f"{BASE}/", "http://127.0.0.1:8080", "http://[::1]:8080/api"])
def test_a_base_url_loses_its_last_slash(base: str) -> None:
    assert check_base_url(base) == base.rstrip("/")


@pytest.mark.parametrize(
    "base",
    [
        *(
            "",
            "whisul.com/api",
            "ftp://whisul.com",
            "https://",
            "https://me:pw@whisul.com",
            "https://whisul.com/?a=b",
        ),
        *("https://whisul.com/#a", "https://whisul.com:99999", "https://whisul.com:0", "https://wh isul.com"),
        *("https://whísul.com", f"https://{'x' * 64}.com", "https://a..b", "https://[::1", "https://x\\y"),
    ],
)
def test_a_base_url_the_key_can_not_go_to_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="base URL"):
        check_base_url(base)


def test_a_key_no_header_can_hold_is_refused_without_being_shown() -> None:
    assert check_api_key(f" {KEY}\n") == KEY
    for odd in ("", "  ", "se\ncret", "se cret", "sécret"):
        with pytest.raises(ValueError, match="API key") as caught:
            check_api_key(odd)
        assert "cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("poll_url", "absolute"),
    [
        ("/jobs/1", f"{BASE}/jobs/1"),
        ("jobs/1", f"{BASE}/jobs/1"),
        ("https://whisul.com/api/jobs/1", "https://whisul.com/api/jobs/1"),
        ("HTTPS://WHISUL.com:443/jobs/1", "HTTPS://WHISUL.com:443/jobs/1"),
    ],
)
def test_a_poll_url_is_relative_to_the_base_url(poll_url: str, absolute: str) -> None:
    assert resolve_poll_url(f"{BASE}/", poll_url) == absolute


@pytest.mark.parametrize(
    "poll_url",
    [
        *(
            "https://evil.example/jobs/1",
            "//evil.example/jobs/1",
            "http://whisul.com/api/jobs/1",
            "\\\\evil\\x",
        ),
        *(
            "https://whisul.com:8443/jobs/1",
            "https://whisul.com@evil.example/",
            "https://me@whisul.com/jobs/1",
        ),
        *("https://whisul.com.evil.example/", "javascript:alert(1)", "https:evil.example", "/\\evil.example"),
        *("https://whisul.com:x/", "https://[::1", "/jobs/1\n", "/jobs /1", "https:///evil.example"),
    ],
)
def test_a_poll_url_to_another_origin_is_refused(poll_url: str) -> None:
    with pytest.raises(UntrustedPollUrl):
        resolve_poll_url(BASE, poll_url)


def test_a_202_gives_the_job() -> None:
    accepted = read_accepted(answer(202, ACCEPTED), NOW)
    assert accepted == Accepted(JOB_ID, f"/jobs/{JOB_ID}", "Composition task received.")


@pytest.mark.parametrize(
    "answered",
    [
        answer(200, {"job_id": JOB_ID}),
        answer(202, {"job_id": f" {JOB_ID} ", "poll_url": 7, "message": None}),
        answer(202, b'\xef\xbb\xbf{"message": "\xff\xfe", "job_id": "%b"}' % JOB_ID.encode()),
        answer(202, {"job_id": JOB_ID}, Fault.CUT),
    ],
    ids=["200", "odd optionals", "broken UTF-8 elsewhere", "cut after the whole JSON"],
)
def test_a_readable_job_id_is_never_lost(answered: Answer) -> None:
    assert read_accepted(answered, NOW).job_id == JOB_ID


@pytest.mark.parametrize(
    "answered",
    [
        *[
            answer(202),
            answer(202, b"<html>ok</html>"),
            answer(202, b'{"job_id": "81fa'),
            answer(202, [JOB_ID]),
        ],
        *[answer(202, {"job_id": odd}) for odd in (None, "", "../x", "a/b", True, [], "x" * 201)],
        *[answer(202, b'{"job_id": "81fa', Fault.CUT), answer(202, {"job_id": JOB_ID}, Fault.OVERSIZED)],
        *[answer(202, b"[" * 100_000), answer(202, b"\xff\xff")],
        *[answer(status) for status in (500, 502, 503, 504, 599, 999, 101)],
    ],
)
def test_a_post_that_may_have_made_a_job_has_an_unknown_outcome(answered: Answer) -> None:
    with pytest.raises(OutcomeUnknown):
        read_accepted(answered, NOW)


def test_a_400_tells_whisuls_own_words() -> None:
    body = {"error": "Invalid input", "message": "The 'prompt' field is required."}
    with pytest.raises(InvalidInput) as caught:
        read_accepted(answer(400, body), NOW)
    assert caught.value.message == "The 'prompt' field is required."


@pytest.mark.parametrize(
    ("body", "fault", "words"),
    [
        ({"error": "Invalid input"}, None, "Invalid input"),
        (b"<html>", None, "it gave no reason"),
        (b'{"message": "cut', Fault.CUT, "it gave no reason"),
        (b"x" * 50, Fault.OVERSIZED, "it gave no reason"),
    ],
)
def test_a_400_is_a_rejection_whatever_its_body(body: object, fault: Fault | None, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_accepted(answer(400, body, fault), NOW)
    assert caught.value.message == words


@pytest.mark.parametrize("status", [300, 301, 302, 307, 308, 402, 403, 404, 405, 413, 499])
def test_other_4xx_and_redirects_of_a_post_made_no_job(status: int) -> None:
    with pytest.raises(UnexpectedStatus) as caught:
        read_accepted(answer(status), NOW)
    assert caught.value.status == status


@pytest.mark.parametrize("read", [read_accepted, lambda told, now: read_job(told, JOB_ID, now)])
def test_401_and_429_mean_the_same_on_both_endpoints(read) -> None:
    with pytest.raises(Unauthorized):
        read(answer(401), NOW)
    with pytest.raises(RateLimited) as caught:
        read(answer(429, retry_after="7"), NOW)
    assert caught.value.retry_after == 7
    with pytest.raises(RateLimited) as caught:
        read(answer(429, Retry_After="Tue, 17 Feb 2026 15:42:30 GMT"), NOW)
    assert caught.value.retry_after == 30
    with pytest.raises(RateLimited) as caught:
        read(answer(429), NOW)
    assert caught.value.retry_after is None


def test_a_retry_after_date_is_taken_against_whisuls_own_clock() -> None:
    dates = {"Retry-After": "Tue, 17 Feb 2026 12:00:30 GMT", "Date": "Tue, 17 Feb 2026 12:00:00 GMT"}
    with pytest.raises(RateLimited) as caught:
        read_accepted(answer(429, **dates), NOW)
    assert caught.value.retry_after == 30


def test_a_completed_job_is_read_whole() -> None:
    job = read_job(answer(200, COMPLETED), JOB_ID, NOW)
    assert (job.job_id, job.status, job.raw_status, job.prompt) == (
        JOB_ID,
        "completed",
        "completed",
        "a trap song",
    )
    assert job.done
    assert job.error is None
    assert job.started_at == datetime(2026, 2, 17, 15, 39, 34, tzinfo=UTC)
    assert job.finished_at == datetime(2026, 2, 17, 15, 41, 58, tzinfo=UTC)
    assert job.result == Result(
        title="Midnight Grid",
        bpm=140,
        duration_seconds=167,
        song_url="https://cdn.whisul.com/audio/81fa5ff7.mp3",
        image_url="https://cdn.whisul.com/covers/81fa5ff7.jpg",
        tags=("trap", "dark", "808s", "synth", "bass"),
    )


def test_a_running_job_has_no_result_even_when_one_is_sent() -> None:
    job = read_job(answer(200, COMPLETED | {"status": "running", "finished_at": None}), JOB_ID, NOW)
    assert (job.status, job.result, job.finished_at, job.done) == (JobStatus.RUNNING, None, None, False)


def test_a_failed_job_may_have_no_reason() -> None:
    failed = {"status": "failed", "prompt": "x", "result": None}
    assert read_job(answer(200, failed), JOB_ID, NOW).error is None
    told = read_job(answer(200, failed | {"error": "Generation failed."}), JOB_ID, NOW)
    assert (told.status, told.error) == (JobStatus.FAILED, "Generation failed.")


def test_an_unknown_status_reads_as_running_and_is_kept() -> None:
    job = read_job(answer(200, {"status": "mastering"}), JOB_ID, NOW)
    assert (job.status, job.raw_status, job.status_is_known) == (JobStatus.RUNNING, "mastering", False)
    assert read_job(answer(200, {"status": " Completed "}), JOB_ID, NOW).status_is_known


@pytest.mark.parametrize("result", [None, [], "x", 7])
def test_a_completed_job_may_come_without_a_result(result: object) -> None:
    assert read_job(answer(200, {"status": "completed", "result": result}), JOB_ID, NOW).result is None


def test_a_result_of_odd_pieces_is_an_empty_one() -> None:
    odd = {"title": 7, "bpm": [], "duration": {}, "song_url": "javascript:x", "image_url": None, "tags": 1.5}
    assert read_job(answer(200, {"status": "completed", "result": odd}), JOB_ID, NOW).result == Result()
    nan = b'{"status": "completed", "result": {"bpm": NaN, "duration": 1e999, "title": "\\ud800"}}'
    assert read_job(answer(200, nan), JOB_ID, NOW).result == Result(title="?")


@pytest.mark.parametrize(
    ("answered", "error"),
    [
        *[(answer(404), JobNotFound), (answer(500), ServerError), (answer(503, b"<html>"), ServerError)],
        *[(answer(status), UnexpectedStatus) for status in (302, 400, 403, 410, 101)],
        *[
            (answer(200, body), BadResponse)
            for body in (b"", b"<html>", b"{", b"[]", b"7", b"\xff", b"[" * 100_000)
        ],
        *[(answer(200, {"status": odd}), BadResponse) for odd in (None, 7, "", [], {})],
        (answer(200, b'{"status": ' + b"9" * 5000 + b"}"), BadResponse),
        *[
            (answer(200, COMPLETED, Fault.CUT), Unreachable),
            (answer(200, COMPLETED, Fault.OVERSIZED), BadResponse),
        ],
    ],
)
def test_a_poll_that_tells_no_job_is_an_error_by_meaning(answered: Answer, error: type[WhisulError]) -> None:
    with pytest.raises(error):
        read_job(answered, JOB_ID, NOW)


def test_html_is_named_as_such() -> None:
    with pytest.raises(BadResponse, match="HTML"):
        read_job(answer(200, b"\n<!doctype html>"), JOB_ID, NOW)


def read_both(answered: Answer) -> list[object]:
    read: list[object] = []
    for reader in (lambda: read_accepted(answered, NOW), lambda: read_job(answered, JOB_ID, NOW)):
        try:
            read.append(reader())
        except WhisulError as error:
            read.append(str(error).encode())
    return read


statuses = st.sampled_from([200, 202, 400, 401, 404, 429, 500]) | st.integers(0, 999)
faults = st.sampled_from([None, Fault.CUT, Fault.OVERSIZED])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from([*ACCEPTED, *COMPLETED])
status_words = st.sampled_from(["running", "completed", "failed", "mastering"])
results = st.dictionaries(st.sampled_from([*COMPLETED["result"]]), json_values)


@given(statuses, st.binary(max_size=300), faults, st.text(max_size=40))
def test_any_bytes_are_read_or_are_an_error_of_ours(
    status: int, body: bytes, fault, retry_after: str
) -> None:
    assert len(read_both(answer(status, body, fault, retry_after=retry_after))) == 2


@given(statuses, json_values | st.dictionaries(names, json_values))
def test_any_json_is_read_or_is_an_error_of_ours(status: int, body: object) -> None:
    assert len(read_both(answer(status, body))) == 2


@given(status_words, st.dictionaries(names, json_values), results | json_values)
def test_a_known_status_word_is_always_read_however_odd_the_rest(
    word: str, rest: dict, result: object
) -> None:
    job = read_job(answer(200, rest | {"status": word, "result": result}), JOB_ID, NOW)
    assert job.raw_status == word
    assert (job.result is None) or word == "completed"


@given(st.text(st.characters(), max_size=60))
def test_a_resolved_poll_url_never_leaves_the_origin(poll_url: str) -> None:
    try:
        resolved = resolve_poll_url(BASE, poll_url)
    except UntrustedPollUrl:
        return
    assert resolved.lower().startswith(("https://whisul.com/", "https://whisul.com:443/"))
