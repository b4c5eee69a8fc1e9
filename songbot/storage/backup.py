"""Back up the SQLite database while the bot runs: `python -m songbot.storage.backup [--to FILE]`.

The copy is consistent: SQLite's own backup reads one state of the database, whatever is written meanwhile.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from .connectors.url import parse_url
from .environment import database_url
from .errors import BadDatabaseUrl


class BackupError(Exception):
    """The message says what is wrong and what to do."""


def back_up(url: str, to: Path | None, now: datetime) -> Path:
    """Copy the database at `url` to `to`, or beside it with the time in its name; return the copy's path.

    Never overwrites a file. Raises BadDatabaseUrl or BackupError.
    """
    address = parse_url(url)
    if address.get_backend_name() != "sqlite":
        raise BackupError("This is for SQLite. A PostgreSQL database is backed up with pg_dump.")
    source = Path(str(address.database))
    target = to or source.with_name(f"{source.stem}-{now:%Y%m%d-%H%M%S}{source.suffix}")
    if not source.is_file():
        raise BackupError(f"There is no database at {source}.")
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
    options = parser.parse_args(arguments)
    try:
        target = back_up(database_url(), options.to, datetime.now(UTC))
    except (BadDatabaseUrl, BackupError) as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    sys.stdout.write(f"{target}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
