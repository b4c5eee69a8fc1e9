"""Back up the SQLite database while the bot runs: `python -m songbot.storage.backup [--to FILE]`.

The copy is consistent: SQLite's backup API reads a single state of the database, even while the bot writes.
The time of the backup is recorded in the database, for `/metrics` and `/owner status`. `--record` only
records the time, after a backup by other means.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL

from songbot.songs.errors import StoreUnavailable

from .connectors.url import parse_url
from .database import open_database
from .environment import database_url
from .errors import BadDatabaseUrl


class BackupError(Exception):
    """The message says what is wrong and what to do."""


def back_up(url: str, to: Path | None, now: datetime) -> Path:
    """Copy the database at `url` to `to`, and return the copy's path.

    Without `to`, the copy is beside the database, with the time in its name. Never overwrite a file. Raises
    BadDatabaseUrl or BackupError.
    """
    address = parse_url(url)
    if address.get_backend_name() != "sqlite":
        raise BackupError("This is for SQLite. A PostgreSQL database is backed up with pg_dump.")
    source = _file(address)
    target = to or source.with_name(f"{source.stem}-{now:%Y%m%d-%H%M%S}{source.suffix}")
    if target.exists():
        raise BackupError(f"{target} exists already; name another file with --to.")
    partial = target.with_name(target.name + ".partial")
    try:
        _copy(source, partial)
        partial.replace(target)
    except (OSError, sqlite3.Error) as failure:
        partial.unlink(missing_ok=True)
        raise BackupError(f"The backup could not be written: {failure}") from failure
    return target


def _file(address: URL) -> Path:
    source = Path(str(address.database))
    if not source.is_file():
        raise BackupError(f"There is no database at {source}.")
    return source


async def record(url: str, made_at: datetime) -> None:
    """Record in the database at `url` that a backup was made. May raise BadDatabaseUrl or BackupError."""
    address = parse_url(url)
    if address.get_backend_name() == "sqlite":
        _file(address)  # check first, because opening would create the file
    try:
        async with open_database(url) as database:
            await database.admin.record_backup(made_at)
    except StoreUnavailable as failure:
        raise BackupError(f"The time of the backup could not be recorded: {failure}") from failure


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    readable = f"{source.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(readable, uri=True)) as database, closing(sqlite3.connect(target)) as copy:
        database.backup(copy)
        if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("the copy is damaged; so may be the database")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m songbot.storage.backup", description="Back up the database."
    )
    parser.add_argument("--to", type=Path, metavar="FILE", help="where to; default: beside the database")
    parser.add_argument(
        "--record", action="store_true", help="back up nothing, but record that pg_dump just did"
    )
    options = parser.parse_args(arguments)
    now = datetime.now(UTC)
    try:
        url = database_url()
        if not options.record:
            sys.stdout.write(f"{back_up(url, options.to, now)}\n")
        asyncio.run(record(url, now))
    except (BadDatabaseUrl, BackupError) as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
