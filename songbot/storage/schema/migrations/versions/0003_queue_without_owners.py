"""Remove the owner of queued songs, give each a turn, and number admissions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

QUEUED = "state = 'queued'"
ACTIVE = "state IN ('submitting', 'composing')"
FOLLOWED = "lease_owner IS NOT NULL"
UNFINISHED = "finished_at IS NULL"


def _partial_index(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, "songs", columns, unique=False, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    op.add_column("workers", sa.Column("provider_available", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("songs", sa.Column("generation", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("songs", sa.Column("turn", sa.BigInteger(), server_default="0", nullable=False))
    op.execute("UPDATE songs SET lease_owner = NULL WHERE state = 'queued' OR delivery != 'pending'")
    op.execute(
        "UPDATE songs SET lease_owner = 'nobody'"
        " WHERE state != 'queued' AND delivery = 'pending' AND lease_owner IS NULL"
    )
    # Keep the order of each person's queued songs, two turns apart as for new songs.
    op.execute(
        "UPDATE songs SET turn = 2 * (SELECT count(*) FROM songs AS earlier WHERE earlier.user_id = songs.user_id"
        " AND earlier.finished_at IS NULL AND earlier.id <= songs.id) WHERE state = 'queued'"
    )
    op.execute("INSERT INTO app_state (key, value) VALUES ('queue_turn', '0')")
    op.drop_index("ix_songs_served", table_name="songs")
    op.drop_index("ix_songs_unfinished", table_name="songs")
    _partial_index("ix_songs_unfinished", ["user_id", "turn", "state"], UNFINISHED)
    _partial_index("ix_songs_queue", ["turn", "id", "user_id"], QUEUED)
    _partial_index("ix_songs_active", ["user_id"], ACTIVE)
    _partial_index("ix_songs_followed", ["lease_owner", "id", "state"], FOLLOWED)
