"""Test WhisulClient against raw sockets on loopback that break HTTP in every way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.hang_guard import HANG_GUARD
from tests.support.ports import refusing_port
from whisul_api import (
    BadResponse,
    InvalidInput,
    OutcomeUnknown,
    RateLimited,
    Unauthorized,
    Unreachable,
    WhisulClient,
    WhisulError,
)
from whisul_api.transport import CONNECT_SECONDS
from whisul_api.values import MAX_RETRY_AFTER_SECONDS

KEY = "key-that-nobody-may-see"
BODY = b'{"job_id": "job-1", "status": "running"}'
WHOLE = b"HTTP/1.1 202 Accepted\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter, list[bytes]], Awaitable[None]]


async def read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    return head + await reader.readexactly(int(lengths[0].split(b":")[1]) if lengths else 0)


@asynccontextmanager
async def raw_server(handle: Handler) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Run a server whose `handle` gets every connection. Yield the base URL and the requests seen."""
    seen: list[bytes] = []
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await handle(reader, writer, seen)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api", seen
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def pass_time(seconds: float) -> None:
    """Set the clock of the event loop ahead, so that deadlines pass without a wait."""
    loop = asyncio.get_running_loop()
    earlier = loop.time
    loop.time = lambda: earlier() + seconds


async def hang(seconds: float = 2 * HANG_GUARD) -> None:
    """Let the client read what there is, then let time pass: by default, that of the whole call."""
    for _ in range(20):
        await asyncio.sleep(0.002)
    pass_time(seconds)
    await asyncio.Event().wait()


def answering(raw: bytes, *, then_hang: bool = False) -> Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: list[bytes]) -> None:
        seen.append(await read_request(reader))
        writer.write(raw)
        await writer.drain()
        if then_hang:
            await hang()

    return handle


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: list[bytes]) -> None:
    seen.append(await read_request(reader))
    await asyncio.Event().wait()


async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: list[bytes]) -> None:
    seen.append(await read_request(reader))
    writer.write(WHOLE.split(b"\r\n\r\n")[0] + b"\r\n\r\n")
    for byte in BODY:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.002)
        pass_time(HANG_GUARD / 20)


async def outcomes(
    base_url: str, timeout: float = HANG_GUARD
) -> tuple[WhisulError | None, WhisulError | None]:
    """Return what a generate() and a job() against the server raise."""
    raised: list[WhisulError | None] = []
    async with WhisulClient(KEY, base_url, timeout=timeout) as client:
        for call in (lambda: client.generate("x"), lambda: client.job("a")):
            try:
                await call()
            except WhisulError as error:
                raised.append(error)
            else:
                raised.append(None)
    assert KEY not in repr(raised)
    assert not any(error is not None and error.__context__ for error in raised)
    return raised[0], raised[1]


@pytest.mark.parametrize(
    "raw",
    [b"", b"HTTP/1.1 202 Acc", b"nonsense\r\n\r\n", b"HTTP/1.1 202 OK\r\nBad Header\r\n\r\n", b"\x00" * 100],
    ids=["cut at once", "cut in the status line", "no HTTP", "broken header", "null bytes"],
)
async def test_a_connection_that_ends_without_a_status_leaves_a_post_unknown(raw: bytes) -> None:
    async with raw_server(answering(raw)) as (base_url, seen):
        posted, polled = await outcomes(base_url)
    assert isinstance(posted, OutcomeUnknown)
    assert isinstance(polled, Unreachable)
    assert len([one for one in seen if one.startswith(b"POST")]) == 1


async def test_a_kept_alive_connection_that_the_server_closes_costs_no_post() -> None:
    """The server keeps connections alive and closes them when the next request comes."""

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: list[bytes]) -> None:
        seen.append(await read_request(reader))
        writer.write(WHOLE.replace(b"202 Accepted", b"200 OK") if seen[-1].startswith(b"GET") else WHOLE)
        await writer.drain()
        await reader.readexactly(1)

    async with raw_server(once) as (base_url, seen), WhisulClient(KEY, base_url) as client:
        for _ in range(10):
            await client.job("a")
            assert (await client.generate("x")).job_id == "job-1"
            assert (await client.generate("x")).job_id == "job-1"
    assert len(seen) == 30


async def test_a_server_that_hangs_ends_in_an_error_of_ours() -> None:
    async with raw_server(answering(b"", then_hang=True)) as (base_url, seen):
        posted, polled = await outcomes(base_url)
    assert isinstance(posted, OutcomeUnknown)
    assert isinstance(polled, Unreachable)
    assert len(seen) == 2


async def test_a_retry_after_date_is_measured_by_this_machines_clock_if_whisul_sends_no_date() -> None:
    raw = b"HTTP/1.1 429 No\r\nContent-Length: 0\r\nRetry-After: Fri, 31 Dec 2066 23:59:59 GMT\r\n\r\n"
    async with raw_server(answering(raw)) as (base_url, _):
        for outcome in await outcomes(base_url):
            assert isinstance(outcome, RateLimited)
            assert outcome.retry_after == MAX_RETRY_AFTER_SECONDS


async def test_a_server_that_trickles_ends_at_the_deadline() -> None:
    async with raw_server(trickle) as (base_url, _):
        posted, polled = await outcomes(base_url)
    assert isinstance(posted, OutcomeUnknown)
    assert isinstance(polled, Unreachable)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"Content-Length: 900", b'{"job_id": "job'),
        (b"Transfer-Encoding: chunked", b'5\r\n{"job'),
        (b"Transfer-Encoding: chunked", b"zz\r\n"),
    ],
)
async def test_a_body_that_is_cut_leaves_a_post_unknown(head: bytes, body: bytes) -> None:
    raw = b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + body
    async with raw_server(answering(raw)) as (base_url, _):
        posted, polled = await outcomes(base_url)
    assert isinstance(posted, OutcomeUnknown)
    assert isinstance(polled, Unreachable)


async def test_a_job_whose_answer_hangs_after_the_whole_json_is_not_lost() -> None:
    raw = b"HTTP/1.1 202 Accepted\r\nContent-Length: 900\r\n\r\n" + BODY
    async with (
        raw_server(answering(raw, then_hang=True)) as (base_url, _),
        WhisulClient(KEY, base_url, timeout=HANG_GUARD) as client,
    ):
        assert (await client.generate("x")).job_id == "job-1"


@pytest.mark.parametrize(("status", "error"), [(b"400", InvalidInput), (b"401", Unauthorized)])
async def test_a_status_that_made_no_job_counts_though_its_body_hangs(status: bytes, error: type) -> None:
    raw = b"HTTP/1.1 " + status + b" No\r\nContent-Length: 900\r\n\r\n{"
    async with raw_server(answering(raw, then_hang=True)) as (base_url, _):
        posted, _polled = await outcomes(base_url)
    assert type(posted) is error


async def test_an_endless_body_is_left_at_the_cap() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: list[bytes]) -> None:
        seen.append(await read_request(reader))
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
            await writer.drain()

    async with raw_server(endless) as (base_url, _):
        posted, polled = await outcomes(base_url)
    assert isinstance(posted, OutcomeUnknown)
    assert isinstance(polled, BadResponse)


async def test_a_post_on_a_kept_connection_that_breaks_is_sent_exactly_once() -> None:
    async def once_only(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: list[bytes]
    ) -> None:
        seen.append(await read_request(reader))
        writer.write(WHOLE)
        await writer.drain()
        # The second request on the same connection is read, and the connection closed without a response.
        seen.append(await read_request(reader))

    async with (
        raw_server(once_only) as (base_url, seen),
        aiohttp.ClientSession() as keeping_alive,
        WhisulClient(KEY, base_url, session=keeping_alive) as client,
    ):
        await client.job("a")
        with pytest.raises(OutcomeUnknown):
            await client.generate("x")
        await client.job("b")
        assert [one.split(b" ")[0] for one in seen] == [b"GET", b"POST", b"GET"]


async def test_a_refused_connection_made_no_job() -> None:
    with refusing_port() as port:
        posted, polled = await outcomes(f"http://127.0.0.1:{port}")
    assert isinstance(posted, Unreachable)
    assert isinstance(polled, Unreachable)


class NoResolver(AbstractResolver):
    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        raise OSError("Name or service not known")

    async def close(self) -> None:
        pass


async def test_a_name_that_does_not_resolve_made_no_job() -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=NoResolver())) as session:
        client = WhisulClient(KEY, "http://whisul.invalid", session=session)
        with pytest.raises(Unreachable, match="name"):
            await client.generate("x")
        with pytest.raises(Unreachable, match="name"):
            await client.job("a")


async def test_a_failed_tls_handshake_made_no_job() -> None:
    async def no_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: list[bytes]) -> None:
        seen.append(await reader.read(3))
        writer.write(b"this is no TLS at all\r\n")
        await writer.drain()

    async with raw_server(no_tls) as (base_url, seen):
        posted, polled = await outcomes(base_url.replace("http:", "https:"))
    assert isinstance(posted, Unreachable)
    assert isinstance(polled, Unreachable)
    assert "TLS" in str(posted)
    assert {one[:1] for one in seen} == {b"\x16"}  # a TLS greeting and never a request


async def test_connecting_that_takes_too_long_made_no_job() -> None:
    async def no_handshake(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: list[bytes]
    ) -> None:
        await hang(CONNECT_SECONDS)

    async with raw_server(no_handshake) as (base_url, _):
        # TLS over a silent server: TCP connects, the handshake never ends.
        posted, polled = await outcomes(base_url.replace("http:", "https:"))
    assert isinstance(posted, Unreachable)
    assert "too long" in str(posted)
    assert isinstance(polled, Unreachable)


async def test_waiting_for_a_place_in_the_callers_pool_made_no_job() -> None:
    async with (
        raw_server(silent) as (base_url, seen),
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session,
    ):
        holder = asyncio.create_task(WhisulClient(KEY, base_url, session=session).job("a"))
        while not seen:
            await asyncio.sleep(0.01)
        with pytest.raises(Unreachable):
            await WhisulClient(KEY, base_url, session=session, timeout=0.3).generate("x")
        holder.cancel()
        await asyncio.gather(holder, return_exceptions=True)
    assert len(seen) == 1


async def test_a_cancelled_call_is_cancelled() -> None:
    async with (
        raw_server(silent) as (base_url, seen),
        WhisulClient(KEY, base_url) as client,
    ):
        call = asyncio.create_task(client.generate("x"))
        while not seen:
            await asyncio.sleep(0.01)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call


lines = st.sampled_from(
    [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 202 X\r\n", b"HTTP/1.0 429 \r\n", b"HTTP/9 1\r\n", b""]
)
pieces = st.sampled_from(
    [
        b"Content-Length: 5\r\n",
        b"Content-Encoding: gzip\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"\r\n",
        b"5\r\n",
    ]
) | st.binary(max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(lines, st.lists(pieces, max_size=6))
def test_whatever_a_socket_says_only_errors_of_ours_come_out(line: bytes, rest: list[bytes]) -> None:
    async def attempt() -> None:
        async with raw_server(answering(line + b"".join(rest))) as (base_url, _):
            posted, polled = await outcomes(base_url, timeout=2)
        assert all(error is None or isinstance(error, WhisulError) for error in (posted, polled))

    asyncio.run(attempt())
