"""Send requests. This module translates every aiohttp error into one of this package."""

from __future__ import annotations

import asyncio

import aiohttp
from aiohttp.http import HttpProcessingError
from yarl import URL

from whisul_api.errors import OutcomeUnknown, Unreachable, WhisulError
from whisul_api.protocol import MAX_BODY_BYTES, Answer, Fault, Request

CONNECT_SECONDS = 10.0

# aiohttp raises these before it sends any byte of the request.
NEVER_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ServerFingerprintMismatch,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
)
CUT_SHORT = (aiohttp.ClientError, HttpProcessingError, OSError, TimeoutError, ValueError)


async def exchange(session: aiohttp.ClientSession, request: Request, seconds: float) -> Answer:
    """Send a request once, and read its response within `seconds` in total.

    Raise Unreachable if no byte was sent. Otherwise, if there is no status, raise OutcomeUnknown for a POST
    and Unreachable for a GET. Once the status is known, `Answer.fault` reports any problem with the body.
    """
    deadline = asyncio.get_running_loop().time() + seconds
    response = await _open(session, request, seconds, deadline)
    try:
        body, fault = await _read(response, deadline)
    finally:
        response.close()
    return Answer(response.status, response.headers, body, fault)


async def _open(
    session: aiohttp.ClientSession, request: Request, seconds: float, deadline: float
) -> aiohttp.ClientResponse:
    try:
        async with asyncio.timeout_at(deadline):
            return await session.request(
                request.method,
                URL(request.url, encoded=True),
                headers=request.headers,
                data=request.body,
                # Connecting times out before the deadline, so a missed deadline means that the request was
                # sent.
                timeout=aiohttp.ClientTimeout(total=None, connect=min(CONNECT_SECONDS, seconds / 2)),
                allow_redirects=False,
                raise_for_status=False,
                middlewares=(),
            )
    except NEVER_SENT as error:
        failure: WhisulError = Unreachable(describe(error))
    except CUT_SHORT as error:
        failure = (Unreachable if request.method == "GET" else OutcomeUnknown)(describe(error))
    # Raise outside the handlers, so that aiohttp's exception, which may hold the headers, is not the context.
    raise failure


async def _read(response: aiohttp.ClientResponse, deadline: float) -> tuple[bytes, Fault | None]:
    body = bytearray()
    try:
        async with asyncio.timeout_at(deadline):
            async for chunk in response.content.iter_chunked(64 * 1024):
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    return bytes(body[:MAX_BODY_BYTES]), Fault.OVERSIZED
    except CUT_SHORT:
        return bytes(body), Fault.CUT
    return bytes(body), None


def describe(error: BaseException) -> str:
    """Describe an exception of the HTTP library without including any part of the request."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "its name can't be resolved"
    if isinstance(error, aiohttp.ClientSSLError):
        return "the TLS handshake failed"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "the connection was refused or failed"
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return "connecting took too long"
    if isinstance(error, TimeoutError):
        return "it took too long to answer"
    return f"the connection failed ({type(error).__name__})"
