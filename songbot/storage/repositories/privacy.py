"""Export, delete and purge personal data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, or_, select, update

from songbot.storage.connectors.base import Connector
from songbot.storage.queries.delete_user_data import LONGEST_WINDOW, audit_keys, delete_user_data, user_rules
from songbot.storage.schema.tables import (
    PENDING,
    guilds,
    notifications,
    quota_changes,
    quota_grants,
    quota_resets,
    quota_rules,
    saves,
    songs,
    user_languages,
)

__all__ = ["LONGEST_WINDOW", "SqlPrivacyRepository"]

GUILD_GRACE = timedelta(days=30)
_BATCH = 1000
_NOT_FOR_EXPORT = frozenset({"token", "token_expires_at", "lease_owner", "generation", "turn", "search_text"})


class SqlPrivacyRepository:
    """Implements songbot.songs.privacy.PrivacyRepository."""

    def __init__(self, connector: Connector, now: Callable[[], datetime]) -> None:
        self._connector = connector
        self._now = now

    async def export(self, user_id: int) -> dict[str, list[dict[str, object]]]:
        def load(connection: Connection) -> dict[str, list[dict[str, object]]]:
            return {
                table.name: [_exported(row) for row in connection.execute(select(table).where(theirs))]
                for table, theirs in _all_of(user_id)
            }

        return await self._connector.read(load)

    async def delete_user_data(self, user_id: int) -> int:
        now = self._now()
        return await self._connector.write(lambda connection: delete_user_data(connection, user_id, now))

    async def purge(self, songs_before_days: int) -> int:
        """Keep songs that may still count toward a quota: those of the last 32 days, even if fewer days are
        given.
        """
        now = self._now()
        kept = max(timedelta(days=songs_before_days), LONGEST_WINDOW)
        deleted = await self._delete_songs(songs.c.charged_at < now - kept)
        await self._delete_songs(and_(songs.c.user_id < 0, songs.c.charged_at < now - LONGEST_WINDOW))
        await self._connector.write(lambda connection: _purge_other_data(connection, now, now - kept))
        return deleted

    async def _delete_songs(self, condition: ColumnElement[bool]) -> int:
        """Delete in batches, so that orders never wait for the whole deletion."""
        batch = delete(songs).where(songs.c.id.in_(select(songs.c.id).where(condition).limit(_BATCH)))
        total = 0
        while True:
            deleted = await self._connector.write(lambda connection: connection.execute(batch).rowcount)
            total += deleted
            if deleted < _BATCH:
                return total


def _purge_other_data(connection: Connection, now: datetime, languages_before: datetime) -> None:
    """Delete rules of servers left long ago, old languages, expired tokens, and subscribers of delivered
    songs."""
    connection.execute(delete(user_languages).where(user_languages.c.seen_at < languages_before))
    connection.execute(delete(guilds).where(guilds.c.left_at < now - GUILD_GRACE))
    expired = update(songs).where(PENDING, songs.c.token_expires_at < now)
    connection.execute(expired.values(token=None, token_expires_at=None))
    answered = select(songs.c.id).where(PENDING)
    connection.execute(delete(notifications).where(notifications.c.song_id.not_in(answered)))


def _all_of(user_id: int) -> list[tuple[Table, ColumnElement[bool]]]:
    """Return each table that may contain data about the person, and the condition that selects their rows."""
    members: list[Table] = [songs, saves, notifications, quota_grants, quota_resets, user_languages]
    about = or_(quota_changes.c.actor_id == user_id, quota_changes.c.what.in_(audit_keys(user_id)))
    return [
        *((table, table.c.user_id == user_id) for table in members),
        (quota_rules, user_rules(user_id)),
        (quota_changes, about),
    ]


def _exported(row: Any) -> dict[str, object]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in row._mapping.items()
        if name not in _NOT_FOR_EXPORT
    }
