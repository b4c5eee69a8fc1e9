"""Placing an order: the quota checked and charged and the song written, in one transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, insert, select, update

from songbot.quotas.repository import Asker
from songbot.quotas.rules import Ceilings
from songbot.songs.orders import Accepted, Closed, Order, Outcome, Refused, Repeated
from songbot.storage.connectors.base import ALL_QUOTAS, lock
from songbot.storage.schema.tables import quota_grants, songs

from .mapping import order_columns, song_of
from .quota_usage import asker_parameters, decision, state_value, terms_of, terms_query

PAUSED = "paused"
"""Key in the app's state: while it is set there are no new songs, and its value says why."""
_DOUBLE_PRESS = timedelta(seconds=10)

_SAME_ORDER = select(songs.c.id).where(songs.c.order_key == bindparam("order_key")).scalar_subquery()
_SAME_PRESS = (
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
_PAUSED = state_value(PAUSED).label("paused")
_TERMS = terms_query(_PAUSED, _SAME_ORDER.label("placed_before"))
_TERMS_OF_BUTTON = terms_query(_PAUSED, func.coalesce(_SAME_ORDER, _SAME_PRESS).label("placed_before"))
_INSERT = insert(songs).returning(songs)


def place(connection: Connection, order: Order, worker: str, ceilings: Ceilings, now: datetime) -> Outcome:
    """On a connection that writes: three statements, four on PostgreSQL; parent and grant add one each."""
    asker = Asker(order.user_id, order.quota_guild_id, order.role_ids)
    _lock_quotas(connection, asker, ceilings)
    rows = connection.execute(*_terms(order, asker, now)).all()
    if rows[0].placed_before is not None:
        return Repeated(_song(connection, rows[0].placed_before))
    if rows[0].paused is not None:
        return Closed(rows[0].paused or None)
    verdict = decision(connection, asker, terms_of(rows, asker), ceilings, now)
    if verdict.refused_by is not None:
        return Refused(verdict)
    if verdict.uses_grant:
        _use_grant(connection, asker)
    values = order_columns(order, worker, now, granted=verdict.uses_grant)
    if order.parent_id is not None and _is_gone(connection, order.parent_id):
        values["parent_id"] = None
    row = connection.execute(_INSERT, values).one()
    return Accepted(song_of(row), verdict)


def _lock_quotas(connection: Connection, asker: Asker, ceilings: Ceilings) -> None:
    """One order at a time for a server, or for a person's DM quota; for all with a ceiling over all."""
    keys = [asker.guild_id or asker.user_id]
    if ceilings.operator is not None:
        keys.append(ALL_QUOTAS)
    lock(connection, *keys)


def _terms(order: Order, asker: Asker, now: datetime) -> tuple[Select[Any], dict[str, Any]]:
    parameters = asker_parameters(asker) | {"order_key": order.key}
    if order.parent_id is None or order.relation is None:
        return _TERMS, parameters
    # Until, too: one made while the clock was ahead must not block the button until that time has come.
    parameters |= {"parent_id": order.parent_id, "relation": order.relation}
    parameters |= {"since": now - _DOUBLE_PRESS, "until": now + _DOUBLE_PRESS}
    return _TERMS_OF_BUTTON, parameters


def _song(connection: Connection, song_id: int) -> Any:
    return song_of(connection.execute(select(songs).where(songs.c.id == song_id)).one())


def _is_gone(connection: Connection, song_id: int) -> bool:
    """Has the song been forgotten since its button was pressed? Else it stays until this order is written."""
    kept = select(songs.c.id).where(songs.c.id == song_id).with_for_update(read=True, key_share=True)
    return connection.scalar(kept) is None


def _use_grant(connection: Connection, asker: Asker) -> None:
    connection.execute(
        update(quota_grants)
        .where(quota_grants.c.guild_id == asker.guild_id, quota_grants.c.user_id == asker.user_id)
        .values(songs=quota_grants.c.songs - 1)
    )
