"""Place an order: check and charge the quota and save the song, in one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, insert, select, update

from songbot.quotas.repository import QuotaSubject
from songbot.quotas.rules import OperatorLimits
from songbot.songs.orders import (
    DOUBLE_CLICK_WINDOW,
    Accepted,
    Duplicate,
    NotAccepting,
    Order,
    OrderOutcome,
    Refused,
)
from songbot.storage.connectors.base import QUOTA_LOCK, advisory_lock
from songbot.storage.schema.tables import UNFINISHED, quota_grants, songs

from .admission import QUEUE_TURN, next_turn
from .mapping import order_to_columns, song_from_row
from .quota_usage import (
    check_quota,
    quota_context_from_rows,
    quota_context_query,
    subject_parameters,
)
from .state_values import state_value

PAUSED = "paused"
"""The key in `app_state` that is set while no new songs are accepted. Its value is the reason."""

_SAME_KEY = select(songs.c.id).where(songs.c.order_key == bindparam("order_key")).scalar_subquery()
_RECENT_DUPLICATE = (
    select(func.max(songs.c.id))
    .where(
        songs.c.parent_id == bindparam("parent_id"),
        songs.c.relation == bindparam("relation"),
        songs.c.user_id == bindparam("user_id"),
        songs.c.created_at > bindparam("since"),
        songs.c.created_at < bindparam("until"),
    )
    .scalar_subquery()
)
_LAST_TURN = (
    select(func.max(songs.c.turn))
    .where(UNFINISHED, songs.c.user_id == bindparam("user_id"))
    .scalar_subquery()
)
_EXTRA_COLUMNS = (
    state_value(PAUSED).label("paused"),
    state_value(QUEUE_TURN).label("queue_turn"),
    _LAST_TURN.label("last_turn"),
)
_QUOTA_QUERY = quota_context_query(*_EXTRA_COLUMNS, _SAME_KEY.label("placed_before"))
_QUOTA_QUERY_FOR_BUTTON = quota_context_query(
    *_EXTRA_COLUMNS, func.coalesce(_SAME_KEY, _RECENT_DUPLICATE).label("placed_before")
)
_INSERT = insert(songs).returning(songs)


def create_song(
    connection: Connection, order: Order, operator_limits: OperatorLimits, now: datetime
) -> OrderOutcome:
    """Create a song, on a connection that may write.

    This takes three statements, or four on PostgreSQL; a parent and a grant each add one.
    """
    subject = QuotaSubject(order.user_id, order.quota_guild_id, order.role_ids)
    _lock_quotas(connection, subject, operator_limits)
    rows = connection.execute(*_quota_query(order, subject, now)).all()
    if rows[0].placed_before is not None:
        earlier = select(songs).where(songs.c.id == rows[0].placed_before)
        return Duplicate(song_from_row(connection.execute(earlier).one()))
    if rows[0].paused is not None:
        return NotAccepting(rows[0].paused or None)
    verdict = check_quota(connection, subject, quota_context_from_rows(rows, subject), operator_limits, now)
    if verdict.blocked_by is not None:
        return Refused(verdict)
    if verdict.uses_grant:
        _use_grant(connection, subject)
    turn = next_turn(int(rows[0].queue_turn or 0), rows[0].last_turn)
    values = order_to_columns(order, turn, now, granted=verdict.uses_grant)
    if order.parent_id is not None and _is_parent_deleted(connection, order.parent_id):
        values["parent_id"] = None
    row = connection.execute(_INSERT, values).one()
    return Accepted(song_from_row(row), verdict)


def _lock_quotas(connection: Connection, subject: QuotaSubject, operator_limits: OperatorLimits) -> None:
    """Lock the quotas of the server or of the person's DMs, or all if there is a limit for all servers."""
    keys = [subject.guild_id or subject.user_id]
    if operator_limits.operator is not None:
        keys.append(QUOTA_LOCK)
    advisory_lock(connection, *keys)


def _quota_query(order: Order, subject: QuotaSubject, now: datetime) -> tuple[Select[Any], dict[str, Any]]:
    parameters = subject_parameters(subject) | {"order_key": order.idempotency_key}
    if order.parent_id is None or order.relation is None:
        return _QUOTA_QUERY, parameters
    # The upper bound ignores songs dated in the future (after a clock error), which would block the button.
    parameters |= {"parent_id": order.parent_id, "relation": order.relation}
    parameters |= {"since": now - DOUBLE_CLICK_WINDOW, "until": now + DOUBLE_CLICK_WINDOW}
    return _QUOTA_QUERY_FOR_BUTTON, parameters


def _is_parent_deleted(connection: Connection, song_id: int) -> bool:
    """Return whether the song was deleted after its button was pressed; if not, lock it until the order is
    saved.
    """
    kept = select(songs.c.id).where(songs.c.id == song_id).with_for_update(read=True, key_share=True)
    return connection.scalar(kept) is None


def _use_grant(connection: Connection, subject: QuotaSubject) -> None:
    connection.execute(
        update(quota_grants)
        .where(quota_grants.c.guild_id == subject.guild_id, quota_grants.c.user_id == subject.user_id)
        .values(songs=quota_grants.c.songs - 1)
    )
