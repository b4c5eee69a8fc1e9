"""Run the bot in the browser, without accounts or internet, with `python -m sandbox`. Stop it with Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import webbrowser
from collections.abc import Callable, Sequence

from sandbox.whisul.__main__ import seconds_range


def port_number(text: str) -> int:
    """Parse a port. Raise argparse.ArgumentTypeError if it is invalid."""
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError("give a number from 0 to 65535")
    return int(text)


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        "python -m sandbox", description="The bot in your browser: no accounts, no internet, nothing is kept."
    )
    parser.add_argument("--port", type=port_number, default=0, help="the page's port; 0 takes a free one (0)")
    parser.add_argument("--no-browser", action="store_true", help="print the address and open nothing")
    parser.add_argument(
        "--seconds", type=seconds_range, default=(15.0, 25.0), help="how long a song takes (15-25)"
    )
    parser.add_argument("--dm", action="store_true", help="begin in ann's direct messages with the bot")
    parser.add_argument("--verbose", action="store_true", help="log what the bot does")
    return parser.parse_args(argv)


def main() -> int:
    """Run the command line. Return 1 if the port is taken."""
    options = arguments()
    try:
        asyncio.run(_serve(options))
    except OSError as refused:
        print(f"The sandbox can't start: {refused.strerror or refused}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # before the signal handler is set, or on Windows
        pass
    return 0


async def _serve(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    _on_signals(stop.set)
    # These imports take a second, and Ctrl-C must also end them without a traceback.
    from sandbox.environment import SandboxOptions, run
    from songbot.ops.logging import configure_logging

    configure_logging("INFO" if options.verbose else "WARNING", "text", secrets=())

    def opened(url: str) -> None:
        print(f"The bot is at {url} (Ctrl-C ends it)", flush=True)
        if not options.no_browser and sys.stdout.isatty():
            _open(url)

    await run(SandboxOptions(options.port, options.seconds, options.dm), opened, stop)


def _open(url: str) -> None:
    """Open the page in a browser if there is one. The address was already printed."""
    try:
        webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return


def _on_signals(stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # on Windows, Ctrl-C raises KeyboardInterrupt
            return


if __name__ == "__main__":
    sys.exit(main())
