"""Copy all data to another database: `python -m songbot.storage.move FROM TO`. No bot may run on either.

FROM and TO are written like DATABASE_URL. The target must be empty; missing tables are created. Rows are
copied in batches by primary key, each batch in its own transaction, so an interrupted move resumes where it
stopped. At the end, the rows of every table are counted and hashed on both sides.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Column,
    ColumnElement,
    Connection,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    text,
    tuple_,
)
from sqlalchemy.exc import DBAPIError

from songbot.songs.errors import StoreUnavailable

from .connectors.base import Connector
from .connectors.factory import open_connector
from .connectors.url import parse_url
from .errors import BadDatabaseUrl, DatabaseTooNew, UnusableDatabase
from .preconditions import COPY_UNFINISHED, refuse_while_used
from .queries.pseudonyms import SECRET
from .queries.state_values import load_state_value
from .schema.migrate import HEAD, migrate, revision_of
from .schema.tables import app_state, metadata, workers

BATCH = 1000
DEADLINE = 600.0
"""Maximum seconds for reading or writing one batch."""
TABLES = [table for table in metadata.sorted_tables if table not in (app_state, workers)]
"""The tables in an order that satisfies foreign keys. Leases are left out: the next bot claims all songs."""
AUTOINCREMENT_TABLES = ("songs", "quota_changes")
"""Tables that number their rows. A number is never reused, even after its row is deleted."""

Report = Callable[[str], None]


class MoveError(Exception):
    """The message says what is wrong and what to do."""


async def copy_database(source_url: str, target_url: str, report: Report, *, batch: int = BATCH) -> None:
    """Copy the rows that the target lacks, then compare. Call `report` with each line of progress.

    May raise MoveError, BadDatabaseUrl, UnusableDatabase or StoreUnavailable.
    """
    if parse_url(source_url) == parse_url(target_url):
        raise MoveError("Both addresses are of the same database.")
    async with _open(source_url, must_exist=True) as source, _open(target_url) as target:
        await _check_source(source)
        await migrate(target)
        await refuse_while_used(source, "source")
        await refuse_while_used(target, "target")
        if await _prepare_target(source, target):
            for table in TABLES:
                await _copy(source, target, table, batch, report)
            await _carry_numbers_over(source, target)
            await refuse_while_used(source, "source")
        else:
            report("The target was filled from this source before; comparing.")
        await _compare(source, target, batch, report)
        marker = delete(app_state).where(app_state.c.key == COPY_UNFINISHED)
        await target.write(lambda connection: connection.execute(marker))


@asynccontextmanager
async def _open(url: str, *, must_exist: bool = False) -> AsyncIterator[Connector]:
    address = parse_url(url)
    if must_exist:
        _check_file(address)
    connector = open_connector(address, pool_size=1, deadline=DEADLINE)
    try:
        yield connector
    finally:
        await connector.close()


def _check_file(address: URL) -> None:
    if address.get_backend_name() == "sqlite" and not Path(str(address.database)).is_file():
        raise MoveError(f"There is no database at {address.database}.")


async def _check_source(source: Connector) -> None:
    revision = await source.read(revision_of)
    if revision is not None and revision > HEAD:
        raise DatabaseTooNew(revision)
    if revision != HEAD:
        raise MoveError("The source is not migrated: start this version of the bot on it once and stop it.")
    if await source.read(lambda connection: load_state_value(connection, COPY_UNFINISHED)) is not None:
        raise MoveError("The source is itself the target of a move that has not ended.")


async def _prepare_target(source: Connector, target: Connector) -> bool:
    """Mark a new target as unfinished and copy `app_state` to it. Return whether rows are left to copy."""
    rows = await source.read(lambda connection: connection.execute(select(app_state)).all())
    state = [dict(row._mapping) for row in rows]
    secret = next((row["value"] for row in state if row["key"] == SECRET), None)

    def write(connection: Connection) -> bool:
        if secret == load_state_value(connection, SECRET):
            return load_state_value(connection, COPY_UNFINISHED) is not None
        _refuse_other_data(connection)
        connection.execute(delete(app_state))
        connection.execute(insert(app_state), [*state, {"key": COPY_UNFINISHED, "value": "not yet verified"}])
        return True

    return await target.write(write)


def _refuse_other_data(connection: Connection) -> None:
    found = [table.name for table in TABLES if connection.scalar(select(1).select_from(table).limit(1))]
    if found:
        raise MoveError(f"The target holds other data ({', '.join(found)}): move into an empty database.")


def _in_order(connection: Connection, table: Table) -> list[ColumnElement[Any]]:
    """Return the columns of the primary key, collated so that both databases sort them the same way."""
    return [_byte_by_byte(connection, column) for column in table.primary_key.columns]


def _byte_by_byte(connection: Connection, column: Column[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, String) and connection.dialect.name == "postgresql":
        return column.collate("C")
    return column


def _key_of(table: Table, row: Any) -> tuple[Any, ...]:
    return tuple(row._mapping[column] for column in table.primary_key.columns)


async def _count(connector: Connector, table: Table) -> int:
    query = select(func.count()).select_from(table)
    return await connector.read(lambda connection: connection.scalar(query)) or 0


def _last_key(connection: Connection, table: Table) -> tuple[Any, ...] | None:
    backwards = [column.desc() for column in _in_order(connection, table)]
    row = connection.execute(select(table).order_by(*backwards).limit(1)).one_or_none()
    return None if row is None else _key_of(table, row)


async def _batches(
    connector: Connector, table: Table, after_key: Sequence[Any] | None, batch: int
) -> AsyncIterator[Sequence[Any]]:
    """Yield the rows after `after_key` in batches, each read in its own transaction."""
    while True:
        rows = await connector.read(partial(_rows_after, table=table, last=after_key, batch=batch))
        if not rows:
            return
        yield rows
        after_key = _key_of(table, rows[-1])


def _rows_after(
    connection: Connection, table: Table, last: Sequence[Any] | None, batch: int
) -> Sequence[Any]:
    """Return the first `batch` rows, in key order, whose key is greater than `last`."""
    key = _in_order(connection, table)
    query = select(table).order_by(*key).limit(batch)
    return connection.execute(query if last is None else query.where(tuple_(*key) > tuple_(*last))).all()


def _insert(connection: Connection, table: Table, rows: Sequence[Any]) -> None:
    connection.execute(insert(table), [dict(row._mapping) for row in rows])


async def _copy(source: Connector, target: Connector, table: Table, batch: int, report: Report) -> None:
    total, done = await _count(source, table), await _count(target, table)
    if done:
        report(f"{table.name}: {done:,} of {total:,} rows are there already")
    async for rows in _batches(source, table, await target.read(partial(_last_key, table=table)), batch):
        await target.write(partial(_insert, table=table, rows=rows))
        done += len(rows)
        report(f"{table.name}: {done:,} of {total:,} rows")


async def _carry_numbers_over(source: Connector, target: Connector) -> None:
    for table in AUTOINCREMENT_TABLES:
        last = await source.read(partial(_last_number, table=table))
        if last:
            await target.write(partial(_set_last_number, table=table, last=last))


def _last_number(connection: Connection, table: str) -> int:
    """Return the highest number ever used, or 0 if there is none."""
    if connection.dialect.name == "sqlite":
        query = text("SELECT seq FROM sqlite_sequence WHERE name = :table").bindparams(table=table)
    else:
        query = text(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {table}_id_seq")  # noqa: S608
    return connection.scalar(query) or 0


def _set_last_number(connection: Connection, table: str, last: int) -> None:
    if connection.dialect.name == "postgresql":
        query = text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)")
        connection.execute(query.bindparams(table=table, last=last))
        return
    # SQLite's own table has no unique key, and contains only tables that ever had a row.
    connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :table").bindparams(table=table))
    query = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :last)")
    connection.execute(query.bindparams(table=table, last=last))


async def _compare(source: Connector, target: Connector, batch: int, report: Report) -> None:
    different: list[str] = []
    for table in [*TABLES, app_state]:
        ours, theirs = await _digest(source, table, batch), await _digest(target, table, batch)
        if ours == theirs:
            report(f"{table.name}: {ours[0]:,} rows, checksum {ours[1]} on both sides")
        else:
            report(
                f"{table.name}: DIFFERENT, {ours[0]:,} rows ({ours[1]}) became {theirs[0]:,} ({theirs[1]})"
            )
            different.append(table.name)
    if different:
        raise MoveError(
            f"The databases differ in {', '.join(different)}: one of them was used meanwhile. "
            "Go on with the one that has what you need, or empty the target and move again."
        )


async def _digest(connector: Connector, table: Table, batch: int) -> tuple[int, str]:
    """Return the number of rows and a checksum of their Python values, which are equal in both databases."""
    count, checksum = 0, hashlib.sha256()
    async for rows in _batches(connector, table, None, batch):
        for row in rows:
            if table is app_state and row.key == COPY_UNFINISHED:
                continue
            count += 1
            checksum.update(repr(tuple(row)).encode())
    return count, checksum.hexdigest()[:16]


def main(arguments: list[str] | None = None) -> int:
    """Return 0 if the target is complete and verified; otherwise write why to standard error and return 1."""
    parser = argparse.ArgumentParser(
        prog="python -m songbot.storage.move", description="Move into another database."
    )
    parser.add_argument("source", metavar="FROM", help="such as sqlite:///data/songs.db")
    parser.add_argument("target", metavar="TO", help="such as postgresql://user:password@host/database")
    parser.add_argument("--batch", type=int, default=BATCH, metavar="ROWS", help="rows in one transaction")
    options = parser.parse_args(arguments)
    try:
        asyncio.run(copy_database(options.source, options.target, _print, batch=max(1, options.batch)))
    except (MoveError, BadDatabaseUrl, UnusableDatabase, StoreUnavailable) as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    except DBAPIError as failure:
        sys.stderr.write(f"The target takes a row not as it is: {type(failure.orig).__name__}.\n")
        return 1
    _print("Moved. Set DATABASE_URL to the new address and start the bot.")
    return 0


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
