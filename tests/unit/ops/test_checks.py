from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from sqlalchemy.exc import OperationalError

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


def saying(word: str) -> Callable[[], Awaitable[str]]:
    async def check() -> str:
        return word

    return check


def raising(error: Exception) -> Callable[[], Awaitable[str]]:
    async def check() -> str:
        raise error

    return check


async def never() -> str:
    return await asyncio.get_running_loop().create_future()


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
    async def answer(_: web.Request) -> web.Response:
        await asyncio.get_running_loop().create_future()
        raise AssertionError

    async with discord(answer) as url:
        result = await check_discord(TOKEN, url, deadline=0.05)
    assert not result.ok
    assert "no answer" in result.detail


async def test_a_discord_that_is_not_there_is_told() -> None:
    async with discord(answering(200)) as url:
        pass
    result = await check_discord(TOKEN, url)
    assert not result.ok
    assert "can't be reached" in result.detail


@pytest.mark.parametrize(
    ("word", "ok", "told"),
    [
        ("ok", True, "takes the key"),
        ("unauthorized", False, "https://whisul.com"),
        ("can't be reached", False, "can't be reached"),
    ],
)
async def test_whisul_takes_the_key_or_not(word: str, ok: bool, told: str) -> None:
    result = await check_whisul(saying(word))
    assert result.ok is ok
    assert told in result.detail


async def test_a_whisul_that_does_not_answer_is_given_up_after_the_deadline() -> None:
    result = await check_whisul(never, deadline=0.01)
    assert not result.ok
    assert "WHISUL_API_URL" in result.detail


async def test_a_database_in_order_says_what_it_found() -> None:
    assert await check_database(saying("at revision 0001")) == CheckResult(
        "database", True, "at revision 0001"
    )


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError("no route"), "no route"),
        (ConnectionRefusedError(), "ConnectionRefusedError"),
        (ValueError("not migrated\nmore"), "not migrated"),
        (
            OperationalError("SELECT 1 FROM x", {"prompt": "mine"}, Exception("database is locked")),
            "database is locked",
        ),
    ],
)
async def test_a_database_that_can_not_be_used_says_why_on_one_line(error: Exception, told: str) -> None:
    assert await check_database(raising(error)) == CheckResult("database", False, told)


async def test_a_database_that_does_not_answer_is_given_up_after_the_deadline() -> None:
    result = await check_database(never, deadline=0.01)
    assert not result.ok
    assert "DATABASE_URL" in result.detail


def test_every_faulty_setting_is_a_line() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({}, None)
    results = check_settings(caught.value.problems)
    assert len(format_results(results).splitlines()) == 2
    assert exit_code(results) == 1
    assert check_settings([]) == [CheckResult("settings", True, "whole")]


def test_probes_are_one_line_each_without_secrets() -> None:
    results = [
        CheckResult("settings", True, "whole"),
        CheckResult("database", False, "no\nroute to hunter22"),
    ]
    assert format_results(results, Redactor(["hunter22"])).splitlines() == [
        "ok    settings  whole",
        "FAIL  database  no route to [removed]",
    ]


def test_the_exit_code_is_0_only_when_all_is_in_order() -> None:
    good, bad = CheckResult("a", True, ""), CheckResult("b", False, "")
    assert (exit_code([good, good]), exit_code([good, bad])) == (0, 1)
