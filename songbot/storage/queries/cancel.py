"""Cancelling a song that is still queued."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, update

from songbot.songs.models import FailureReason, State
from songbot.storage.schema.tables import quota_grants, songs


def cancel_queued(connection: Connection, song_id: int, user_id: int, now: datetime) -> bool:
    """Fail the person's own queued song and refund it. Return False if it is queued no longer."""
    queued = songs.c.id == song_id, songs.c.user_id == user_id, songs.c.state == State.QUEUED
    cancelled = {"state": State.FAILED, "reason": FailureReason.CANCELLED}
    row = connection.execute(
        update(songs)
        .where(*queued)
        .values(**cancelled, finished_at=now, refunded_at=now)
        .returning(songs.c.granted, songs.c.quota_scope)
    ).one_or_none()
    if row is not None and row.granted:
        connection.execute(
            update(quota_grants)
            .where(quota_grants.c.guild_id == row.quota_scope, quota_grants.c.user_id == user_id)
            .values(songs=quota_grants.c.songs + 1)
        )
    return row is not None
