"""Keep the workers' leases. Each worker has one row, renewed by its heartbeat; its songs carry its name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Update,
    bindparam,
    cast,
    delete,
    exists,
    func,
    select,
    type_coerce,
    update,
)

from songbot.songs.models import FailureReason, State
from songbot.songs.ports import LeaseState
from songbot.storage.schema.tables import FOLLOWED, songs, workers
from songbot.storage.schema.types import EPOCH, MICROSECOND, UtcDateTime
from songbot.storage.schema.upsert import upsert

from .transitions import PAID_BY, fail

INTERRUPTED_AFTER = 30.0
"""Seconds after a lease expires until the worker's submitting songs count as interrupted.

A worker that can't reach the database may still receive its job's id from Whisul in that time, and save it.
"""
_FORGET_AFTER = 3600.0
"""Seconds after a lease expires until the worker's row is deleted."""

_UNREGISTER = delete(workers).where(workers.c.name == bindparam("worker_id"))
_END_EDITS = (
    update(workers)
    .where(workers.c.name == bindparam("worker_id"), workers.c.edits_until == bindparam("until"))
    .values(edits_until=None)
)
_LEASED = select(songs.c.id).where(FOLLOWED, songs.c.lease_owner == bindparam("worker_id"))


class LeaseQueries:
    """Statements that depend on the source of the time, built once.

    On PostgreSQL the statements read the database's clock, so that all workers share one clock, even if their
    machines' clocks differ or a statement runs late. Otherwise `now` returns the time. If only one process
    may run, registering deletes all other workers.
    """

    def __init__(self, *, single_process: bool, on_postgresql: bool, now: Callable[[], datetime]) -> None:
        self._single_process = single_process
        self._now = None if on_postgresql else now
        postgres_time = cast(func.extract("epoch", func.clock_timestamp()) * 1_000_000, BigInteger)
        self._time: ColumnElement[int] = (
            postgres_time if on_postgresql else bindparam("now", type_=BigInteger)
        )
        self._renew = (
            update(workers)
            .where(workers.c.name == bindparam("worker_id"))
            .values(lease_until=self._after(bindparam("lease", type_=BigInteger)))
        )
        by_preference = workers.c.provider_available.desc(), workers.c.name
        self._first = (
            select(workers.c.name)
            .where(workers.c.lease_until > self._after(0))
            .order_by(*by_preference)
            .limit(1)
        )
        self._begin_edits = (
            update(workers)
            .where(workers.c.name == bindparam("worker_id"))
            .values(edits_until=self._after(bindparam("seconds", type_=BigInteger)))
            .returning(workers.c.edits_until)
        )
        self._others_edit = select(
            exists().where(workers.c.name != bindparam("worker_id"), workers.c.edits_until > self._after(0))
        )
        self._forget = delete(workers)
        if not single_process:
            self._forget = self._forget.where(workers.c.lease_until <= self._after(-_FORGET_AFTER))
        submitting = songs.c.state == State.SUBMITTING
        self._interrupt = (
            self._take_over(submitting, INTERRUPTED_AFTER)
            .values(state=State.FAILED, reason=FailureReason.INTERRUPTED)
            .returning(*PAID_BY)
        )
        self._claim = self._take_over(~submitting, 0.0).returning(songs.c.id)

    def parameters(self, **others: Any) -> dict[str, Any]:
        """Return the parameters for a statement that contains `is_alive`."""
        return others if self._now is None else {"now": (self._now() - EPOCH) // MICROSECOND, **others}

    def is_alive(self, worker_id: ColumnElement[Any], grace_seconds: float = 0.0) -> ColumnElement[bool]:
        """Return a condition: the worker's lease expired at most `grace_seconds` ago, or not at all."""
        return exists().where(
            workers.c.name == worker_id, workers.c.lease_until > self._after(-grace_seconds)
        )

    def register(self, connection: Connection, worker_id: str, lease_seconds: float) -> None:
        connection.execute(self._forget, self.parameters())
        upsert(connection, workers, {"name": worker_id}, {"lease_until": EPOCH})
        self._heartbeat(connection, worker_id, lease_seconds, provider_available=True)

    def heartbeat(
        self, connection: Connection, worker_id: str, lease_seconds: float, *, provider_available: bool
    ) -> LeaseState:
        """Renew the lease even if it has expired: songs that others took over already have a new owner."""
        if not self._heartbeat(connection, worker_id, lease_seconds, provider_available=provider_available):
            if self._single_process:
                return LeaseState.LOST
            self.register(connection, worker_id, lease_seconds)
        leads = connection.scalar(self._first, self.parameters()) == worker_id
        return LeaseState.LEADS if leads else LeaseState.FOLLOWS

    def _heartbeat(
        self, connection: Connection, worker_id: str, lease_seconds: float, *, provider_available: bool
    ) -> bool:
        values = {"worker_id": worker_id, "lease": _microseconds(lease_seconds)}
        parameters = self.parameters(**values, provider_available=provider_available)
        return connection.execute(self._renew, parameters).rowcount == 1

    def begin_edits(self, connection: Connection, worker_id: str, seconds: float) -> datetime | None:
        parameters = self.parameters(worker_id=worker_id, seconds=_microseconds(seconds))
        return connection.scalar(self._begin_edits, parameters)

    def others_edit(self, connection: Connection, worker_id: str) -> bool:
        return bool(connection.scalar(self._others_edit, self.parameters(worker_id=worker_id)))

    def claim(self, connection: Connection, worker_id: str, now: datetime, limit: int) -> list[int]:
        """Claim each dead worker's songs, oldest first. Skip those that another process is claiming now."""
        parameters = self.parameters(at_most=limit, worker_id=worker_id, lease_owner=worker_id)
        interrupted = fail(
            connection, self._interrupt, {**parameters, "finished_at": now, "refunded_at": now}
        )
        claimed = connection.execute(self._claim, parameters).all()
        return [*interrupted, *(row.id for row in claimed)]

    def _take_over(self, condition: ColumnElement[bool], grace_seconds: float) -> Update:
        """Build an update of the songs that no live worker owns.

        Exclude the claimer's own songs even if its lease has expired: it knows what it never sent.
        """
        others = songs.c.lease_owner.is_distinct_from(bindparam("worker_id"))
        left_behind = (
            select(songs.c.id)
            .where(FOLLOWED, condition, others, ~self.is_alive(songs.c.lease_owner, grace_seconds))
            .order_by(songs.c.lease_owner, songs.c.id)  # matches the index ix_songs_followed
            .limit(bindparam("at_most"))
            .with_for_update(skip_locked=True)
            .cte("left_behind")  # both databases run this once, but might run a subselect once per row
        )
        return update(songs).where(songs.c.id.in_(select(left_behind.c.id)))

    def _after(self, seconds: float | ColumnElement[int]) -> ColumnElement[datetime]:
        offset = seconds if isinstance(seconds, ColumnElement) else _microseconds(seconds)
        return type_coerce(self._time + offset, UtcDateTime)


def _microseconds(seconds: float) -> int:
    return round(seconds * 1_000_000)


def unregister(connection: Connection, worker_id: str) -> None:
    connection.execute(_UNREGISTER, {"worker_id": worker_id})


def end_edits(connection: Connection, worker_id: str, until: datetime) -> None:
    connection.execute(_END_EDITS, {"worker_id": worker_id, "until": until})


def leased(connection: Connection, worker_id: str) -> set[int]:
    return set(connection.scalars(_LEASED, {"worker_id": worker_id}))
