"""Run the bot with the settings from `.env`; `--check` verifies the configuration and exits."""

from __future__ import annotations

import gc

if __name__ == "__main__":
    gc.disable()  # until all is loaded, since a tenth of that time would go into looking for garbage

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import discord
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from songbot.app import LIVENESS_TIMEOUT, App, open_app
from songbot.interactions.client import SongBot
from songbot.ops.checks import exit_code, format_results, run_checks
from songbot.ops.logging import configure_logging
from songbot.ops.metrics import PortInUse
from songbot.ops.sentry import start_sentry
from songbot.settings import Settings, SettingsError, format_errors, load_settings
from songbot.songs.errors import StoreUnavailable
from songbot.storage.errors import BadDatabaseUrl, UnusableDatabase
from songbot.version import VERSION
from songbot.worker.lease import LeaseLost

log = logging.getLogger("bot")

EXIT_BAD_SETTINGS = 2
RATE_LIMITED = (
    "Discord limits this machine's address for %.0f more minutes, so the bot can't connect. On shared hosts "
    "others cause that: wait, or move to another address."
)


def main() -> int:
    arguments = argparse.ArgumentParser(prog="bot.py", description="Turns prompts into songs on Discord.")
    arguments.add_argument(
        "--check", action="store_true", help="check the configuration without starting the bot"
    )
    wants_check: bool = arguments.parse_args().check
    try:
        settings = load_settings()
    except SettingsError as error:
        print(format_errors(error), file=sys.stderr)
        return 1 if wants_check else EXIT_BAD_SETTINGS
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        try:
            return runner.run(check(settings) if wants_check else run(settings))
        finally:
            _ignore_signals(runner.get_loop())


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return uvloop's factory if it is installed (not on Windows), because it is faster."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def run(settings: Settings) -> int:
    """Run until SIGTERM or Ctrl-C and return the exit code. Log problems for the operator as single lines."""
    redact = configure_logging(settings.log_level, settings.log_format, secrets=settings.secrets())
    start_sentry(settings.sentry_dsn.get_secret_value() if settings.sentry_dsn else None, VERSION, redact)
    for warning in settings.warnings:
        log.warning("%s", warning)
    try:
        return await _serve(settings)
    except discord.LoginFailure:
        log.error("Discord refuses DISCORD_TOKEN: reset the token in the developer portal and put it in .env")  # noqa: TRY400
    except BadDatabaseUrl as error:
        log.error("DATABASE_URL can't be used: %s", error)  # noqa: TRY400
    except (StoreUnavailable, UnusableDatabase) as error:
        log.error("the database can't be used: %s", error)  # noqa: TRY400
        return 1
    except PortInUse as error:
        log.error("%s", error)  # noqa: TRY400
        return 1
    except discord.RateLimited as error:
        log.error(RATE_LIMITED, error.retry_after / 60)  # noqa: TRY400
        return 1
    except (discord.HTTPException, OSError) as error:
        log.error("Discord can't be reached: %s", redact(str(error)))  # noqa: TRY400
        return 1
    return EXIT_BAD_SETTINGS


async def _serve(settings: Settings) -> int:
    stop = asyncio.Event()
    _on_signals(stop.set)
    async with open_app(settings) as app, app.bot, _serving_health(settings, app):
        gc.freeze()  # what is loaded so far stays, so there is no garbage to look for in it
        gc.enable()
        try:
            if await _run_unless_stopped(stop, _log_in(app.bot, settings)):
                gc.collect()
                gc.freeze()  # what is loaded now stays; walking it amid a burst costs people 65 ms
                return await _run_until_exit(app, stop)
            return 0
        finally:
            await app.stop()


@asynccontextmanager
async def _serving_health(settings: Settings, app: App) -> AsyncIterator[None]:
    if settings.metrics_port is None:
        yield
        return
    from songbot.ops.health import serve_health  # Load aiohttp's server only if it is used.

    async with serve_health(
        settings.metrics_port,
        settings.metrics_host,
        app.telemetry,
        alive=lambda: app.is_alive(LIVENESS_TIMEOUT),
        ready=app.readiness(),
        last_backup=app.dependencies.database.admin.last_backup,
    ):
        yield


async def _log_in(bot: SongBot, settings: Settings) -> None:
    """Log in. Raises discord.LoginFailure if Discord rejects the token."""
    if settings.discord_api_url:
        Route.BASE = settings.discord_api_url
    await bot.login(settings.discord_token.get_secret_value())
    if settings.discord_api_url:
        # In some places discord.py ignores the URL that the API returned and connects to Discord's own
        # gateway.
        _, gateway, _ = await bot.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)


async def _run_until_exit(app: App, stop: asyncio.Event) -> int:
    """Stay connected until asked to stop (return 0) or until a required task ends (return 1)."""
    ends = {
        asyncio.create_task(app.bot.connect(), name="gateway"),
        asyncio.create_task(stop.wait(), name="stop"),
    }
    vital = {app.background} if app.background else set[asyncio.Task[None]]()
    done, _ = await asyncio.wait(ends | vital, return_when=asyncio.FIRST_COMPLETED)
    for task in ends:
        if task.get_name() == "stop" or task in done:
            task.cancel()
    if stop.is_set():
        log.info("stopping: accepting no new songs and saving unfinished work")
        await app.starts.end()
        return 0
    for task in done:
        if not task.cancelled() and (error := task.exception()):
            _log_fatal(task.get_name(), error)
    return 1


def _log_fatal(name: str, error: BaseException) -> None:
    if isinstance(error, BaseExceptionGroup) and error.subgroup(LeaseLost):
        log.critical("%s", LeaseLost.__doc__)
    elif isinstance(error, discord.RateLimited):
        log.critical(RATE_LIMITED, error.retry_after / 60)
    else:
        log.critical("%s ended, so the process exits", name, exc_info=error)


async def _run_unless_stopped(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Await `work` unless `stop` is set first. Return True if it finished, and propagate its exception."""
    working = asyncio.create_task(work, name="login")
    stopping = asyncio.create_task(stop.wait(), name="stop-before-login")
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not working.done():
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        return False
    await working
    return True


def _on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` on SIGTERM and SIGINT. Later signals have no effect, since the bot is already stopping."""
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(name, stop)
        except NotImplementedError:  # Windows
            signal.signal(name, lambda *_: loop.call_soon_threadsafe(stop))


def _ignore_signals(loop: asyncio.AbstractEventLoop) -> None:
    """Ignore signals from here on.

    The loop removes its handlers when it closes, and a later signal would cut the shutdown short and change
    the exit code.
    """
    for name in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows
            loop.remove_signal_handler(name)
        signal.signal(name, signal.SIG_IGN)


async def check(settings: Settings) -> int:
    """Print one line each for settings, database, Discord and Whisul. Nothing is spent or changed."""
    redact = configure_logging("CRITICAL", "text", secrets=settings.secrets())
    results = await run_checks(settings)
    print(format_results(results, redact))
    return exit_code(results)


if __name__ == "__main__":
    sys.exit(main())
