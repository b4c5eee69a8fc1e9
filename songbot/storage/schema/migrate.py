"""Bring a database to the latest revision. Load Alembic only if an older one has to be migrated."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from songbot.storage.connectors.base import MIGRATION_LOCK, Connector, advisory_lock
from songbot.storage.errors import DatabaseTooNew

from .create import create_tables

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0008"
"""The latest revision in `migrations/versions`."""
_FOLDER = Path(__file__).parent / "migrations"
_SECONDS = 600.0


async def migrate(connector: Connector) -> None:
    """Create the tables of an empty database, or upgrade an older one to HEAD.

    If several processes start at once, one does it and the others wait for it. May raise DatabaseTooNew or
    StoreUnavailable.
    """
    if await connector.read(revision_of) != HEAD:
        await connector.migrate(_create_or_upgrade, _SECONDS)


def revision_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(text("SELECT version_num FROM alembic_version"))


def alembic_config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _create_or_upgrade(connection: Connection) -> None:
    advisory_lock(connection, MIGRATION_LOCK)
    revision = revision_of(connection)
    if revision is None:
        create_tables(connection, HEAD)
    else:
        _upgrade(connection, revision)


def _upgrade(connection: Connection, revision: str) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    config = alembic_config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision not in known:
        raise DatabaseTooNew(revision)
    command.upgrade(config, "head")
