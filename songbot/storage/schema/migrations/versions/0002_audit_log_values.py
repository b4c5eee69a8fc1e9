"""Store rules in the audit log as values, instead of as English text such as "5 per day"."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BATCH = 1000
_STORED_RULE = re.compile(r"(\d{1,18}) per (hour|day|week|month)")

_changes = sa.table(
    "quota_changes",
    sa.column("id", sa.BigInteger()),
    sa.column("what", sa.String()),
    sa.column("old", sa.Text()),
    sa.column("new", sa.Text()),
    sa.column("old_limit", sa.BigInteger()),
    sa.column("old_period", sa.String()),
    sa.column("new_limit", sa.BigInteger()),
    sa.column("new_period", sa.String()),
)


def upgrade() -> None:
    for side in ("old", "new"):
        op.add_column("quota_changes", sa.Column(f"{side}_limit", sa.BigInteger(), nullable=True))
        op.add_column("quota_changes", sa.Column(f"{side}_period", sa.String(), nullable=True))
    connection = op.get_bind()
    query = sa.select(_changes.c.id, _changes.c.old, _changes.c.new).where(_changes.c.what.like("rule:%"))
    last_id = 0
    while rows := connection.execute(
        query.where(_changes.c.id > last_id).order_by(_changes.c.id).limit(_BATCH)
    ).all():
        for row in rows:
            values = _values("old", row.old) | _values("new", row.new)
            connection.execute(sa.update(_changes).where(_changes.c.id == row.id).values(values))
        last_id = rows[-1].id


def _values(side: str, stored: str | None) -> dict[str, Any]:
    """Return the columns of one side. Keep text in any other form, which version 1.0.0 never wrote."""
    match = _STORED_RULE.fullmatch(stored or "")
    if match is None:
        return {side: stored}
    return {side: None, f"{side}_limit": int(match[1]), f"{side}_period": match[2]}
