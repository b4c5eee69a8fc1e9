"""Run the checks of `python bot.py --check`. Each checks one thing, costs nothing, and says what to do."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import aiohttp
from sqlalchemy.exc import SQLAlchemyError

from songbot.settings import HINTS, SettingProblem, Settings
from songbot.songs.errors import StoreUnavailable
from songbot.storage.database import describe_database
from songbot.storage.errors import UnusableDatabase
from songbot.version import VERSION
from whisul_api import JobNotFound, Unauthorized, WhisulClient, WhisulError

DISCORD_API = "https://discord.com/api/v10"
_BUSY = "is busy or down; try again in a minute"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The name of a check, whether it passed, and what it found or what the operator has to do."""

    name: str
    ok: bool
    detail: str


async def run_checks(settings: Settings) -> list[CheckResult]:
    """Check loaded settings, the database, Discord and Whisul."""
    return [
        *check_settings([]),
        await check_database(settings.database_url.get_secret_value()),
        await check_discord(settings.discord_token.get_secret_value(), settings.discord_api_url),
        await check_whisul(settings.whisul_api_key.get_secret_value(), settings.whisul_api_url),
    ]


def check_settings(problems: Iterable[SettingProblem]) -> list[CheckResult]:
    """Return a result for each problem, or one result that says that the settings are valid."""
    results = [CheckResult("settings", False, str(problem)) for problem in problems]
    return results or [CheckResult("settings", True, "valid")]


async def check_database(url: str, *, deadline_seconds: float = 10.0) -> CheckResult:
    """Report which database is used and its migration state."""
    try:
        async with asyncio.timeout(deadline_seconds):
            return CheckResult("database", True, await describe_database(url))
    except TimeoutError:
        return CheckResult("database", False, f"no answer in {deadline_seconds:.0f} s; look at DATABASE_URL")
    except SQLAlchemyError as error:
        # SQLAlchemy's message repeats the statement and its values; the driver's is short.
        return CheckResult("database", False, _first_line(getattr(error, "orig", None) or error))
    except (OSError, ValueError, StoreUnavailable, UnusableDatabase) as error:
        return CheckResult("database", False, _first_line(error))


async def check_discord(
    token: str, api_url: str | None = None, *, deadline_seconds: float = 10.0
) -> CheckResult:
    """Ask Discord which bot the token belongs to (Discord, "Users": Get Current User)."""
    # The format is from Discord's "API Reference": User Agent.
    headers = {"Authorization": f"Bot {token}", "User-Agent": f"DiscordBot (songbot, {VERSION})"}
    timeout = aiohttp.ClientTimeout(total=deadline_seconds)
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
        return CheckResult(
            "Discord", False, f"no answer in {deadline_seconds:.0f} s; is this machine online?"
        )
    except (aiohttp.ClientError, OSError) as error:
        return CheckResult("Discord", False, f"can't be reached: {_first_line(error)}")
    except ValueError:
        return CheckResult(
            "Discord", False, "answered with something else than JSON; look at DISCORD_API_URL"
        )


async def check_whisul(api_key: str, url: str, *, deadline_seconds: float = 15.0) -> CheckResult:
    """Ask Whisul for a random job: if the reply is that it does not exist, the key is accepted."""
    try:
        async with asyncio.timeout(deadline_seconds), WhisulClient(api_key, url) as client:
            await client.job(str(uuid.uuid4()))
    except JobNotFound:
        pass
    except TimeoutError:
        return CheckResult("Whisul", False, f"no answer in {deadline_seconds:.0f} s; look at WHISUL_API_URL")
    except Unauthorized:
        return CheckResult("Whisul", False, f"refuses WHISUL_API_KEY. {HINTS['WHISUL_API_KEY']}")
    except WhisulError as error:
        return CheckResult("Whisul", False, str(error))
    return CheckResult("Whisul", True, "takes the key")


def format_results(results: Iterable[CheckResult], redact: Callable[[str], str] = str) -> str:
    """Return one line for each result; `redact` removes secrets."""
    return "\n".join(
        f"{'ok  ' if result.ok else 'FAIL'}  {result.name:<8}  {' '.join(redact(result.detail).split())}"
        for result in results
    )


def exit_code(results: Iterable[CheckResult]) -> int:
    """Return 0 if every check passed, otherwise 1."""
    return 0 if all(result.ok for result in results) else 1


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
