from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy.exc import OperationalError

from songbot.ops import checks
from songbot.ops.checks import (
    CheckResult,
    check_database,
    check_discord,
    check_settings,
    check_whisul,
    exit_code,
    format_results,
)
from songbot.ops.logging import Redactor
from songbot.settings import SettingsError, load_settings
from songbot.songs.errors import StoreUnavailable
from songbot.storage.database import open_database

TOKEN = "a-token-for-the-tests"


@asynccontextmanager
async def discord(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/api/v10/users/@me", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/v10"
    finally:
        await runner.cleanup()


def answering(status: int, text: str = "{}") -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text=text)

    return answer


@asynccontextmanager
async def whisul(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/api/{rest:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/api"
    finally:
        await runner.cleanup()


async def silence(_: web.Request) -> web.Response:
    await asyncio.get_running_loop().create_future()
    raise AssertionError


async def test_a_token_that_discord_takes_is_told_with_the_bots_name() -> None:
    async def answer(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bot {TOKEN}"
        return web.json_response({"id": "1", "username": "Songbird", "bot": True})

    async with discord(answer) as url:
        result = await check_discord(TOKEN, url)
    assert result == CheckResult("Discord", True, "takes the token of Songbird")


@pytest.mark.parametrize(
    ("status", "text", "told"),
    [
        (401, '{"message": "401: Unauthorized", "code": 0}', "Reset Token"),
        (429, "{}", "try again"),
        (503, "<html>", "try again"),
        (302, "", "DISCORD_API_URL"),
        (404, "not here", "DISCORD_API_URL"),
        (200, "<html>hello</html>", "something else than JSON"),
        (200, "[]", "DISCORD_API_URL"),
    ],
)
async def test_any_other_answer_of_discord_is_told_with_what_to_do(status: int, text: str, told: str) -> None:
    async with discord(answering(status, text)) as url:
        result = await check_discord(TOKEN, url)
    assert not result.ok
    assert told in result.detail
    assert TOKEN not in result.detail


async def test_a_discord_that_does_not_answer_is_given_up_after_the_deadline() -> None:
    async with discord(silence) as url:
        result = await check_discord(TOKEN, url, deadline_seconds=0.05)
    assert not result.ok
    assert "no answer" in result.detail


async def test_a_discord_that_is_not_there_is_told() -> None:
    async with discord(answering(200)) as url:
        pass
    result = await check_discord(TOKEN, url)
    assert not result.ok
    assert "can't be reached" in result.detail


@pytest.mark.parametrize(
    ("status", "text", "ok", "told"),
    [
        (404, '{"error": "not found"}', True, "takes the key"),
        (401, '{"error": "unauthorized"}', False, "https://whisul.com"),
        (503, "<html>", False, "503"),
    ],
)
async def test_whisul_takes_the_key_or_not(status: int, text: str, ok: bool, told: str) -> None:
    async with whisul(answering(status, text)) as url:
        result = await check_whisul("a-key-for-the-tests", url)
    assert result.ok is ok
    assert told in result.detail
    assert "a-key-for-the-tests" not in result.detail


async def test_a_whisul_that_is_not_there_is_told() -> None:
    async with whisul(answering(404)) as url:
        pass
    assert not (await check_whisul("a-key-for-the-tests", url)).ok


async def test_a_whisul_that_does_not_answer_is_given_up_after_the_deadline() -> None:
    async with whisul(silence) as url:
        result = await check_whisul("a-key-for-the-tests", url, deadline_seconds=0.05)
    assert not result.ok
    assert "WHISUL_API_URL" in result.detail


async def test_a_database_in_order_says_what_it_found(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/songs.db"
    async with open_database(url) as database:
        await database.migrate()
    assert await check_database(url) == CheckResult("database", True, "SQLite, migrated")


def sicken(monkeypatch: pytest.MonkeyPatch, error: Exception | None) -> None:
    async def describe(_url: str) -> str:
        if error is not None:
            raise error
        return await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(checks, "describe_database", describe)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError("no route"), "no route"),
        (ConnectionRefusedError(), "ConnectionRefusedError"),
        (ValueError("not migrated\nmore"), "not migrated"),
        (StoreUnavailable("the disk is full"), "the disk is full"),
        (
            OperationalError("SELECT 1 FROM x", {"prompt": "mine"}, Exception("database is locked")),
            "database is locked",
        ),
    ],
)
async def test_a_database_that_can_not_be_used_says_why_on_one_line(
    error: Exception, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sicken(monkeypatch, error)
    assert await check_database("sqlite:///x") == CheckResult("database", False, told)


async def test_a_database_that_does_not_answer_is_given_up_after_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sicken(monkeypatch, None)
    result = await check_database("sqlite:///x", deadline_seconds=0.01)
    assert not result.ok
    assert "DATABASE_URL" in result.detail


async def test_a_url_that_names_no_database_is_told() -> None:
    assert not (await check_database("mysql://somewhere")).ok


def test_every_faulty_setting_is_a_line() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({}, None)
    results = check_settings(caught.value.problems)
    assert len(format_results(results).splitlines()) == 2
    assert exit_code(results) == 1
    assert check_settings([]) == [CheckResult("settings", True, "valid")]


def test_probes_are_one_line_each_without_secrets() -> None:
    results = [
        CheckResult("settings", True, "valid"),
        CheckResult("database", False, "no\nroute to hunter22"),
    ]
    assert format_results(results, Redactor(["hunter22"])).splitlines() == [
        "ok    settings  valid",
        "FAIL  database  no route to [removed]",
    ]


def test_the_exit_code_is_0_only_when_all_is_in_order() -> None:
    good, bad = CheckResult("a", True, ""), CheckResult("b", False, "")
    assert (exit_code([good, good]), exit_code([good, bad])) == (0, 1)
