"""Freeze inside a transaction that holds the admission lock: `URL DEADLINE`.

It prints `held` and stops itself with SIGSTOP. When continued, it prints what became of the transaction, and
whether it can still use the database.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from sqlalchemy import Connection

from songbot.songs.errors import StoreUnavailable
from songbot.storage import open_database
from songbot.storage.connectors.base import ADMISSION_LOCK, advisory_lock


def freeze(connection: Connection) -> None:
    advisory_lock(connection, ADMISSION_LOCK)
    sys.stdout.write("held\n")
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGSTOP)


async def main(url: str, deadline: float) -> None:
    async with open_database(url, deadline=deadline) as database:
        try:
            await database.connector.write(freeze)
            outcome = "committed"
        except StoreUnavailable:
            outcome = "unavailable"
        await database.check()
    sys.stdout.write(f"{outcome}, and works again\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
