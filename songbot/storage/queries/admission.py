"""Choose the next songs fairly, by turns and by waiting time, at a cost independent of the queue length.

This is fair queueing with virtual time, as in network routers. Each song gets a number, its turn, when it is
ordered, and the queue is sorted by turn. The queue's own turn is the highest one admitted so far, and never
decreases.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, tuple_, update

from songbot.songs.models import Song, State
from songbot.storage.connectors.base import ADMISSION_LOCK, advisory_lock
from songbot.storage.schema.tables import ACTIVE, QUEUED, app_state, songs

from .leases import LeaseQueries
from .mapping import song_from_row
from .quota_usage import state_value

QUEUE_TURN = "queue_turn"
"""The key in `app_state` of the highest turn admitted so far. The migrations create it."""
_PAGE = 100

_IN_ORDER = songs.c.turn, songs.c.id
_ACTIVE_BY_USER = select(songs.c.user_id, func.count().label("songs")).where(ACTIVE).group_by(songs.c.user_id)
_WAITING = (
    select(*_IN_ORDER, songs.c.user_id)
    .where(
        QUEUED,
        songs.c.user_id.not_in(bindparam("at_limit", expanding=True)),
        tuple_(*_IN_ORDER) > tuple_(bindparam("after_turn"), bindparam("after_id")),
    )
    .order_by(*_IN_ORDER)
    .limit(_PAGE)
)
_QUEUE = select(songs).where(QUEUED).order_by(*_IN_ORDER).limit(bindparam("at_most"))
_LENGTH = select(func.count()).select_from(
    select(songs.c.id).where(QUEUED).limit(bindparam("at_most")).subquery("waiting")
)
_SUBMIT = (
    update(songs)
    .where(songs.c.id.in_(bindparam("song_ids", expanding=True)), QUEUED)
    .values(state=State.SUBMITTING, generation=songs.c.generation + 1)
    .returning(songs)
)
_SET_TURN = update(app_state).where(app_state.c.key == QUEUE_TURN)


def next_turn(queue_turn: int, last_turn: int | None) -> int:
    """Return the turn of a new song, where `last_turn` is the latest among the person's unfinished songs.

    A person's songs are two turns apart, and the first song of a person gets the queue's next turn. So the
    first song of one person goes before the second song of another. People who overtake someone's next song
    do so only once each: their songs get the turn in between, and after one of these is admitted, later
    orders are placed behind. For itself and for each of its owner's queued songs before it, a song is
    therefore overtaken by at most one song per person in the queue (not counting songs delayed by
    `slots_per_user`).
    """
    return queue_turn + 1 if last_turn is None else max(queue_turn + 1, last_turn + 2)


def queue(connection: Connection, limit: int) -> list[Song]:
    return [song_from_row(row) for row in connection.execute(_QUEUE, {"at_most": limit})]


def queue_length(connection: Connection, limit: int) -> int:
    return connection.scalar(_LENGTH, {"at_most": limit}) or 0


class AdmissionQueries:
    """Admits songs to the slots that all workers share."""

    def __init__(self, leases: LeaseQueries) -> None:
        self._leases = leases
        is_alive = leases.is_alive(bindparam("worker_id"))
        self._situation = select(is_alive.label("alive"), state_value(QUEUE_TURN).label("turn"))

    def admit(
        self, connection: Connection, worker_id: str, now: datetime, *, slots: int, slots_per_user: int
    ) -> list[Song]:
        """Admit the next queued songs while slots are free, or none if the worker is not alive."""
        advisory_lock(connection, ADMISSION_LOCK)
        active = {row.user_id: row.songs for row in connection.execute(_ACTIVE_BY_USER)}
        turns = _next_in_line(connection, active, slots - sum(active.values()), slots_per_user)
        if not turns:
            return []
        situation = connection.execute(self._situation, self._leases.parameters(worker_id=worker_id)).one()
        if not situation.alive:
            return []
        connection.execute(_SET_TURN, {"value": str(max(int(situation.turn), *turns.values()))})
        values = {"song_ids": list(turns), "submitted_at": now, "lease_owner": worker_id}
        admitted = {row.id: song_from_row(row) for row in connection.execute(_SUBMIT, values)}
        return [admitted[song_id] for song_id in turns if song_id in admitted]


def _next_in_line(
    connection: Connection, active: dict[int, int], free: int, slots_per_user: int
) -> dict[int, int]:
    """Return the turns of the next songs by song id. Skip people who have reached their limit."""
    chosen: dict[int, int] = {}
    after = {"after_turn": -1, "after_id": -1}
    while len(chosen) < free:
        at_limit = [user_id for user_id, number in active.items() if number >= slots_per_user]
        page = connection.execute(_WAITING, {"at_limit": at_limit, **after}).all()
        for row in page:
            if len(chosen) < free and active.get(row.user_id, 0) < slots_per_user:
                chosen[row.id] = row.turn
                active[row.user_id] = active.get(row.user_id, 0) + 1
        if len(page) < _PAGE:
            break
        after = {"after_turn": page[-1].turn, "after_id": page[-1].id}
    return chosen
