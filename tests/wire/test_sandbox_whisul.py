"""Test the sandbox's Whisul over HTTP: the API, the media, the words in a prompt."""

from __future__ import annotations

import asyncio
import io
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from PIL import Image

from sandbox.whisul import WhisulServer
from sandbox.whisul.mp3 import frames_of
from tests.support.fixed_clock import FixedClock
from tests.support.hang_guard import HANG_GUARD

KEY = "a-key-for-tests"
NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 2, 17, 15, 39, 34, tzinfo=UTC))


@pytest.fixture
async def server(clock: FixedClock) -> AsyncIterator[WhisulServer]:
    async with WhisulServer(
        api_key=KEY,
        compose_seconds=(20, 20),
        clock=lambda: clock.now().timestamp(),
        small_audio=True,
    ) as whisul:
        yield whisul


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    timeout = aiohttp.ClientTimeout(total=HANG_GUARD)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}, timeout=timeout) as session:
        yield session


async def order(http: aiohttp.ClientSession, server: WhisulServer, prompt: str) -> str:
    async with http.post(f"{server.base_url}/generate", json={"prompt": prompt}) as answer:
        assert answer.status == 202
        return (await answer.json())["job_id"]


async def poll(http: aiohttp.ClientSession, server: WhisulServer, job_id: str) -> tuple[int, Any]:
    async with http.get(f"{server.base_url}/jobs/{job_id}") as answer:
        return answer.status, await answer.json()


async def finished(http: aiohttp.ClientSession, server: WhisulServer, clock: FixedClock, prompt: str) -> Any:
    job_id = await order(http, server, prompt)
    clock.advance(60)
    status, job = await poll(http, server, job_id)
    assert status == 200
    return job


async def test_a_song_goes_from_order_to_result_as_the_contract_says(
    server: WhisulServer, http: aiohttp.ClientSession, clock: FixedClock
) -> None:
    async with http.post(f"{server.base_url}/generate", json={"prompt": "a trap song"}) as answer:
        assert (answer.status, answer.content_type) == (202, "application/json")
        accepted = await answer.json()
    job_id = accepted["job_id"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", job_id)
    assert accepted == {
        "message": "Composition task received.",
        "job_id": job_id,
        "poll_url": f"/jobs/{job_id}",
    }
    clock.advance(19.9)
    assert await poll(http, server, job_id) == (
        200,
        {
            "status": "running",
            "prompt": "a trap song",
            "result": None,
            "error": None,
            "started_at": "2026-02-17 15:39:34",
        },
    )
    clock.advance(0.1)
    _, job = await poll(http, server, job_id)
    assert (job["status"], job["error"]) == ("completed", None)
    assert (job["started_at"], job["finished_at"]) == ("2026-02-17 15:39:34", "2026-02-17 15:39:54")
    assert set(job["result"]) == {"title", "bpm", "duration", "song_url", "image_url", "tags"}
    assert server.jobs[job_id].poll_count == 2
    assert [post.prompt for post in server.posts] == ["a trap song"]
    assert server.requests == {("POST", "generate", 202): 1, ("GET", "job", 200): 2}


async def test_the_song_and_its_cover_can_be_downloaded_without_a_key(
    server: WhisulServer, http: aiohttp.ClientSession, clock: FixedClock
) -> None:
    result = (await finished(http, server, clock, "sad lofi rain"))["result"]
    async with aiohttp.ClientSession() as keyless:
        async with keyless.get(result["song_url"]) as answer:
            audio = await answer.read()
            assert answer.content_type == "audio/mpeg"
            assert answer.content_length == len(audio)
        async with keyless.head(result["song_url"]) as answer:
            assert (answer.status, answer.content_length, await answer.read()) == (200, len(audio), b"")
        async with keyless.get(result["image_url"]) as answer:
            assert answer.content_type == "image/png"
            assert Image.open(io.BytesIO(await answer.read())).format == "PNG"
    assert sum(frame.seconds for frame in frames_of(audio)) == pytest.approx(3, abs=0.2)
    assert result["duration"] in (3, "0:03")


@pytest.mark.parametrize(
    ("asked", "start", "stop"), [("bytes=10-19", 10, 20), ("bytes=-5", -5, None), ("bytes=7-", 7, None)]
)
async def test_a_player_can_ask_for_a_part(
    server: WhisulServer,
    http: aiohttp.ClientSession,
    clock: FixedClock,
    asked: str,
    start: int,
    stop: int | None,
) -> None:
    url = (await finished(http, server, clock, "techno"))["result"]["song_url"]
    async with http.get(url) as answer:
        whole = await answer.read()
    async with http.get(url, headers={"Range": asked}) as answer:
        assert answer.status == 206
        assert await answer.read() == whole[start:stop]
    async with http.get(url, headers={"Range": "bytes=99999999-"}) as answer:
        assert answer.status == 416


async def test_media_of_unfinished_jobs_and_other_endings_are_not_there(
    server: WhisulServer, http: aiohttp.ClientSession, clock: FixedClock
) -> None:
    job_id = await order(http, server, "techno")
    for path in (f"/audio/{job_id}.mp3", f"/covers/{job_id}.jpg", f"/audio/{NOWHERE}.mp3"):
        async with http.get(server.origin + path) as answer:
            assert answer.status == 404
    clock.advance(60)
    async with http.get(f"{server.origin}/covers/{job_id}.png") as answer:
        assert answer.status == 404


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Bearer", f"Basic {KEY}", f"Bearer {KEY}x", KEY])
async def test_without_the_key_everything_is_401(server: WhisulServer, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    async with aiohttp.ClientSession(headers=headers) as http:
        for method, path in (("POST", "/generate"), ("GET", f"/jobs/{NOWHERE}")):
            async with http.request(method, server.base_url + path, json={"prompt": "x"}) as answer:
                assert answer.status == 401
                assert set(await answer.json()) == {"error", "message"}
    assert not server.posts


async def test_a_regenerated_key_stops_the_old_one(server: WhisulServer, http: aiohttp.ClientSession) -> None:
    assert (await poll(http, server, NOWHERE))[0] == 404
    server.api_key = "another"
    assert (await poll(http, server, NOWHERE))[0] == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"prompt": ""}',
        b'{"prompt": 1}',
        b"\xff",
        b"[" * 90_000,
        b'"' + b"x" * 3_000_000,
    ],
    ids=lambda body: repr(body[:16]),
)
async def test_a_malformed_body_is_400_in_whisuls_words(
    server: WhisulServer, http: aiohttp.ClientSession, body: bytes
) -> None:
    headers = {"Content-Type": "application/json"}
    async with http.post(f"{server.base_url}/generate", data=io.BytesIO(body), headers=headers) as answer:
        shown = await answer.json()
    assert (answer.status, shown["error"]) == (400, "Invalid input")
    assert shown["message"].startswith("The 'prompt' field is ")
    assert not server.jobs


async def test_other_paths_and_methods_are_refused_in_json(
    server: WhisulServer, http: aiohttp.ClientSession
) -> None:
    expected = {("POST", "/compose"): 404, ("GET", "/nothing"): 404, ("GET", "/generate"): 405}
    for (method, path), status in expected.items():
        async with http.request(method, server.base_url + path) as answer:
            assert answer.status == status
            assert set(await answer.json()) == {"error", "message"}
            assert answer.headers.get("Allow") == ("POST" if status == 405 else None)


async def test_the_other_name_of_the_endpoint_can_be_the_only_one(http: aiohttp.ClientSession) -> None:
    async with WhisulServer(api_key=KEY, endpoint="compose") as server:
        async with http.post(f"{server.base_url}/generate", json={"prompt": "x"}) as answer:
            assert answer.status == 404
        async with http.post(f"{server.base_url}/compose", json={"prompt": "x"}) as answer:
            assert answer.status == 202
        assert server.requests == {("POST", "generate", 404): 1, ("POST", "compose", 202): 1}


async def test_links_follow_the_host_header_or_the_public_base(http: aiohttp.ClientSession) -> None:
    for base, wanted in (
        (None, "http://whisul.test:99/audio/"),
        ("https://songs.test", "https://songs.test/audio/"),
    ):
        async with WhisulServer(api_key=KEY, compose_seconds=(0, 0), public_base=base) as server:
            job_id = await order(http, server, "x")
            async with http.get(
                f"{server.base_url}/jobs/{job_id}", headers={"Host": "whisul.test:99"}
            ) as answer:
                assert (await answer.json())["result"]["song_url"].startswith(wanted)


async def test_the_page_shows_the_endpoints(server: WhisulServer, http: aiohttp.ClientSession) -> None:
    async with http.get(server.origin) as answer:
        assert answer.content_type == "text/html"
        assert f"{server.base_url}/generate" in await answer.text()


async def test_fail_and_slow_and_never(
    server: WhisulServer, http: aiohttp.ClientSession, clock: FixedClock
) -> None:
    ids = [await order(http, server, f"a song {word}") for word in ("[fail]", "[slow]", "[never]")]
    seen = []
    for seconds in (21, 40):
        clock.advance(seconds)
        seen.append([(await poll(http, server, job_id))[1]["status"] for job_id in ids])
    assert seen == [["failed", "running", "running"], ["failed", "completed", "running"]]
    assert "Generation failed" in (await poll(http, server, ids[0]))[1]["error"]


async def test_429_comes_once_with_retry_after(server: WhisulServer, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{server.base_url}/generate", json={"prompt": "x [429]"}) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "2")
    assert not server.jobs
    await order(http, server, "x [429]")
    assert len(server.posts) == 2


async def test_500_makes_no_job(server: WhisulServer, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{server.base_url}/generate", json={"prompt": "x [500]"}) as answer:
        assert answer.status == 500
    assert not server.jobs


async def test_404_vanishes_and_garbage_clears_up(server: WhisulServer, http: aiohttp.ClientSession) -> None:
    vanished, garbage = await order(http, server, "x [404]"), await order(http, server, "x [garbage]")
    assert (await poll(http, server, vanished))[0] == 404
    for _ in range(3):
        with pytest.raises(ValueError):
            await poll(http, server, garbage)
    assert (await poll(http, server, garbage))[1]["status"] == "running"


async def test_no_audio_and_no_cover_leave_their_links_out(
    server: WhisulServer, http: aiohttp.ClientSession, clock: FixedClock
) -> None:
    silent = (await finished(http, server, clock, "x [no-audio]"))["result"]
    bare = (await finished(http, server, clock, "x [no-cover]"))["result"]
    assert ("song_url" in silent, "image_url" in silent) == (False, True)
    assert ("song_url" in bare, "image_url" in bare) == (True, False)


async def test_huge_is_over_ten_mib(
    server: WhisulServer, http: aiohttp.ClientSession, clock: FixedClock
) -> None:
    result = (await finished(http, server, clock, "x [huge]"))["result"]
    async with http.head(result["song_url"]) as answer:
        assert (answer.content_length or 0) > 11 * 1024 * 1024


async def test_the_command_line_prints_its_address_and_ends_cleanly() -> None:
    command = (sys.executable, "-m", "sandbox.whisul", "--port", "0", "--key", "k", "--seconds", "0")
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), HANG_GUARD)).decode()
    found = re.fullmatch(r"Whisul is at (http://127\.0\.0\.1:\d+/api) with the key k\n", line)
    assert found
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer k"}) as http:
        async with http.get(f"{found[1]}/jobs/{NOWHERE}") as answer:
            assert answer.status == 404
        process.send_signal(signal.SIGTERM)
        rest = await asyncio.wait_for(process.communicate(), HANG_GUARD)
    assert (process.returncode, rest) == (0, (b"", b""))


async def test_a_taken_port_is_said_in_one_line(server: WhisulServer) -> None:
    command = (sys.executable, "-m", "sandbox.whisul", "--port", str(server.port))
    process = await asyncio.create_subprocess_exec(*command, stderr=subprocess.PIPE)
    _, errors = await asyncio.wait_for(process.communicate(), HANG_GUARD)
    assert process.returncode == 1
    assert errors.startswith(b"Can not listen on 127.0.0.1:")
    assert errors.count(b"\n") == 1
