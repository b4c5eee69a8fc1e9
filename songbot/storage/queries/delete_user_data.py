"""Delete a person's data, except what current quotas still need, which stays under a pseudonym."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, delete, select, update

from songbot.quotas.rules import LimitKind
from songbot.songs.models import DeliveryState, State
from songbot.storage.schema.tables import (
    notifications,
    quota_changes,
    quota_grants,
    quota_resets,
    quota_rules,
    saves,
    songs,
    user_languages,
)

from .pseudonyms import load_pseudonym

LONGEST_WINDOW = timedelta(days=32)
"""A month and a day: a song charged earlier counts toward no quota in any time zone."""
_BATCH = 1000

# The columns kept for a song that still counts: that it was charged, when, and to which quota.
_ANONYMISED_VALUES: dict[str, Any] = {
    "guild_id": None,
    "prompt": "",
    "language": "en",
    "search_text": "",
    "private": True,
    "state": State.FAILED,
    "delivery": DeliveryState.UNDELIVERABLE,
    "reason": None,
    "error": None,
    "channel_id": 0,
    "origin_channel_id": None,
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


def delete_user_data(connection: Connection, user_id: int, now: datetime) -> int:
    """Delete or anonymise all data about a person. Return how many songs there were.

    The songs are listed once, at the beginning. On PostgreSQL each statement sees what was committed before
    it, so otherwise an order that arrives in between would be deleted and its person would get no answer.
    """
    song_ids = connection.scalars(select(songs.c.id).where(songs.c.user_id == user_id)).all()
    pseudonym_id = load_pseudonym(connection, user_id)
    _apply_resets(connection, user_id, pseudonym_id)
    _move_limits(connection, user_id, pseudonym_id)
    _rename_in_audit_log(connection, user_id, pseudonym_id)
    for table in (saves, notifications, quota_grants, quota_resets, user_languages):
        connection.execute(delete(table).where(table.c.user_id == user_id))
    for start in range(0, len(song_ids), _BATCH):
        theirs = and_(songs.c.id.in_(song_ids[start : start + _BATCH]), songs.c.user_id == user_id)
        _delete_songs(connection, theirs, pseudonym_id, now)
    return len(song_ids)


def user_rules(user_id: int) -> ColumnElement[bool]:
    """Return the condition that selects the rules for one person or pseudonym in all servers."""
    return and_(quota_rules.c.who == LimitKind.USER, quota_rules.c.subject_id == user_id)


def audit_keys(user_id: int) -> list[str]:
    """Return the keys of changes about a person (see songbot.quotas.repository.AuditEntry)."""
    return [f"{kind}:{user_id}" for kind in ("rule:user", "grant", "reset")]


def _delete_songs(
    connection: Connection, theirs: ColumnElement[bool], pseudonym_id: int, now: datetime
) -> None:
    """Anonymise the songs that still count toward a quota, and delete the others."""
    counts = and_(theirs, songs.c.charged_at > now - LONGEST_WINDOW, songs.c.refunded_at.is_(None))
    _unlink_other_users(connection, counts)
    values = _ANONYMISED_VALUES | {"user_id": pseudonym_id, "finished_at": now, "deleted_at": now}
    connection.execute(update(songs).where(counts).values(values))
    connection.execute(delete(songs).where(theirs))


def _unlink_other_users(connection: Connection, condition: ColumnElement[bool]) -> None:
    """Delete other users' saves of and subscriptions to the songs, and unlink remixes from them."""
    anonymised = select(songs.c.id).where(condition)
    for table in (saves, notifications):
        connection.execute(delete(table).where(table.c.song_id.in_(anonymised)))
    connection.execute(update(songs).where(songs.c.parent_id.in_(anonymised)).values(parent_id=None))


def _apply_resets(connection: Connection, user_id: int, pseudonym_id: int) -> None:
    """Mark the songs from before each reset so that they don't count toward the person's own limit.

    After that, the resets need not be kept. Songs from an earlier deletion are the person's, too.
    """
    last_song_id = (
        select(quota_resets.c.last_song_id)
        .where(quota_resets.c.user_id == user_id, quota_resets.c.guild_id == songs.c.quota_scope)
        .scalar_subquery()
    )
    theirs = songs.c.user_id.in_([user_id, pseudonym_id])
    connection.execute(update(songs).where(theirs, songs.c.id <= last_song_id).values(granted=True))


def _move_limits(connection: Connection, user_id: int, pseudonym_id: int) -> None:
    """Move the rules for the person to their pseudonym, replacing those of an earlier deletion."""
    guilds_with_rule = select(quota_rules.c.guild_id).where(user_rules(user_id))
    earlier = and_(user_rules(pseudonym_id), quota_rules.c.guild_id.in_(guilds_with_rule))
    connection.execute(delete(quota_rules).where(earlier))
    connection.execute(update(quota_rules).where(user_rules(user_id)).values(subject_id=pseudonym_id))


def _rename_in_audit_log(connection: Connection, user_id: int, pseudonym_id: int) -> None:
    """Keep the entries, but remove who changed something, or whom the change was about."""
    actor_id, what = quota_changes.c.actor_id, quota_changes.c.what
    connection.execute(update(quota_changes).where(actor_id == user_id).values(actor_id=pseudonym_id))
    renamed = dict(zip(audit_keys(user_id), audit_keys(pseudonym_id), strict=True))
    changes = update(quota_changes).where(what.in_(list(renamed)))
    connection.execute(changes.values(what=case(renamed, value=what)))
