"""Store the channel in which a song was requested, if its card went to another one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("songs", sa.Column("origin_channel_id", sa.BigInteger(), nullable=True))
