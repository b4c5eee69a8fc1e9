"""Insert or update a row, on either database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table


def upsert(
    connection: Connection,
    table: Table,
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    on_conflict: Mapping[str, Any] | None = None,
) -> None:
    """Write `values` to the row with the primary key `key`.

    If the row exists, write `on_conflict` instead, if given. Without `values`, only create the row.
    """
    insert = _insert_of(connection)(table).values(**key, **values)
    columns = list(key)
    if values:
        statement = insert.on_conflict_do_update(index_elements=columns, set_=dict(on_conflict or values))
    else:
        statement = insert.on_conflict_do_nothing(index_elements=columns)
    connection.execute(statement)


def _insert_of(connection: Connection) -> Any:
    """Return the dialect's own `insert`, and load only that dialect."""
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert
    return insert
