"""Cancel a song that is still queued."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, update

from songbot.songs.models import FailureReason, State
from songbot.storage.schema.tables import songs

from .transitions import NOBODY, give_grants_back


def cancel_queued(connection: Connection, song_id: int, user_id: int, now: datetime) -> bool:
    """Fail the person's own queued song and refund it. Return False if it is no longer queued."""
    queued = songs.c.id == song_id, songs.c.user_id == user_id, songs.c.state == State.QUEUED
    cancelled = {"state": State.FAILED, "reason": FailureReason.CANCELLED}
    rows = connection.execute(
        update(songs)
        .where(*queued)
        .values(**cancelled, finished_at=now, refunded_at=now, lease_owner=NOBODY)
        .returning(songs.c.granted, songs.c.quota_scope, songs.c.user_id)
    ).all()
    give_grants_back(connection, rows)
    return len(rows) == 1
