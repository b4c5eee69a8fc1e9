"""Run a local Whisul for any client with `python -m sandbox.whisul`. Stop it with Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

from sandbox.whisul.server import WhisulServer


def seconds_range(text: str) -> tuple[float, float]:
    """Parse `15-25` or `20` as a range of seconds. Raise `argparse.ArgumentTypeError` if it is invalid."""
    low, _, high = text.partition("-")
    try:
        span = float(low), float(high or low)
    except ValueError:
        span = (-1.0, -1.0)
    if not 0 <= span[0] <= span[1] < 3600:
        raise argparse.ArgumentTypeError("give seconds such as 15-25 or 20, below an hour")
    return span


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the command line, with `host`, `port`, `key` and `seconds`."""
    parser = argparse.ArgumentParser(
        "python -m sandbox.whisul", description="A local Whisul that really composes."
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8765, help="the port; 0 takes a free one (%(default)s)")
    parser.add_argument("--key", default="sandbox", help="the API key that it accepts (%(default)s)")
    parser.add_argument(
        "--seconds", type=seconds_range, default=(15.0, 25.0), help="how long a song takes (15-25)"
    )
    return parser.parse_args(argv)


async def serve(options: argparse.Namespace) -> None:
    """Listen until SIGINT or SIGTERM."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # on Windows, Ctrl-C raises KeyboardInterrupt
            loop.add_signal_handler(number, ended.set)
    async with WhisulServer(
        api_key=options.key, compose_seconds=options.seconds, host=options.host, port=options.port
    ) as server:
        print(f"Whisul is at {server.base_url} with the key {options.key}", flush=True)
        await ended.wait()


def main() -> int:
    """Run the command line. Return 1 if the port is taken."""
    options = arguments()
    try:
        asyncio.run(serve(options))
    except OSError as refused:
        print(
            f"Can not listen on {options.host}:{options.port}: {refused.strerror}. Try another --port.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
