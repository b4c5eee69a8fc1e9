"""What `python bot.py --check` looks at: each probe asks one thing, spends nothing, and says what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import aiohttp
from sqlalchemy.exc import SQLAlchemyError

from songbot.settings import HINTS, SettingProblem

DISCORD_API = "https://discord.com/api/v10"
_BUSY = "is busy or down; try again in a minute"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What was looked at, whether it is in order, and what was seen or is to be done."""

    name: str
    ok: bool
    detail: str


def check_settings(problems: Iterable[SettingProblem]) -> list[CheckResult]:
    """One probe for each fault, or one that says that the settings are whole."""
    results = [CheckResult("settings", False, str(fault)) for fault in problems]
    return results or [CheckResult("settings", True, "whole")]


async def check_database(check: Callable[[], Awaitable[str]], *, deadline: float = 10.0) -> CheckResult:
    """`check` returns what it found where the database is reachable and migrated.

    It raises OSError, SQLAlchemyError or ValueError, with a sentence, where it is not.
    """
    try:
        async with asyncio.timeout(deadline):
            return CheckResult("database", True, await check())
    except TimeoutError:
        return CheckResult("database", False, f"no answer in {deadline:.0f} s; look at DATABASE_URL")
    except SQLAlchemyError as error:
        # Its own text repeats the statement and its values; the driver's is the short one.
        return CheckResult("database", False, _first_line(getattr(error, "orig", None) or error))
    except (OSError, ValueError) as error:
        return CheckResult("database", False, _first_line(error))


async def check_discord(token: str, api_url: str | None = None, *, deadline: float = 10.0) -> CheckResult:
    """Ask Discord whose the token is (Discord, "Users": Get Current User)."""
    # Discord's "API Reference": User Agent.
    headers = {"Authorization": f"Bot {token}", "User-Agent": "DiscordBot (songbot, 1.0)"}
    timeout = aiohttp.ClientTimeout(total=deadline)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(
                f"{api_url or DISCORD_API}/users/@me", headers=headers, allow_redirects=False
            ) as response,
        ):
            user: object = await response.json(content_type=None) if response.status == 200 else None
            return _discord_says(response.status, user)
    except TimeoutError:
        return CheckResult("Discord", False, f"no answer in {deadline:.0f} s; is this machine online?")
    except (aiohttp.ClientError, OSError) as error:
        return CheckResult("Discord", False, f"can't be reached: {_first_line(error)}")
    except ValueError:
        return CheckResult(
            "Discord", False, "answered with something else than JSON; look at DISCORD_API_URL"
        )


async def check_whisul(check: Callable[[], Awaitable[str]], *, deadline: float = 15.0) -> CheckResult:
    """Whether Whisul takes the key.

    `check` asks for a random job. It returns "ok" (no such job: the key is good), "unauthorized", or in
    words what came instead, and raises nothing but TimeoutError.
    """
    try:
        async with asyncio.timeout(deadline):
            answer = await check()
    except TimeoutError:
        return CheckResult("Whisul", False, f"no answer in {deadline:.0f} s; look at WHISUL_API_URL")
    if answer == "unauthorized":
        return CheckResult("Whisul", False, f"refuses WHISUL_API_KEY. {HINTS['WHISUL_API_KEY']}")
    return CheckResult("Whisul", answer == "ok", "takes the key" if answer == "ok" else answer)


def format_results(results: Iterable[CheckResult], redact: Callable[[str], str] = str) -> str:
    """One line each; `redact` takes out what must not be seen."""
    return "\n".join(
        f"{'ok  ' if probe.ok else 'FAIL'}  {probe.name:<8}  {' '.join(redact(probe.detail).split())}"
        for probe in results
    )


def exit_code(results: Iterable[CheckResult]) -> int:
    """0 when all is in order, else 1."""
    return 0 if all(probe.ok for probe in results) else 1


def _discord_says(status: int, user: object) -> CheckResult:
    if status == 200 and isinstance(user, dict):
        return CheckResult(
            "Discord", True, f"takes the token of {user.get('username', 'a bot without a name')}"
        )
    if status == 401:
        return CheckResult("Discord", False, f"refuses DISCORD_TOKEN. {HINTS['DISCORD_TOKEN']}")
    if status == 429 or status >= 500:
        return CheckResult("Discord", False, f"{_BUSY} (status {status})")
    return CheckResult(
        "Discord", False, f"gave an unexpected answer (status {status}); look at DISCORD_API_URL"
    )


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
