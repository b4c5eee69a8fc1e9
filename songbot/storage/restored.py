"""Prepare a restored backup before the bot starts: `python -m songbot.storage.restored`.

A song that waits for Whisul in the backup may have been sent and paid for since. Sending it again could pay
twice, so it fails and is refunded, and the bot tells its owner after the start. A song that Whisul had
already started is polled, as after any start.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import UTC, datetime

from sqlalchemy import Connection, update

from songbot.songs.errors import StoreUnavailable
from songbot.songs.models import FailureReason, State

from .connectors.factory import open_connector
from .connectors.url import parse_url
from .database import DEADLINE
from .environment import database_url
from .errors import BadDatabaseUrl, UnusableDatabase
from .preconditions import refuse_unfinished_copy, refuse_while_used
from .queries.transitions import NOBODY, PAID_BY, fail
from .schema.migrate import migrate
from .schema.tables import PENDING, songs


async def prepare_restored(url: str, now: datetime) -> int:
    """Fail and refund the songs that may have been sent since the backup. Return how many there were.

    Migrate the database first. May raise BadDatabaseUrl, UnusableDatabase or StoreUnavailable.
    """
    connector = open_connector(parse_url(url), pool_size=1, deadline=DEADLINE)
    try:
        await migrate(connector)
        await refuse_unfinished_copy(connector)
        await refuse_while_used(connector, "database")
        return await connector.write(lambda connection: _fail_unsent(connection, now))
    finally:
        await connector.close()


def _fail_unsent(connection: Connection, now: datetime) -> int:
    change = (
        update(songs)
        .where(PENDING, songs.c.state.in_([State.QUEUED, State.SUBMITTING]))
        .values(
            state=State.FAILED,
            reason=FailureReason.INTERRUPTED,
            finished_at=now,
            refunded_at=now,
            lease_owner=NOBODY,
        )
        .returning(*PAID_BY)
    )
    return len(fail(connection, change, {}))


def main(arguments: list[str] | None = None) -> int:
    """Return 0 if the bot may be started; otherwise write why to standard error and return 1."""
    argparse.ArgumentParser(
        prog="python -m songbot.storage.restored",
        description="Prepare a restored database (DATABASE_URL) for the start of the bot.",
    ).parse_args(arguments)
    try:
        failed = asyncio.run(prepare_restored(database_url(), datetime.now(UTC)))
    except (BadDatabaseUrl, UnusableDatabase, StoreUnavailable) as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    waiting = "1 song was" if failed == 1 else f"{failed:,} songs were"
    sys.stdout.write(f"{waiting} waiting for Whisul and will be answered as failed and not counted.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
