from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from songbot.ops.health import LastBackup, serve_health
from songbot.ops.metrics import PortInUse, PrometheusTelemetry
from songbot.songs.errors import StoreUnavailable
from tests.support.ports import free_port


def says(answer: bool) -> Callable[[], Awaitable[bool]]:
    async def part() -> bool:
        return answer

    return part


async def never() -> bool:
    return await asyncio.get_running_loop().create_future()


async def get(port: int, path: str) -> tuple[int, str, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{path}") as response,
    ):
        return response.status, response.headers["Content-Type"], await response.text()


async def no_backup() -> None:
    return None


def serving(port: int = 0, **given: Any):
    arguments = {"alive": lambda: True, "ready": {}, "last_backup": no_backup, "deadline": 0.02} | given
    telemetry = arguments.pop("telemetry", None) or PrometheusTelemetry()
    return serve_health(port, "127.0.0.1", telemetry, **arguments)


async def test_metrics_are_served_as_prometheus_reads_them() -> None:
    telemetry = PrometheusTelemetry()
    telemetry.queue(4)
    async with serving(telemetry=telemetry) as port:
        status, content_type, text = await get(port, "/metrics")
    assert status == 200
    assert content_type.startswith("text/plain")
    assert "songbot_queue_length 4.0" in text.splitlines()


async def test_metrics_tell_which_parts_are_ready() -> None:
    async with serving(ready={"gateway": says(True), "database": says(False), "tracker": never}) as port:
        _, _, text = await get(port, "/metrics")
    for line in ('{part="gateway"} 1.0', '{part="database"} 0.0', '{part="tracker"} 0.0'):
        assert f"songbot_ready{line}" in text.splitlines()


async def fails() -> datetime:
    raise StoreUnavailable


@pytest.mark.parametrize("unavailable", [fails, never])
async def test_the_last_backup_stays_known_while_the_database_is_away(unavailable: LastBackup) -> None:
    answers = iter([made_at, unavailable])

    async def last_backup() -> datetime | None:
        return await next(answers)()

    async with serving(last_backup=last_backup) as port:
        pages = [(await get(port, "/metrics"))[2] for _ in range(2)]
    for page in pages:
        assert "songbot_last_backup_timestamp_seconds 1.7738e+09" in page.splitlines()


async def made_at() -> datetime:
    return datetime.fromtimestamp(1_773_800_000, UTC)


@pytest.mark.parametrize(("alive", "status"), [(True, 200), (False, 503)])
async def test_healthz_says_whether_the_bot_is_alive(alive: bool, status: int) -> None:
    async with serving(alive=lambda: alive) as port:
        assert (await get(port, "/healthz"))[0] == status


async def test_readyz_is_200_when_every_part_is_ready() -> None:
    async with serving(ready={"gateway": says(True), "database": says(True)}) as port:
        status, _, text = await get(port, "/readyz")
    assert status == 200
    assert '"ready": true' in text


async def test_readyz_names_the_part_that_is_not_ready() -> None:
    async with serving(ready={"gateway": says(False), "database": says(True)}) as port:
        status, _, text = await get(port, "/readyz")
    assert status == 503
    assert text == '{"ready": false, "parts": {"gateway": false, "database": true}}'


async def test_a_part_that_does_not_answer_in_time_is_not_ready() -> None:
    async with serving(ready={"database": never, "tracker": says(True)}) as port:
        status, _, text = await get(port, "/readyz")
    assert status == 503
    assert '"database": false, "tracker": true' in text


async def test_a_port_that_is_taken_is_said_at_once() -> None:
    async with serving() as port:
        taken = serve_health(
            port, "127.0.0.1", PrometheusTelemetry(), alive=lambda: True, ready={}, last_backup=no_backup
        )
        with pytest.raises(PortInUse, match=f"METRICS_PORT {port}"):
            await taken.__aenter__()


async def test_nothing_is_served_after_the_block() -> None:
    async with serving(free_port()) as port:
        pass
    with pytest.raises(aiohttp.ClientConnectionError):
        await get(port, "/healthz")
