"""Provide the server itself: one aiohttp application for REST, gateway and attachments, on a free port."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, Self

import orjson
from aiohttp import web

from tests.support.cpu_wait import CpuWait

from . import errors, schema
from .clock import Changes, Clock
from .controls import Controls
from .faults import Fault, Faults
from .gateway import PATH as GATEWAY_PATH
from .gateway import RESUME_PATH, Gateway
from .guild_state import GuildState
from .interactions import Interactions
from .message_rules import OldEdits
from .message_store import MessageStore
from .model import User
from .people import People
from .rate_limits import RateLimited, RateLimits
from .requests import RecordedRequest, read_body
from .rest import ApplicationRoutes, Handler, InteractionRoutes
from .rest_messages import MessageRoutes
from .schema import SchemaViolation
from .session_starts import SessionStarts

API = "/api/v10"
_OPEN_ROUTES = ("/interactions/", "/webhooks/")


class DiscordServer(People, Controls):
    """A Discord on loopback, as an async context manager; see the package's docstring for a whole example.

    Args:
        token: the bot token that is accepted.
        heartbeat_interval: seconds, sent to the bot in HELLO.
        shards: what GET /gateway/bot recommends.
        upload_limit: bytes per file, instead of the user's and the guild's limit; above it, 413 and 40005.
        user_install_followups: how many followups a user install may send.
        enforce_deadline: whether a callback after 3 s is refused (10062), as on Discord.
        rate_limits: whether requests are limited by route, by channel and in total, as on Discord.
        check_schema: check request bodies against Discord's OpenAPI document if it is available. Off for
            benchmarks.
        keep_files: keep the uploaded bytes and serve them. Off for benchmarks.
        record_requests: keep every request in ``requests``. Off for benchmarks that send a great many.
        port: 0 for a free one, or a fixed one for a server that restarts at the same address.
        clock: Discord's clock, by default the wall clock.
    """

    def __init__(
        self,
        *,
        token: str = "loopback-bot-token",
        heartbeat_interval: float = 41.25,
        shards: int = 1,
        upload_limit: int | None = None,
        user_install_followups: int = 5,
        enforce_deadline: bool = True,
        rate_limits: bool = True,
        check_schema: bool = True,
        keep_files: bool = True,
        record_requests: bool = True,
        port: int = 0,
        clock: Clock | None = None,
    ) -> None:
        self.token = token
        self.clock = clock or Clock()
        self.changes = Changes(recheck=0.05)
        self.cpu_wait = CpuWait()
        self.faults = Faults(self.clock)
        self.rate_limits = RateLimits(self.clock, rate_limits)
        self.session_starts = SessionStarts(self.clock)
        self.requests: list[RecordedRequest] = []
        self.request_count = 0
        self.schema_violations: list[SchemaViolation] = []
        self.unknown_routes: list[str] = []
        bot = User(self.clock.snowflake(), "songbot", bot=True)
        self.state = GuildState(self.clock, bot.id, bot, User(self.clock.snowflake(), "owner"))
        self.message_store = MessageStore(self.clock, "", keep_files)
        self.gateway = Gateway(
            self.state,
            self.changes,
            self.session_starts,
            token=token,
            heartbeat_interval=heartbeat_interval,
        )
        self.old_edits = OldEdits(self.clock)
        self.messages = MessageRoutes(
            self.state, self.message_store, self.gateway, self.changes, self.old_edits
        )
        self.interactions = Interactions(
            self.state,
            self.message_store,
            self.gateway,
            self.changes,
            upload_limit,
            user_install_followups,
            enforce_deadline,
            self.cpu_wait,
        )
        self._application = ApplicationRoutes(self.state, self.session_starts, shards=shards)
        self.checks_schema = check_schema and schema.available()
        self._record_requests = record_requests
        self._port = port
        self._runner: web.AppRunner | None = None

    # Its life --------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, backlog=2048)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.message_store.base_url = f"http://127.0.0.1:{self._port}"
        self.gateway.address = f"ws://127.0.0.1:{self._port}"
        self._application.gateway_url = self.gateway.address + GATEWAY_PATH
        return self

    async def __aexit__(self, *_: object) -> None:
        self.gateway.down = True
        for connection in list(self.gateway.connections):
            connection.abort()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        """Return the value for the bot's setting DISCORD_API_URL."""
        return f"http://127.0.0.1:{self._port}{API}"

    @property
    def bot(self) -> User:
        return self.state.bot

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=256 * 1024 * 1024)
        app.router.add_get(GATEWAY_PATH, self.gateway.handle)
        app.router.add_get(RESUME_PATH, self.gateway.handle)
        app.router.add_get("/attachments/{path:.*}", self._attachment)
        interactions = InteractionRoutes(self.interactions, self.messages)
        for table in (self._application.table(), self.messages.table(), interactions.table()):
            for (method, operation), handler in table.items():
                app.router.add_route(method, API + operation, self._route(operation, handler))
        app.router.add_route("*", "/{path:.*}", self._route(None, _no_such_route))
        return app

    async def _attachment(self, request: web.Request) -> web.Response:
        file = self.message_store.files.get(request.path)
        if file is None:
            return web.Response(status=404)
        return web.Response(body=file.data, content_type=file.content_type)

    # One request -----------------------------------------------------------------------------------

    def _route(self, operation: str | None, handler: Handler) -> Callable[[web.Request], Any]:
        async def serve(request: web.Request) -> web.StreamResponse:
            path = request.path.removeprefix(API)
            record = RecordedRequest(
                request.method,
                path,
                dict(request.query),
                operation,
                time.monotonic(),
                params=dict(request.match_info),
            )
            self.request_count += 1
            if self._record_requests:
                self.requests.append(record)
            try:
                response = await self._serve(request, record, handler)
            except ConnectionError:
                return web.Response()  # the bot is gone; there is nobody to answer
            record.answered_at = time.monotonic()
            self.rate_limits.answered(record.status or 0, record.scope)
            self.changes.notify()
            return response

        return serve

    async def _serve(
        self, request: web.Request, record: RecordedRequest, handler: Handler
    ) -> web.StreamResponse:
        fault = self.faults.take_matching(record.method, record.path)
        if fault is None:
            limited = self.rate_limits.check(record, self.interactions.channel_id_of(record))
            if limited is not None:
                await self._read(request, record)
                return self._refuse_limited(record, limited)
            return await self._answer(request, record, handler)
        record.fault = fault.label
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if not fault.replaces_answer:
            return await self._answer(request, record, handler)
        if fault.after:
            await self._answer(request, record, handler)
            record.status = None
        else:
            await self._read(request, record)
        return await _fail(request, record, fault)

    async def _answer(self, request: web.Request, record: RecordedRequest, handler: Handler) -> web.Response:
        try:
            await self._read(request, record)
            if record.operation is None:
                self.unknown_routes.append(f"{record.method} {record.path}")
            elif not self._authorized(request, record):
                raise errors.unauthorized()
            self.interactions.refuse_too_large(record)
            answer = await handler(record)
            status = 200 if answer is not None else 204
        except errors.DiscordError as refusal:
            answer, status = refusal.body, refusal.status
        record.status = status
        return _json(answer, status, self.rate_limits.headers(record))

    def _refuse_limited(self, record: RecordedRequest, limited: RateLimited) -> web.Response:
        """Return a 429 with the route's own headers, or Cloudflare's page after too many invalid requests."""
        record.status, record.scope = 429, limited.scope
        if limited.scope == "cloudflare":
            return web.Response(
                status=429, text="<html>You are being rate limited</html>", headers=limited.headers()
            )
        headers = self.rate_limits.headers(record) | limited.headers()
        return _json(limited.body(), 429, headers)

    async def _read(self, request: web.Request, record: RecordedRequest) -> None:
        await read_body(request, record)
        record.received_at = time.monotonic()
        if self.checks_schema and record.operation and record.json is not None:
            self.schema_violations += schema.violations(record.method, record.operation, record.json)

    def _authorized(self, request: web.Request, record: RecordedRequest) -> bool:
        by_token = record.path.startswith(_OPEN_ROUTES)
        if self.gateway.token_is_reset and not by_token:
            return False
        return by_token or request.headers.get("Authorization") == f"Bot {self.token}"

    # For tests -------------------------------------------------------------------------------------

    async def wait_until(self, predicate: Callable[[], object], timeout: float = 10, what: str = "") -> None:
        """Wait until any condition is true, or raise TimeoutError."""
        await self.changes.wait_until(predicate, timeout, what)

    async def ready(self, *, shards: int = 1, timeout: float = 20) -> None:
        """Wait until this many gateway sessions are connected."""
        await self.wait_until(
            lambda: len(self.gateway.connected()) >= shards, timeout, f"{shards} gateway session(s)"
        )

    async def commands_registered(self, *names: str, timeout: float = 20) -> None:
        """Wait until commands with these names (or any at all) have been registered."""

        def registered() -> bool:
            known = {command["name"] for command in self.state.commands.values()}
            return known >= set(names) if names else bool(known)

        await self.wait_until(registered, timeout, f"the commands {names}")

    def requests_to(self, path_part: str, method: str | None = None) -> list[RecordedRequest]:
        """Return the recorded requests whose path contains that text."""
        return [r for r in self.requests if path_part in r.path and method in (None, r.method)]


def _json(answer: Any, status: int, headers: Mapping[str, str]) -> web.Response:
    """Return a response from Discord itself: through its proxy, "application/json" without a charset."""
    headers = {**headers, "Via": "1.1 google"}
    if status == 204:
        return web.Response(status=204, headers=headers)
    return web.Response(
        status=status, body=orjson.dumps(answer), content_type="application/json", headers=headers
    )


async def _no_such_route(_: RecordedRequest) -> None:
    raise errors.not_found()


async def _fail(request: web.Request, record: RecordedRequest, fault: Fault) -> web.StreamResponse:
    """Send the scripted response, or none."""
    if fault.hang:
        await asyncio.sleep(fault.hang)
    if fault.cut or fault.hang:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
    status, headers, body = fault.answer()
    record.status = status
    return web.Response(status=status, headers=headers, body=body)
