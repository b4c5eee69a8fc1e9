"""What is kept of a person, as Privacy has it: shown, deleted, and gone when it is old."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, case, delete, or_, select, update

from songbot.quotas.rules import LimitKind
from songbot.songs.models import DeliveryState, State
from songbot.storage.connectors.base import Connector
from songbot.storage.queries.pseudonyms import SECRET, pseudonym
from songbot.storage.queries.state_values import load_state_value
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
)

LONGEST_WINDOW = timedelta(days=32)
"""A month and a day over: what was charged longer ago counts to no quota, in whatever time zone."""
GUILD_GRACE = timedelta(days=30)
_BATCH = 1000
_NOT_FOR_EXPORT = frozenset({"token", "token_expires_at", "lease_owner", "generation", "turn", "search_text"})

# What is left of a song that still counts: that it was charged, when, and to what.
_ANONYMISED_VALUES: dict[str, Any] = {
    "order_key": None,
    "guild_id": None,
    "prompt": "",
    "search_text": "",
    "private": True,
    "delivery": DeliveryState.UNDELIVERABLE,
    "reason": None,
    "error": None,
    "channel_id": 0,
    "message_id": None,
    "token": None,
    "token_expires_at": None,
    "job_id": None,
    "title": None,
    "bpm": None,
    "duration_seconds": None,
    "song_url": None,
    "image_url": None,
    "tags": None,
    "parent_id": None,
    "relation": None,
    "unavailable_since": None,
    "delivered_at": None,
    "lease_owner": None,
}


class SqlPrivacyRepository:
    """Implements Privacy."""

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
        theirs = songs.c.user_id == user_id
        counts = and_(songs.c.charged_at > now - LONGEST_WINDOW, songs.c.refunded_at.is_(None))

        def write(connection: Connection) -> int:
            alias = _pseudonym(connection, user_id)
            _delete_other_data(connection, user_id, alias)
            _unlink_other_users(connection, and_(theirs, counts))
            anonymised = connection.execute(
                update(songs)
                .where(theirs, counts)
                .values(
                    user_id=alias, state=State.FAILED, finished_at=now, deleted_at=now, **_ANONYMISED_VALUES
                )
            )
            deleted = connection.execute(delete(songs).where(theirs))
            return anonymised.rowcount + deleted.rowcount

        return await self._connector.write(write)

    async def purge(self, songs_before_days: int) -> int:
        """Songs that may still count to a quota stay, however short the days: 32 of them at least."""
        now = self._now()
        kept = max(timedelta(days=songs_before_days), LONGEST_WINDOW)
        deleted = await self._delete_songs(songs.c.charged_at < now - kept)
        await self._delete_songs(and_(songs.c.user_id < 0, songs.c.charged_at < now - LONGEST_WINDOW))
        await self._connector.write(lambda connection: _purge_other_data(connection, now))
        return deleted

    async def _delete_songs(self, condition: ColumnElement[bool]) -> int:
        """In batches, so that orders do not have to wait for it."""
        batch = delete(songs).where(songs.c.id.in_(select(songs.c.id).where(condition).limit(_BATCH)))
        total = 0
        while True:
            deleted = await self._connector.write(lambda connection: connection.execute(batch).rowcount)
            total += deleted
            if deleted < _BATCH:
                return total


def _purge_other_data(connection: Connection, now: datetime) -> None:
    """Servers that were left, tokens that are dead, and lists of people for songs that are answered."""
    connection.execute(delete(guilds).where(guilds.c.left_at < now - GUILD_GRACE))
    expired = update(songs).where(PENDING, songs.c.token_expires_at < now)
    connection.execute(expired.values(token=None, token_expires_at=None))
    answered = select(songs.c.id).where(PENDING)
    connection.execute(delete(notifications).where(notifications.c.song_id.not_in(answered)))


def _all_of(user_id: int) -> list[tuple[Table, ColumnElement[bool]]]:
    """Each table that has something on the person, and where."""
    members: list[Table] = [songs, saves, notifications, quota_grants, quota_resets]
    rules = and_(quota_rules.c.who == LimitKind.USER, quota_rules.c.subject_id == user_id)
    about = or_(quota_changes.c.actor_id == user_id, quota_changes.c.what.in_(_change_keys(user_id)))
    return [
        *((table, table.c.user_id == user_id) for table in members),
        (quota_rules, rules),
        (quota_changes, about),
    ]


def _change_keys(user_id: int) -> list[str]:
    """How the log names changes that are about a person (songbot.quotas.repository.Change)."""
    return [f"{kind}:{user_id}" for kind in ("rule:user", "grant", "reset")]


def _exported(row: Any) -> dict[str, object]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in row._mapping.items()
        if name not in _NOT_FOR_EXPORT
    }


def _pseudonym(connection: Connection, user_id: int) -> int:
    return pseudonym(str(load_state_value(connection, SECRET)), user_id)


def _delete_other_data(connection: Connection, user_id: int, alias: int) -> None:
    """All but the songs. The log keeps that something was changed, and no longer by or for whom."""
    for table in (saves, notifications, quota_grants, quota_resets):
        connection.execute(delete(table).where(table.c.user_id == user_id))
    rules = and_(quota_rules.c.who == LimitKind.USER, quota_rules.c.subject_id == user_id)
    connection.execute(delete(quota_rules).where(rules))
    actor, what = quota_changes.c.actor_id, quota_changes.c.what
    connection.execute(update(quota_changes).where(actor == user_id).values(actor_id=alias))
    renamed = dict(zip(_change_keys(user_id), _change_keys(alias), strict=True))
    changes = update(quota_changes).where(what.in_(list(renamed)))
    connection.execute(changes.values(what=case(renamed, value=what)))


def _unlink_other_users(connection: Connection, condition: ColumnElement[bool]) -> None:
    """Others' saves of songs that stay as husks, and their wish to be told of them."""
    anonymised = select(songs.c.id).where(condition)
    for table in (saves, notifications):
        connection.execute(delete(table).where(table.c.song_id.in_(anonymised)))
    connection.execute(update(songs).where(songs.c.parent_id.in_(anonymised)).values(parent_id=None))
