"""Test WhisulClient against a real HTTP server on loopback that follows a script."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.support.fixed_clock import FixedClock
from whisul_api import (
    BadResponse,
    InvalidInput,
    Job,
    JobNotFound,
    JobStatus,
    OutcomeUnknown,
    RateLimited,
    ServerError,
    Unauthorized,
    UnexpectedStatus,
    WaitTimedOut,
    WhisulClient,
)

KEY = "key-that-nobody-may-see"
ACCEPTED = {"message": "Composition task received.", "job_id": "job-1", "poll_url": "/jobs/job-1"}
RUNNING = {"status": "running", "prompt": "a trap song", "result": None, "error": None}
COMPLETED = RUNNING | {"status": "completed", "result": {"title": "Midnight Grid", "duration": 183}}

Reply = tuple[int, object] | tuple[int, object, dict[str, str]]


@dataclass
class Script:
    """Answers every request with the next reply for its path; the last one is repeated."""

    replies: dict[str, list[Reply]] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    connections: set[object] = field(default_factory=set)
    base_url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix("/api")
        self.seen.append((request.method, path))
        self.headers.append(dict(request.headers))
        self.bodies.append(await request.read())
        assert request.transport is not None
        self.connections.add(request.transport.get_extra_info("peername"))
        replies = self.replies.get(path, [(404, {})])
        status, body, *headers = replies.pop(0) if len(replies) > 1 else replies[0]
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return web.Response(status=status, body=raw, headers=headers[0] if headers else None)


@pytest.fixture
async def whisul() -> AsyncIterator[Script]:
    script = Script()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", script.answer)
    async with TestServer(app, host="127.0.0.1") as server:
        script.base_url = str(server.make_url("/api"))
        yield script


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def client(whisul: Script, clock: FixedClock) -> AsyncIterator[WhisulClient]:
    async with WhisulClient(
        KEY, whisul.base_url, sleep=clock.sleep, clock=clock.monotonic, spread=lambda low, high: low
    ) as client:
        yield client


async def test_a_prompt_is_posted_once_with_the_key(whisul: Script, client: WhisulClient) -> None:
    whisul.replies["/generate"] = [(202, ACCEPTED)]
    accepted = await client.generate("a trap song")
    assert (accepted.job_id, accepted.poll_url) == ("job-1", "/jobs/job-1")
    assert whisul.seen == [("POST", "/generate")]
    assert json.loads(whisul.bodies[0]) == {"prompt": "a trap song"}
    assert whisul.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert whisul.headers[0]["Content-Type"] == "application/json"
    assert "songbot" in whisul.headers[0]["User-Agent"]


@pytest.mark.parametrize("missing", [404, 405])
async def test_compose_is_tried_after_a_404_or_405_and_remembered(
    whisul: Script, client: WhisulClient, missing: int
) -> None:
    whisul.replies = {"/generate": [(missing, {})], "/compose": [(202, ACCEPTED)]}
    await client.generate("one")
    await client.generate("two")
    assert [path for _, path in whisul.seen] == ["/generate", "/compose", "/compose"]


async def test_generate_is_remembered_and_compose_never_tried_again(
    whisul: Script, client: WhisulClient
) -> None:
    whisul.replies = {"/generate": [(400, {}), (404, {})], "/compose": [(202, ACCEPTED)]}
    with pytest.raises(InvalidInput):
        await client.generate("")
    with pytest.raises(UnexpectedStatus):
        await client.generate("two")
    assert [path for _, path in whisul.seen] == ["/generate", "/generate"]


async def test_two_first_calls_at_once_make_exactly_two_songs(whisul: Script, client: WhisulClient) -> None:
    whisul.replies = {"/generate": [(404, {})], "/compose": [(202, ACCEPTED)]}
    await asyncio.gather(client.generate("one"), client.generate("two"))
    composed = [
        body for body, (_, path) in zip(whisul.bodies, whisul.seen, strict=True) if path == "/compose"
    ]
    assert sorted(json.loads(body)["prompt"] for body in composed) == ["one", "two"]
    await client.generate("three")
    assert whisul.seen[-1] == ("POST", "/compose")
    assert len(whisul.seen) == 5


async def test_both_endpoints_missing_is_an_unexpected_status(whisul: Script, client: WhisulClient) -> None:
    with pytest.raises(UnexpectedStatus) as caught:
        await client.generate("x")
    assert caught.value.status == 404
    assert [path for _, path in whisul.seen] == ["/generate", "/compose"]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ((400, {"message": "The 'prompt' field is required."}), InvalidInput),
        ((401, {}), Unauthorized),
        ((429, {}, {"Retry-After": "3"}), RateLimited),
        ((403, b"<html>"), UnexpectedStatus),
        ((500, b"<html>"), OutcomeUnknown),
        ((503, {}), OutcomeUnknown),
        ((202, b"<html>"), OutcomeUnknown),
        ((202, b" " * 2_000_000), OutcomeUnknown),
    ],
)
async def test_no_answer_makes_the_client_post_twice(
    whisul: Script, client: WhisulClient, reply: Reply, error: type[Exception]
) -> None:
    whisul.replies["/generate"] = [reply]
    with pytest.raises(error) as caught:
        await client.generate("x")
    assert len(whisul.seen) == 1
    assert caught.value.__context__ is None


async def test_redirects_are_not_followed_with_the_key(whisul: Script, client: WhisulClient) -> None:
    redirect = (307, b"", {"Location": "/api/elsewhere"})
    whisul.replies = {"/generate": [redirect], "/jobs/a": [redirect]}
    with pytest.raises(UnexpectedStatus):
        await client.generate("x")
    with pytest.raises(UnexpectedStatus):
        await client.job("a")
    assert [path for _, path in whisul.seen] == ["/generate", "/jobs/a"]


async def test_a_poll_url_elsewhere_is_ignored_and_the_job_kept(
    whisul: Script, client: WhisulClient, caplog: pytest.LogCaptureFixture
) -> None:
    whisul.replies["/generate"] = [(202, ACCEPTED | {"poll_url": "https://evil.example/jobs/job-1"})]
    accepted = await client.generate("x")
    assert (accepted.job_id, accepted.poll_url) == ("job-1", None)
    assert "another origin" in caplog.text
    whisul.replies["/generate"] = [(202, {"job_id": "job-2"})]
    assert (await client.generate("x")).poll_url is None


async def test_a_job_is_read_under_the_base_url(whisul: Script, client: WhisulClient) -> None:
    whisul.replies["/jobs/a b"] = [(200, COMPLETED)]
    job = await client.job("a b")
    assert job.result is not None
    assert (job.result.title, job.result.duration_seconds) == ("Midnight Grid", 183)
    assert whisul.headers[0]["Authorization"] == f"Bearer {KEY}"
    with pytest.raises(ValueError, match="not a job id"):
        await client.job("../generate")
    assert len(whisul.seen) == 1


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ((404, {}), JobNotFound),
        ((500, b"<html>"), ServerError),
        ((200, b"<html>"), BadResponse),
        ((200, b"x" * 2_000_000), BadResponse),
        ((200, b'{"status": "comple'), BadResponse),
        ((200, b"\x1f\x8bnonsense", {"Content-Encoding": "gzip"}), Exception),
    ],
)
async def test_one_poll_is_one_request(whisul: Script, client: WhisulClient, reply: Reply, error) -> None:
    whisul.replies["/jobs/a"] = [reply]
    with pytest.raises(error) as caught:
        await client.job("a")
    assert type(caught.value).__module__ == "whisul_api.errors"
    assert whisul.seen == [("GET", "/jobs/a")]


async def test_polls_share_one_connection(whisul: Script, client: WhisulClient) -> None:
    whisul.replies["/jobs/a"] = [(200, RUNNING)]
    for _ in range(3):
        await client.job("a")
    assert len(whisul.connections) == 1


async def test_an_unknown_status_is_logged_once(
    whisul: Script, client: WhisulClient, caplog: pytest.LogCaptureFixture
) -> None:
    whisul.replies["/jobs/a"] = [(200, {"status": "mastering"})]
    for _ in range(3):
        assert (await client.job("a")).status is JobStatus.RUNNING
    assert caplog.text.count("mastering") == 1


async def test_a_flood_of_unknown_statuses_does_not_flood_the_log(
    whisul: Script, client: WhisulClient, caplog: pytest.LogCaptureFixture
) -> None:
    whisul.replies["/jobs/a"] = [(200, {"status": f"new-{number}"}) for number in range(40)]
    for _ in range(40):
        await client.job("a")
    assert len(caplog.records) == 20


async def test_the_key_is_in_no_repr_error_or_log(
    whisul: Script, client: WhisulClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "whisul_api")
    echo = f"your key {KEY} is odd"
    whisul.replies = {
        "/generate": [(400, {"message": echo})],
        "/jobs/a": [(200, {"status": echo, "error": echo})],
    }
    with pytest.raises(InvalidInput) as caught:
        await client.generate("x")
    job = await client.job("a")
    assert "[the API key]" in caught.value.message
    for shown in (repr(client), str(client), repr(caught.value), repr(job), caplog.text):
        assert KEY not in shown


async def test_wait_polls_until_done_and_tells_every_job(
    whisul: Script, client: WhisulClient, clock: FixedClock
) -> None:
    whisul.replies["/jobs/a"] = [(200, RUNNING), (200, RUNNING), (200, COMPLETED)]
    told: list[Job] = []
    job = await client.wait("a", on_update=told.append)
    assert job.status is JobStatus.COMPLETED
    assert [one.status for one in told] == ["running", "running", "completed"]
    assert clock.sleeps == [7.5, 7.5]


async def test_wait_never_polls_under_five_seconds_apart(
    whisul: Script, client: WhisulClient, clock: FixedClock
) -> None:
    whisul.replies["/jobs/a"] = [(200, RUNNING), (200, RUNNING | {"status": "failed"})]
    assert (await client.wait("a", interval=0.01)).status is JobStatus.FAILED
    assert clock.sleeps == [5]


async def test_wait_sits_out_faults_and_recovers(
    whisul: Script, client: WhisulClient, clock: FixedClock
) -> None:
    limited = (429, {}, {"Retry-After": "33"})
    whisul.replies["/jobs/a"] = [
        (500, {}),
        (200, b"<html>"),
        limited,
        (200, RUNNING),
        (500, {}),
        (200, COMPLETED),
    ]
    await client.wait("a")
    assert clock.sleeps == [15, 30, 33, 7.5, 15]


async def test_wait_gives_a_404_a_minute_of_grace(
    whisul: Script, client: WhisulClient, clock: FixedClock
) -> None:
    whisul.replies["/jobs/a"] = [(404, {}), (404, {}), (200, COMPLETED)]
    assert (await client.wait("a")).done
    whisul.replies["/jobs/b"] = [(404, {})]
    begun = clock.monotonic()
    with pytest.raises(JobNotFound):
        await client.wait("b")
    assert clock.monotonic() - begun == 60
    with pytest.raises(JobNotFound):
        await client.wait("b", grace=0)
    assert clock.monotonic() - begun == 60


async def test_wait_takes_a_404_after_the_first_minute_as_final(
    whisul: Script, client: WhisulClient, clock: FixedClock
) -> None:
    whisul.replies["/jobs/a"] = [(200, RUNNING)] * 10 + [(404, {})]
    with pytest.raises(JobNotFound):
        await client.wait("a")
    assert len(whisul.seen) == 11


@pytest.mark.parametrize("status", [401, 403])
async def test_wait_gives_up_at_once_where_waiting_does_not_help(
    whisul: Script, client: WhisulClient, clock: FixedClock, status: int
) -> None:
    whisul.replies["/jobs/a"] = [(status, {})]
    with pytest.raises((Unauthorized, UnexpectedStatus)):
        await client.wait("a")
    assert clock.sleeps == []


async def test_wait_ends_within_its_timeout_and_names_the_last_fault(
    whisul: Script, client: WhisulClient, clock: FixedClock
) -> None:
    whisul.replies = {"/jobs/a": [(200, RUNNING)], "/jobs/b": [(500, {})]}
    begun = clock.monotonic()
    with pytest.raises(WaitTimedOut) as caught:
        await client.wait("a", timeout=100)
    assert 90 < clock.monotonic() - begun <= 100
    assert caught.value.__cause__ is None
    with pytest.raises(WaitTimedOut) as caught:
        await client.wait("b", timeout=100)
    assert caught.value.job_id == "b"
    assert isinstance(caught.value.__cause__, ServerError)


async def test_a_callers_session_is_used_as_it_is_and_left_open(whisul: Script) -> None:
    whisul.replies = {"/generate": [(503, {})], "/jobs/a": [(500, {})]}
    passed: list[str] = []

    async def retrying(request: aiohttp.ClientRequest, handler: Callable) -> aiohttp.ClientResponse:
        passed.append(request.method)
        await handler(request)
        return await handler(request)

    async with aiohttp.ClientSession(raise_for_status=True, middlewares=(retrying,)) as session:
        async with WhisulClient(KEY, whisul.base_url, session=session) as client:
            with pytest.raises(OutcomeUnknown):
                await client.generate("x")
        with pytest.raises(ServerError):
            await client.job("a")
        assert not session.closed
    assert passed == []
    assert whisul.seen == [("POST", "/generate"), ("GET", "/jobs/a")]


async def test_a_client_that_is_not_entered_or_left_says_so(whisul: Script) -> None:
    client = WhisulClient(KEY, whisul.base_url)
    with pytest.raises(RuntimeError, match="async with"):
        await client.job("a")
    async with client:
        pass
    with pytest.raises(RuntimeError, match="closed"):
        await client.generate("x")
    assert whisul.seen == []


def test_settings_that_can_not_work_are_refused_at_once() -> None:
    for arguments in (("",), (KEY, "ftp://x"), (KEY, "http://x", 0)):
        with pytest.raises(ValueError, match=r"key|URL|timeout"):
            WhisulClient(*arguments[:2], timeout=arguments[2] if len(arguments) > 2 else 1)


async def test_the_environments_proxies_are_not_used(whisul: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    whisul.replies["/jobs/a"] = [(200, RUNNING)]
    async with WhisulClient(KEY, whisul.base_url) as client:
        assert not (await client.job("a")).done
