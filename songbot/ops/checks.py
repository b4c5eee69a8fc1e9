"""What `python bot.py --check` looks at: each probe asks one thing, spends nothing, and says what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import aiohttp
from sqlalchemy.exc import SQLAlchemyError

from songbot.settings import WHERE, Fault

DISCORD_API = "https://discord.com/api/v10"
_BUSY = "is busy or down; try again in a minute"


@dataclass(frozen=True, slots=True)
class Probe:
    """What was looked at, whether it is in order, and what was seen or is to be done."""

    name: str
    ok: bool
    detail: str


def probe_settings(faults: Iterable[Fault]) -> list[Probe]:
    """One probe for each fault, or one that says that the settings are whole."""
    wrong = [Probe("settings", False, str(fault)) for fault in faults]
    return wrong or [Probe("settings", True, "whole")]


async def probe_database(check: Callable[[], Awaitable[str]], *, deadline: float = 10.0) -> Probe:
    """`check` returns what it found where the database is reachable and migrated.

    It raises OSError, SQLAlchemyError or ValueError, with a sentence, where it is not.
    """
    try:
        async with asyncio.timeout(deadline):
            return Probe("database", True, await check())
    except TimeoutError:
        return Probe("database", False, f"no answer in {deadline:.0f} s; look at DATABASE_URL")
    except SQLAlchemyError as error:
        # Its own text repeats the statement and its values; the driver's is the short one.
        return Probe("database", False, _first_line(getattr(error, "orig", None) or error))
    except (OSError, ValueError) as error:
        return Probe("database", False, _first_line(error))


async def probe_discord(token: str, api_url: str | None = None, *, deadline: float = 10.0) -> Probe:
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
        return Probe("Discord", False, f"no answer in {deadline:.0f} s; is this machine online?")
    except (aiohttp.ClientError, OSError) as error:
        return Probe("Discord", False, f"can't be reached: {_first_line(error)}")
    except ValueError:
        return Probe("Discord", False, "answered with something else than JSON; look at DISCORD_API_URL")


async def probe_whisul(check: Callable[[], Awaitable[str]], *, deadline: float = 15.0) -> Probe:
    """Whether Whisul takes the key.

    `check` asks for a random job. It returns "ok" (no such job: the key is good), "unauthorized", or in
    words what came instead, and raises nothing but TimeoutError.
    """
    try:
        async with asyncio.timeout(deadline):
            word = await check()
    except TimeoutError:
        return Probe("Whisul", False, f"no answer in {deadline:.0f} s; look at WHISUL_API_URL")
    if word == "unauthorized":
        return Probe("Whisul", False, f"refuses WHISUL_API_KEY. {WHERE['WHISUL_API_KEY']}")
    return Probe("Whisul", word == "ok", "takes the key" if word == "ok" else word)


def format_probes(probes: Iterable[Probe], redact: Callable[[str], str] = str) -> str:
    """One line each; `redact` takes out what must not be seen."""
    return "\n".join(
        f"{'ok  ' if probe.ok else 'FAIL'}  {probe.name:<8}  {' '.join(redact(probe.detail).split())}"
        for probe in probes
    )


def exit_code(probes: Iterable[Probe]) -> int:
    """0 when all is in order, else 1."""
    return 0 if all(probe.ok for probe in probes) else 1


def _discord_says(status: int, user: object) -> Probe:
    if status == 200 and isinstance(user, dict):
        return Probe("Discord", True, f"takes the token of {user.get('username', 'a bot without a name')}")
    if status == 401:
        return Probe("Discord", False, f"refuses DISCORD_TOKEN. {WHERE['DISCORD_TOKEN']}")
    if status == 429 or status >= 500:
        return Probe("Discord", False, f"{_BUSY} (status {status})")
    return Probe("Discord", False, f"gave an unexpected answer (status {status}); look at DISCORD_API_URL")


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
