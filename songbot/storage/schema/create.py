"""Create a new database's tables at once, as the migrations would one after the other."""

from __future__ import annotations

import secrets

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, insert

from .tables import app_state, metadata, set_index_options

alembic_version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own table of the latest migration, as Alembic creates it."""


def create_tables(connection: Connection, revision: str) -> None:
    """Create the tables, and insert the rows that the migrations up to `revision` insert."""
    set_index_options(connection.dialect.name)
    metadata.create_all(connection, checkfirst=False)
    rows = {
        # The secret from which pseudonyms are computed (songbot/storage/queries/pseudonyms.py).
        "pseudonym_secret": secrets.token_hex(32),
        "queue_turn": "0",
    }
    connection.execute(insert(app_state), [{"key": key, "value": value} for key, value in rows.items()])
    alembic_version.create(connection)
    connection.execute(insert(alembic_version).values(version_num=revision))
