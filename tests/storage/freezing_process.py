"""Freeze inside a transaction that holds the admission lock: `URL DEADLINE`.

It prints `held` and stops itself with SIGSTOP. When continued, it prints what became of the transaction, and
whether it can still use the database.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress

from sqlalchemy import Connection

from songbot.songs.errors import StoreUnavailable
from songbot.storage import Database, open_database
from songbot.storage.connectors.base import ADMISSION_LOCK, advisory_lock

frozen = asyncio.Event()


def freeze(connection: Connection) -> None:
    advisory_lock(connection, ADMISSION_LOCK)
    frozen.set()
    sys.stdout.write("held\n")
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGSTOP)


async def works(database: Database) -> None:
    """Wait until the database can be used: on a busy machine, connecting may exceed the deadline."""
    while True:
        with suppress(StoreUnavailable):
            return await database.check()


async def main(url: str, deadline: float) -> None:
    async with open_database(url, deadline=deadline) as database:
        await works(database)
        outcome = ""
        while not frozen.is_set():
            try:
                await database.connector.write(freeze)
                outcome = "committed"
            except StoreUnavailable:
                outcome = "unavailable"
        await works(database)
    sys.stdout.write(f"{outcome}, and works again\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
