"""Serve /metrics for Prometheus, and /healthz and /readyz for the supervisor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from songbot.songs.errors import StoreUnavailable

from .metrics import PortInUse, PrometheusTelemetry

Part = Callable[[], Awaitable[bool]]
"""Return whether a part is ready, without raising."""
LastBackup = Callable[[], Awaitable[datetime | None]]
"""Return when the last backup was made, or None if none was recorded. May raise StoreUnavailable."""


@asynccontextmanager
async def serve_health(
    port: int,
    host: str,
    telemetry: PrometheusTelemetry,
    *,
    alive: Callable[[], bool],
    ready: Mapping[str, Part],
    last_backup: LastBackup,
    deadline: float = 2.0,
) -> AsyncIterator[int]:
    """Serve while the block runs and yield the port; port 0 picks a free one.

    `/healthz` and `/readyz` return 200 or 503. `ready` names the parts (gateway, database, worker); a part
    that has not answered within `deadline` seconds is not ready. `/metrics` calls the same checks and
    `last_backup`. May raise PortInUse.
    """
    app = web.Application()
    app.add_routes(
        [
            web.get("/metrics", _metrics_page(telemetry, ready, last_backup, deadline)),
            web.get("/healthz", _alive_page(alive)),
            web.get("/readyz", _ready_page(ready, deadline)),
        ]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await _listen(runner, host, port)
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except (OSError, AttributeError) as error:  # uvloop's error if it loses a race for the port
        raise PortInUse(
            f"METRICS_PORT {port} can't be opened on {host}; does another process have it?"
        ) from error


_Page = Callable[[web.Request], Awaitable[web.Response]]


def _metrics_page(
    telemetry: PrometheusTelemetry, ready: Mapping[str, Part], last_backup: LastBackup, deadline: float
) -> _Page:
    async def page(_: web.Request) -> web.Response:
        telemetry.readiness(await _answers(ready, deadline))
        with suppress(StoreUnavailable, TimeoutError):  # keep the last known value
            async with asyncio.timeout(deadline):
                telemetry.last_backup = await last_backup()
        body = generate_latest(telemetry.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    return page


def _alive_page(alive: Callable[[], bool]) -> _Page:
    async def page(_: web.Request) -> web.Response:
        answer = alive()
        return web.json_response({"alive": answer}, status=200 if answer else 503)

    return page


def _ready_page(ready: Mapping[str, Part], deadline: float) -> _Page:
    async def page(_: web.Request) -> web.Response:
        parts = await _answers(ready, deadline)
        whole = all(parts.values())
        body = {"ready": whole, "parts": parts}
        return web.json_response(body, status=200 if whole else 503)

    return page


async def _answers(ready: Mapping[str, Part], deadline: float) -> dict[str, bool]:
    answers = await asyncio.gather(*(_in_time(part, deadline) for part in ready.values()))
    return dict(zip(ready, answers, strict=True))


async def _in_time(part: Part, deadline: float) -> bool:
    try:
        async with asyncio.timeout(deadline):
            return await part()
    except TimeoutError:
        return False
