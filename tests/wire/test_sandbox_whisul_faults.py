"""Test the sandbox's Whisul when a test scripts its faults, and when it is down."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import aiohttp
import pytest

from sandbox.whisul import Fault, WhisulServer
from sandbox.whisul.faults import Endpoint
from tests.support.hang_guard import HANG_GUARD


@pytest.fixture
async def server() -> AsyncIterator[WhisulServer]:
    async with WhisulServer(compose_seconds=(0, 0), small_audio=True) as whisul:
        yield whisul


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    timeout = aiohttp.ClientTimeout(total=HANG_GUARD)
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer sandbox"}, timeout=timeout) as session:
        yield session


def post(
    http: aiohttp.ClientSession, server: WhisulServer, prompt: str = "x"
) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
    return http.post(f"{server.base_url}/generate", json={"prompt": prompt})


async def new_job(http: aiohttp.ClientSession, server: WhisulServer, prompt: str = "x") -> str:
    async with post(http, server, prompt) as answer:
        return f"{server.base_url}{(await answer.json())['poll_url']}"


async def test_a_status_comes_so_often_with_its_headers_and_makes_no_job(
    server: WhisulServer, http: aiohttp.ClientSession
) -> None:
    server.fail_next("generate", Fault.status(503, headers={"Retry-After": "7"}), 2)
    seen = []
    for _ in range(3):
        async with post(http, server) as answer:
            seen.append((answer.status, answer.headers.get("Retry-After")))
    assert seen == [(503, "7"), (503, "7"), (202, None)]
    assert (len(server.posts), len(server.jobs)) == (3, 1)


async def test_a_job_may_be_made_although_the_answer_is_lost(
    server: WhisulServer, http: aiohttp.ClientSession
) -> None:
    server.fail_next("generate", Fault.cut(does_the_work=True))
    server.fail_next("generate", Fault.cut())
    for jobs in (1, 1):
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await new_job(http, server)
        assert len(server.jobs) == jobs
    assert server.requests == {("POST", "generate", 0): 2}


async def test_one_song_can_fail_for_ever_and_leave_the_others_alone(
    server: WhisulServer, http: aiohttp.ClientSession
) -> None:
    broken, fine = await new_job(http, server, "broken song"), await new_job(http, server, "fine song")
    server.fail_next("job", Fault.status(500), math.inf, prompt="broken")
    for _ in range(3):
        for url, status in ((broken, 500), (fine, 200)):
            async with http.get(url) as answer:
                assert answer.status == status
    server.heal()
    async with http.get(broken) as answer:
        assert answer.status == 200


async def test_a_hanging_request_answers_nothing_and_does_not_hold_up_the_end(
    server: WhisulServer, http: aiohttp.ClientSession
) -> None:
    server.fail_next("job", Fault.hang())
    with pytest.raises(TimeoutError):
        await http.get(await new_job(http, server), timeout=aiohttp.ClientTimeout(total=0.2))


@pytest.mark.parametrize("fault", [Fault.cut_json(), Fault.html()], ids=["cut", "html"])
async def test_json_that_is_none(server: WhisulServer, http: aiohttp.ClientSession, fault: Fault) -> None:
    url = await new_job(http, server)
    server.fail_next("job", fault)
    async with http.get(url) as answer:
        assert answer.status == 200
        with pytest.raises(ValueError):
            await answer.json(content_type=None)


async def test_wrong_types_nulls_and_two_megabytes(server: WhisulServer, http: aiohttp.ClientSession) -> None:
    url = await new_job(http, server)
    for fault in (Fault.wrong_types(), Fault.nulls(), Fault.oversized(), Fault.answer({"status": "resting"})):
        server.fail_next("job", fault)
    bodies = []
    for _ in range(4):
        async with http.get(url) as answer:
            bodies.append(await answer.json())
    assert bodies[0]["result"]["bpm"] == "quick"
    assert set(bodies[1].values()) == {None}
    assert len(bodies[2]["padding"]) > 1_900_000
    assert bodies[3] == {"status": "resting"}


@pytest.mark.parametrize("fault", [Fault.wrong_types(), Fault.nulls()], ids=["types", "nulls"])
async def test_an_order_can_be_answered_with_odd_fields(
    server: WhisulServer, http: aiohttp.ClientSession, fault: Fault
) -> None:
    server.fail_next("generate", fault)
    async with post(http, server) as answer:
        assert answer.status == 202
        assert not isinstance((await answer.json())["job_id"], str)


async def test_a_trickle_is_the_right_answer_slowly(
    server: WhisulServer, http: aiohttp.ClientSession
) -> None:
    url = await new_job(http, server)
    server.fail_next("job", Fault.trickle(0.0005))
    server.fail_next("job", Fault.trickle())
    async with http.get(url) as answer:
        assert (await answer.json())["status"] == "completed"
    with pytest.raises(TimeoutError):
        async with http.get(url, timeout=aiohttp.ClientTimeout(total=0.2)) as answer:
            await answer.read()


async def test_a_download_can_break_in_the_middle(server: WhisulServer, http: aiohttp.ClientSession) -> None:
    async with http.get(await new_job(http, server)) as answer:
        result = (await answer.json())["result"]
    links: dict[Endpoint, str] = {"audio": result["song_url"], "cover": result["image_url"]}
    for endpoint, link in links.items():
        server.fail_next(endpoint, Fault.cut_midway())
        server.fail_next(endpoint, Fault.html())
        async with http.get(link) as answer:
            assert answer.status == 200
            with pytest.raises(aiohttp.ClientPayloadError):
                await answer.read()
        async with http.get(link) as answer:
            assert answer.content_type == "text/html"


async def test_down_refuses_connections_and_up_is_the_same_server(
    server: WhisulServer, http: aiohttp.ClientSession
) -> None:
    url, base = await new_job(http, server), server.base_url
    async with server.outage():
        with pytest.raises(aiohttp.ClientConnectorError):
            await http.get(url)
    assert server.base_url == base
    async with http.get(url) as answer:
        assert (await answer.json())["status"] == "completed"
