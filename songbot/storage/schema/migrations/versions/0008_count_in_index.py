"""On PostgreSQL, the index of people's own songs holds all that counting them needs.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.drop_index("ix_songs_library", table_name="songs")
    op.create_index(
        "ix_songs_library", "songs", ["user_id", "id"], postgresql_include=["state", "delivery", "deleted_at"]
    )
