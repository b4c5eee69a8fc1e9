"""Workers and their leases: one row for each worker, renewed by its heartbeat; its songs carry its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    cast,
    delete,
    func,
    literal,
    select,
    type_coerce,
    update,
)

from songbot.songs.models import FailureReason, State
from songbot.songs.ports import LeaseState
from songbot.storage.schema.tables import FOLLOWED, songs, workers
from songbot.storage.schema.types import UtcDateTime
from songbot.storage.schema.upsert import upsert

from .transitions import give_grants_back

INTERRUPTED_AFTER = 30.0
"""Seconds after the end of a worker's lease until what it left submitting counts as interrupted.

A worker that can't reach the database may still hear of its job from Whisul meanwhile, and write it down.
"""
_FORGET_AFTER = 3600.0
_POSTGRES_MICROSECONDS = cast(func.extract("epoch", func.clock_timestamp()) * 1_000_000, BigInteger)


@dataclass(frozen=True, slots=True)
class LeaseClock:
    """Tell which workers are alive.

    PostgreSQL's own clock is read inside the statement: it is one for all workers, however far apart their
    machines' clocks are, and however late the statement runs. Where one process runs at a time, whoever
    registered last is alive, whatever its clock says.
    """

    single_process: bool
    now: Callable[[], datetime]

    def time(self, connection: Connection, offset_seconds: float = 0.0) -> ColumnElement[datetime]:
        """Return the time that leases go by, `offset_seconds` from now."""
        if connection.dialect.name == "postgresql":
            return type_coerce(_POSTGRES_MICROSECONDS + int(offset_seconds * 1_000_000), UtcDateTime)
        return literal(self.now() + timedelta(seconds=offset_seconds), UtcDateTime)

    def is_alive(
        self, connection: Connection, worker_id: str | ColumnElement[str], grace_seconds: float = 0.0
    ) -> ColumnElement[bool]:
        """Return whether that worker's lease ended no longer than `grace_seconds` ago."""
        alive = select(workers.c.name).where(workers.c.name == worker_id)
        if not self.single_process:
            alive = alive.where(workers.c.lease_until > self.time(connection, -grace_seconds))
        return alive.exists()


def register(connection: Connection, clock: LeaseClock, worker_id: str, lease_seconds: float) -> None:
    expired = delete(workers)
    if not clock.single_process:
        expired = expired.where(workers.c.lease_until <= clock.time(connection, -_FORGET_AFTER))
    connection.execute(expired)
    _renew(connection, clock, worker_id, lease_seconds, provider_available=True)


def _renew(
    connection: Connection,
    clock: LeaseClock,
    worker_id: str,
    lease_seconds: float,
    *,
    provider_available: bool,
) -> None:
    values = {
        "lease_until": clock.time(connection, lease_seconds),
        "provider_available": provider_available,
    }
    upsert(connection, workers, {"name": worker_id}, values)


def heartbeat(
    connection: Connection,
    clock: LeaseClock,
    worker_id: str,
    lease_seconds: float,
    *,
    provider_available: bool,
) -> LeaseState:
    if clock.single_process and not connection.scalar(select(clock.is_alive(connection, worker_id))):
        return LeaseState.LOST
    _renew(connection, clock, worker_id, lease_seconds, provider_available=provider_available)
    alive = select(workers.c.name).where(workers.c.lease_until > clock.time(connection))
    first = alive.order_by(workers.c.provider_available.desc(), workers.c.name).limit(1)
    leads = clock.single_process or connection.scalar(first) == worker_id
    return LeaseState.LEADS if leads else LeaseState.FOLLOWS


def unregister(connection: Connection, worker_id: str) -> None:
    connection.execute(delete(workers).where(workers.c.name == worker_id))


def leased(connection: Connection, worker_id: str) -> dict[int, State]:
    query = select(songs.c.id, songs.c.state).where(FOLLOWED, songs.c.lease_owner == worker_id)
    return {row.id: State(row.state) for row in connection.execute(query)}


def claim(connection: Connection, clock: LeaseClock, worker_id: str, now: datetime, limit: int) -> int:
    """Claim the oldest songs first. Pass over those that another process is claiming at this moment."""
    submitting = songs.c.state == State.SUBMITTING
    outcome_unknown = _left_behind(connection, clock, submitting, INTERRUPTED_AFTER, limit)
    failure = {"state": State.FAILED, "reason": FailureReason.INTERRUPTED, "finished_at": now}
    interrupted = connection.execute(
        update(songs)
        .where(songs.c.id.in_(outcome_unknown))
        .values(**failure, refunded_at=now, lease_owner=worker_id)
        .returning(songs.c.granted, songs.c.quota_scope, songs.c.user_id)
    ).all()
    give_grants_back(connection, interrupted)
    others = _left_behind(connection, clock, ~submitting, 0.0, limit)
    claimed = connection.execute(
        update(songs).where(songs.c.id.in_(others)).values(lease_owner=worker_id)
    ).rowcount
    return len(interrupted) + claimed


def _left_behind(
    connection: Connection,
    clock: LeaseClock,
    condition: ColumnElement[bool],
    grace_seconds: float,
    limit: int,
) -> Select[int]:
    """Select the ids of songs that no living worker follows."""
    is_alive = clock.is_alive(connection, songs.c.lease_owner, grace_seconds)
    free = (
        select(songs.c.id)
        .where(FOLLOWED, condition, ~is_alive)
        .order_by(songs.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("left_behind")  # run once on either database, where a subselect might be run for every row
    )
    return select(free.c.id)
