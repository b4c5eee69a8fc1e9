"""Alembic's entry point: run the migrations on the given connection, in the caller's transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy.types import TypeDecorator

from songbot.storage.schema.tables import metadata, set_index_options


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Render the stored type in place of our own, which may change after the migration was written."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{type(item.impl).__name__}()"
    return False


connection = context.config.attributes["connection"]
set_index_options(connection.dialect.name)
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    render_item=_render,
)
with context.begin_transaction():
    context.run_migrations()
