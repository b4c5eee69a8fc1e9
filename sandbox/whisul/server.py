"""Serve a local Whisul: the API over HTTP, with faults on demand and a record of all requests."""

from __future__ import annotations

import hmac
import json
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, Literal, NamedTuple

from aiohttp import web

from sandbox.whisul import answers, prompt_words
from sandbox.whisul.faults import Endpoint, Fault, FaultScript, misbehave
from sandbox.whisul.jobs import Job, JobBook
from sandbox.whisul.media import TYPES, Studio
from sandbox.whisul.page import page

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_ERRORS: Final = {
    401: ("Unauthorized", "The API key is missing, wrong or expired."),
    404: ("Not found", "There is nothing here: no such job or path, or it has expired."),
    405: ("Method not allowed", "This path takes another method."),
    416: ("Range not satisfiable", "The file has no such bytes."),
}
_KINDS: Final = (
    ("/api/generate", "generate"), ("/api/compose", "compose"), ("/api/jobs/", "job"),
    ("/audio/", "audio"), ("/covers/", "cover"),
)  # fmt: skip
_GARBAGE: Final = b'{"status": "running", "prompt": "a tr\xff\xfe<br>'
_POSTS_KEPT: Final = 100_000


class Post(NamedTuple):
    """A prompt that the server received, whatever the response was."""

    time: float
    prompt: str


class WhisulServer:
    """A local Whisul. As an async context manager, it listens until the block ends.

    Audio and covers are composed when first requested, so that thousands of jobs cost nothing but memory.

    - `jobs` holds every job in memory by its ID, with the times of its polls.
    - `posts` holds every prompt that was posted with a valid key, in order, with its time.
    - `requests` counts the requests by (method, kind, status). The kind is `generate`, `compose`, `job`,
      `audio`, `cover`, `page` or `other`. Status 0 means that no response was sent.
    - `api_key` can be changed while the server runs, as in Whisul's dashboard.
    """

    def __init__(
        self,
        *,
        api_key: str = "sandbox",
        compose_seconds: tuple[float, float] = (15.0, 25.0),
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], float] = time.time,
        small_audio: bool = False,
        endpoint: Literal["generate", "compose"] = "generate",
        public_base: str | None = None,
    ) -> None:
        """Configure the server. Port 0 selects a free port. `clock` returns seconds since 1970. `small_audio`
        makes songs of 3 seconds.

        `endpoint` is the only path that accepts a POST; the other one returns 404. Links to audio
        and covers start with `public_base`, or by default with the poll's Host header.
        """
        self.api_key = api_key
        self.posts: deque[Post] = deque(maxlen=_POSTS_KEPT)
        self.requests: Counter[tuple[str, str, int]] = Counter()
        self._book = JobBook(compose_seconds, small_audio=small_audio)
        self._script = FaultScript()
        self._studio = Studio()
        self._clock = clock
        self._host, self._port = host, port
        self._endpoint = endpoint
        self._public_base = public_base
        self._runner: web.AppRunner | None = None

    @property
    def jobs(self) -> dict[str, Job]:
        """Return every job in memory by its ID."""
        return self._book.jobs

    @property
    def compose_seconds(self) -> tuple[float, float]:
        """Return the range from which the duration of each new job is drawn, in seconds."""
        return self._book.compose_seconds

    @compose_seconds.setter
    def compose_seconds(self, seconds: tuple[float, float]) -> None:
        self._book.compose_seconds = seconds

    @property
    def port(self) -> int:
        """Return the port, which stays the same after `down` and `up`."""
        return self._port

    @property
    def origin(self) -> str:
        """Return the address without a path, such as `http://127.0.0.1:8765`."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def base_url(self) -> str:
        """Return the base URL of the API."""
        return f"{self.origin}/api"

    async def __aenter__(self) -> WhisulServer:
        """Start listening. Raise `OSError` if the port is taken."""
        await self.up()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening, close all connections, and end the composing thread."""
        await self.down()
        self._studio.close()

    async def up(self) -> None:
        """Start listening, on the same port as before if there was one."""
        if self._runner is not None:
            return
        runner = web.AppRunner(
            self._application(), access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port, reuse_address=True).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self._port = int(runner.addresses[0][1])

    async def down(self) -> None:
        """Stop listening and close all connections. Jobs are kept and continue."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    @asynccontextmanager
    async def outage(self) -> AsyncIterator[None]:
        """Take the server down inside the block, and bring it up after it."""
        await self.down()
        try:
            yield
        finally:
            await self.up()

    def fail_next(
        self, endpoint: Endpoint, fault: Fault, count: float = 1, *, prompt: str | None = None
    ) -> None:
        """Make the next `count` authorised requests of an endpoint fail; `math.inf` means all.

        With `prompt`, only songs whose prompt contains it are affected. Scripted faults happen in the given
        order, and before those that words in the prompt trigger.
        """
        self._script.add(endpoint, fault, count, prompt)

    def heal(self) -> None:
        """Drop all pending scripted faults."""
        self._script.clear()

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self._counted])
        routes = application.router
        routes.add_post(f"/api/{self._endpoint}", self._generate)
        routes.add_get("/api/jobs/{job_id}", self._job, allow_head=False)
        routes.add_get("/audio/{job_id}.{ending}", self._audio)
        routes.add_get("/covers/{job_id}.{ending}", self._cover)
        routes.add_get("/", self._page)
        return application

    @web.middleware
    async def _counted(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        status = 0
        try:
            try:
                answer = await handler(request)
            except web.HTTPException as refused:
                answer = _refusal(refused)
            if request.transport is not None and not request.transport.is_closing():
                status = answer.status
            return answer
        finally:
            self.requests[request.method, _kind_of(request.path), status] += 1

    def _check_key(self, request: web.Request) -> None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        given, wanted = key.strip().encode("utf-8", "surrogateescape"), self.api_key.encode()
        if scheme.lower() != "bearer" or not hmac.compare_digest(given, wanted):
            raise web.HTTPUnauthorized(headers={"WWW-Authenticate": "Bearer"})

    async def _generate(self, request: web.Request) -> web.StreamResponse:
        self._check_key(request)
        try:
            prompt = answers.prompt_in(await _decoded(request))
        except answers.InvalidInput as wrong:
            return web.json_response(answers.error("Invalid input", str(wrong)), status=400)
        self.posts.append(Post(self._clock(), prompt))
        fault = self._script.take("generate", prompt)
        if fault is None:
            return self._take_order(prompt)
        right = self._take_order(prompt) if fault.does_the_work else None
        return await misbehave(request, fault, "generate", right)

    def _take_order(self, prompt: str) -> web.Response:
        words, now = prompt_words.words_of(prompt), self._clock()
        if prompt_words.SERVER_ERROR in words:
            return web.json_response(answers.error("Internal error", "Something went wrong."), status=500)
        if prompt_words.RATE_LIMITED in words and self._book.refuse_once(prompt, now):
            wait = answers.error("Rate limit exceeded", "Too many requests: wait a moment, then ask again.")
            return web.json_response(wait, status=429, headers={"Retry-After": "2"})
        return web.json_response(answers.accepted(self._book.make(prompt, now)), status=202)

    async def _job(self, request: web.Request) -> web.StreamResponse:
        self._check_key(request)
        now = self._clock()
        job = self._book.find(request.match_info["job_id"], now)
        if job is not None:
            job.polls.append(now)
        fault = self._script.take("job", job.prompt if job else "")
        if fault is None:
            return self._progress(request, job, now)
        right = self._progress(request, job, now) if fault.does_the_work and job else None
        return await misbehave(request, fault, "job", right)

    def _progress(self, request: web.Request, job: Job | None, now: float) -> web.Response:
        if job is None or prompt_words.VANISHED in job.words:
            raise web.HTTPNotFound
        if prompt_words.GARBAGE in job.words and job.poll_count <= prompt_words.GARBAGE_POLLS:
            return web.Response(body=_GARBAGE, content_type="application/json")
        base = self._public_base or f"{request.scheme}://{request.host}"
        return web.json_response(answers.progress(job, now, base))

    async def _audio(self, request: web.Request) -> web.StreamResponse:
        job = self._book.find(request.match_info["job_id"], self._clock())
        if job is None or not job.has_audio(self._clock()) or request.match_info["ending"] != "mp3":
            raise web.HTTPNotFound
        right = _file(request, await self._studio.audio(job), TYPES["mp3"])
        fault = self._script.take("audio", job.prompt)
        return right if fault is None else await misbehave(request, fault, "audio", right)

    async def _cover(self, request: web.Request) -> web.StreamResponse:
        job = self._book.find(request.match_info["job_id"], self._clock())
        ending = request.match_info["ending"]
        if job is None or not job.has_cover(self._clock()) or ending != job.plan.cover_type:
            raise web.HTTPNotFound
        right = _file(request, await self._studio.cover(job), TYPES[ending])
        fault = self._script.take("cover", job.prompt)
        return right if fault is None else await misbehave(request, fault, "cover", right)

    async def _page(self, _request: web.Request) -> web.Response:
        return web.Response(text=page(self.origin, self._endpoint), content_type="text/html")


async def _decoded(request: web.Request) -> object:
    """Return the JSON in a body. Raise `InvalidInput` for anything else."""
    if request.content_type != "application/json":
        raise answers.InvalidInput("The 'prompt' field is out of reach: send Content-Type: application/json.")
    try:
        return json.loads(await request.read())
    except web.HTTPRequestEntityTooLarge:
        raise answers.InvalidInput("The 'prompt' field is too long.") from None
    except (ValueError, RecursionError):
        raise answers.InvalidInput("The 'prompt' field is out of reach: the body is not JSON.") from None


def _refusal(refused: web.HTTPException) -> web.Response:
    name, message = _ERRORS.get(refused.status, (refused.reason, refused.reason))
    kept = {
        name: refused.headers[name]
        for name in ("Allow", "WWW-Authenticate", "Content-Range")
        if name in refused.headers
    }
    return web.json_response(answers.error(name, message), status=refused.status, headers=kept)


def _file(request: web.Request, body: bytes, content_type: str) -> web.Response:
    """Return the file, or the part that a Range header asks for. Players use ranges to seek."""
    headers = {"Content-Type": content_type, "Accept-Ranges": "bytes"}
    if "Range" not in request.headers:
        return web.Response(body=body, headers=headers)
    try:
        start, stop, _ = request.http_range.indices(len(body))
    except ValueError:
        return web.Response(body=body, headers=headers)
    if start >= stop:
        raise web.HTTPRequestRangeNotSatisfiable(headers={"Content-Range": f"bytes */{len(body)}"})
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(body)}"
    return web.Response(status=206, body=body[start:stop], headers=headers)


def _kind_of(path: str) -> str:
    if path == "/":
        return "page"
    return next((kind for start, kind in _KINDS if path.startswith(start)), "other")
