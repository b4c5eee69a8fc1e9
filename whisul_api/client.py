"""Provide the client: `generate` starts a song, `job` polls it once, `wait` polls until it is done."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import aiohttp

from whisul_api.errors import (
    BadResponse,
    InvalidInput,
    JobNotFound,
    RateLimited,
    ServerError,
    UnexpectedStatus,
    Unreachable,
    UntrustedPollUrl,
    WaitTimedOut,
)
from whisul_api.models import Accepted, Job
from whisul_api.pacing import NOT_THERE_YET_SECONDS, pause
from whisul_api.protocol import (
    Answer,
    Request,
    check_api_key,
    check_base_url,
    generate_request,
    job_request,
    read_accepted,
    read_job,
    resolve_poll_url,
)
from whisul_api.transport import exchange

DEFAULT_BASE_URL = "https://whisul.com/api"
GENERATE, COMPOSE = "/generate", "/compose"

_MAX_STATUSES_LOGGED = 20
_REDACTED_KEY_LENGTH = 16

log = logging.getLogger("whisul_api")


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _open_session(connector: aiohttp.TCPConnector | None = None) -> aiohttp.ClientSession:
    """Open a session that ignores the environment's proxies and netrc, which could see or replace the key."""
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)


class WhisulClient:
    """A client for Whisul's API, for many songs at once. Use it with `async with`.

    `timeout` is in seconds and covers one whole request including the response. The caller's `session`, if
    given, is used without its middlewares and is never closed. It should not keep connections alive, because
    a server may close one just as a POST is sent. Raises ValueError for an invalid key or base URL. `sleep`,
    `clock` (monotonic seconds), `now` and `spread` (jitter) are for tests.
    """

    def __init__(
        self,
        api_key: str,
        base_url: str = DEFAULT_BASE_URL,
        *,
        session: aiohttp.ClientSession | None = None,
        timeout: float = 30.0,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = _utc_now,
        spread: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._api_key = check_api_key(api_key)
        self.base_url = check_base_url(base_url)
        if not timeout > 0:
            raise ValueError("the timeout must be above 0 seconds")
        self._timeout = timeout
        self._session = self._post_session = session
        self._owns_session = session is None
        self._sleep, self._clock, self._now, self._spread = sleep, clock, now, spread
        self._endpoint: str | None = None
        self._statuses_logged: set[str] = set()

    def __repr__(self) -> str:
        return f"<WhisulClient {self.base_url}>"

    async def __aenter__(self) -> Self:
        if self._session is None:
            self._session = _open_session()
            # A server may close a kept-alive connection just as a POST is sent on it, and then the outcome of
            # the POST is unknown. So every POST opens a new connection.
            self._post_session = _open_session(aiohttp.TCPConnector(force_close=True))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._owns_session:
            sessions = self._session, self._post_session
            self._session = self._post_session = None
            for session in sessions:
                if session is not None:
                    await session.close()

    async def generate(self, prompt: str) -> Accepted:
        """Start a song with one POST, which is never repeated. Each success costs a song.

        InvalidInput, Unauthorized, RateLimited, Unreachable and UnexpectedStatus mean that no job was made.
        After OutcomeUnknown a job may exist, so do not resend the prompt automatically.

        Some of Whisul's pages call the endpoint `/compose`. It is tried after a 404 or 405 from `/generate`,
        which made no job, and the client remembers which one worked.
        """
        if self._endpoint is not None:
            return await self._post(self._endpoint, prompt)
        try:
            return await self._post(GENERATE, prompt)
        except UnexpectedStatus as error:
            if error.status not in {404, 405}:
                raise
        return await self._post(COMPOSE, prompt)

    async def _post(self, endpoint: str, prompt: str) -> Accepted:
        answer = await self._send(generate_request(self.base_url, endpoint, self._api_key, prompt))
        try:
            accepted = read_accepted(answer, self._now())
        except InvalidInput:
            self._endpoint = self._endpoint or endpoint
            raise
        self._endpoint = self._endpoint or endpoint
        return self._with_trusted_poll_url(accepted)

    def _with_trusted_poll_url(self, accepted: Accepted) -> Accepted:
        if accepted.poll_url is None:
            return accepted
        try:
            resolve_poll_url(self.base_url, accepted.poll_url)
        except UntrustedPollUrl:
            # The job exists and costs money, so poll it under the base URL even if this URL points elsewhere.
            log.warning(
                "Whisul's poll_url for job %r points to another origin and is ignored", accepted.job_id
            )
            return replace(accepted, poll_url=None)
        return accepted

    async def job(self, job_id: str) -> Job:
        """Poll a job with one GET. It is not retried here, but is always safe to retry.

        May raise Unauthorized, JobNotFound, RateLimited, ServerError, Unreachable, BadResponse or
        UnexpectedStatus, or ValueError for an invalid id.
        """
        answer = await self._send(job_request(self.base_url, self._api_key, job_id))
        job = read_job(answer, job_id, self._now())
        if not job.status_is_known:
            self._log_status_once(job.raw_status)
        return job

    async def wait(
        self,
        job_id: str,
        *,
        interval: float = 7.5,
        timeout: float = 1800.0,  # noqa: ASYNC109 - uses the injected clock, and raises our own error
        grace: float = NOT_THERE_YET_SECONDS,
        on_update: Callable[[Job], None] | None = None,
    ) -> Job:
        """Poll immediately and then every `interval` seconds (at least 5) until the job is done.

        `on_update` is called with every job that was read, including the last. RateLimited (respecting its
        Retry-After), ServerError, Unreachable and BadResponse are retried, as is JobNotFound in the first
        `grace` seconds. May raise Unauthorized, UnexpectedStatus, JobNotFound, or WaitTimedOut if no further
        poll fits into `timeout` seconds.
        """
        begun = self._clock()
        failures = 0
        while True:
            fault = None
            try:
                job = await self.job(job_id)
            except (RateLimited, ServerError, Unreachable, BadResponse) as error:
                failures, fault = failures + 1, error
                log.info("polling job %r again later: %s", job_id, error)
            except JobNotFound as error:
                if self._clock() - begun >= grace:
                    raise
                failures, fault = 0, error
            else:
                failures = 0
                if on_update is not None:
                    on_update(job)
                if job.done:
                    return job
            delay = pause(interval, fault, failures, self._spread)
            if self._clock() + delay - begun > timeout:
                raise WaitTimedOut(job_id, timeout) from fault
            await self._sleep(delay)

    async def _send(self, request: Request) -> Answer:
        session = self._post_session if request.method == "POST" else self._session
        if session is None or session.closed:
            raise RuntimeError("the client is closed, or was never entered with `async with`")
        answer = await exchange(session, request, self._timeout)
        key = self._api_key.encode()
        if len(key) < _REDACTED_KEY_LENGTH or key not in answer.body:
            return answer
        # A server may repeat the key in its message, and the key must not reach a log.
        return replace(answer, body=answer.body.replace(key, b"[the API key]"))

    def _log_status_once(self, raw_status: str) -> None:
        if raw_status in self._statuses_logged or len(self._statuses_logged) >= _MAX_STATUSES_LOGGED:
            return
        self._statuses_logged.add(raw_status)
        log.warning("Whisul sent an unknown status, treated as running: %.100r", raw_status)
