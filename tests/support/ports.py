"""Choose ports for servers that start later, and ports at which connections are refused."""

from __future__ import annotations

import itertools
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_FIRST, _COUNT = 20_000, 12_000
"""Below the ports that Linux hands out by itself (/proc/sys/net/ipv4/ip_local_port_range), from 32768 on."""
_offsets = itertools.count(os.getpid() * 37)


def free_port() -> int:
    """Return a port on which nobody listens.

    No connection or server of another test is given it before it is used, and the workers of one run begin at
    different ports, since their process IDs differ.
    """
    while True:
        port = _FIRST + next(_offsets) % _COUNT
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def refusing_port() -> Iterator[int]:
    """Yield a port that refuses connections, and that nobody else can take until the block ends."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]
