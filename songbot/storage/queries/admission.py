"""Choose the next songs fairly, by turns and by waiting time, at a cost independent of the queue length.

This is fair queueing with virtual time, as in network routers. Each song gets a number, its turn, when it is
ordered, and the queue is sorted by turn. The queue's own turn is the highest one admitted so far, and never
decreases.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    FromClause,
    Label,
    Select,
    bindparam,
    func,
    select,
    tuple_,
    update,
)

from songbot.songs.models import Song, State
from songbot.songs.ports import MAX_ADMITTED, Queue
from songbot.storage.connectors.base import ADMISSION_LOCK, advisory_lock
from songbot.storage.schema.tables import ACTIVE, QUEUED, UNFINISHED, app_state, is_active, songs

from .leases import LeaseQueries
from .mapping import song_from_row
from .quota_usage import state_value

QUEUE_TURN = "queue_turn"
"""The key in `app_state` of the highest turn admitted so far. The migrations create it."""
_PAGE = 100
_TURNS = 1000

_IN_ORDER = songs.c.turn, songs.c.id
_TAKEN = select(func.count()).select_from(songs).where(ACTIVE)
_ACTIVE_OF = (
    select(songs.c.user_id, func.count().label("songs"))
    .where(ACTIVE, songs.c.user_id.in_(bindparam("user_ids", expanding=True)))
    .group_by(songs.c.user_id)
)
# The database counts, because there may be more people at their limit than a statement can have parameters.
_AT_LIMIT = (
    select(songs.c.user_id)
    .where(ACTIVE)
    .group_by(songs.c.user_id)
    .having(func.count() >= bindparam("slots_per_user"))
)


def _active_songs(queued: FromClause) -> Label[int]:
    """Build the column `active`: how many active songs the person has who ordered the song in `queued`."""
    active = songs.alias("active_songs")
    query = select(func.count()).where(active.c.user_id == queued.c.user_id, is_active(active.c.state))
    return query.correlate(queued).scalar_subquery().label("active")


_FIRST_TURN = select(func.min(songs.c.turn)).where(QUEUED).correlate(None).scalar_subquery()
_HEAD = (
    select(*_IN_ORDER, songs.c.user_id, _active_songs(songs))
    .where(QUEUED)
    .order_by(*_IN_ORDER)
    .limit(bindparam("page"))
)
"""The first songs, also those of people who are at their limit. Usually, the next ones are among them."""
_FIRST_IN_LINE = (
    select(*_IN_ORDER, songs.c.user_id, _active_songs(songs))
    .where(
        QUEUED,
        songs.c.user_id.not_in(_AT_LIMIT),
        songs.c.user_id.not_in(bindparam("at_limit", expanding=True)),
        tuple_(*_IN_ORDER) > tuple_(bindparam("after_turn"), bindparam("after_id")),
        songs.c.turn < _FIRST_TURN + bindparam("turns"),
    )
    .order_by(*_IN_ORDER)
    .limit(bindparam("page"))
)
"""The songs of people below their limit after a position, at most `turns` behind the head of the queue.

Behind that, there may be nothing but thousands of songs of people at their limit.
"""
_QUEUE = select(songs).where(QUEUED).order_by(*_IN_ORDER).limit(bindparam("at_most"))
_LENGTH = select(func.count()).select_from(
    select(songs.c.id).where(QUEUED).order_by(*_IN_ORDER).limit(bindparam("at_most")).subquery("waiting")
)
_SUBMIT = (
    update(songs)
    .where(songs.c.id.in_(bindparam("song_ids", expanding=True)), QUEUED)
    .values(state=State.SUBMITTING, generation=songs.c.generation + 1)
    .returning(songs)
)
_SET_TURN = update(app_state).where(app_state.c.key == QUEUE_TURN)


def _first_of_each() -> Select[Any, Any, Any, Any]:
    """Build a query of the first songs of each person who is not at their limit, in queue order.

    The database skips from person to person in an index, so the time depends on the number of people.
    """
    people = (
        select(func.min(songs.c.user_id).label("user_id")).where(UNFINISHED).cte("people", recursive=True)
    )
    following = select(func.min(songs.c.user_id)).where(UNFINISHED, songs.c.user_id > people.c.user_id)
    people = people.union_all(select(following.scalar_subquery()).where(people.c.user_id.is_not(None)))
    first = (
        select(songs.c.id)
        .where(UNFINISHED, QUEUED, songs.c.user_id == people.c.user_id)
        .order_by(*_IN_ORDER)
        .limit(bindparam("slots_per_user"))
    )
    waiting = songs.alias("waiting")
    return (
        select(waiting.c.turn, waiting.c.id, waiting.c.user_id, _active_songs(waiting))
        .join_from(people, waiting, waiting.c.id.in_(first.scalar_subquery()))
        .where(
            people.c.user_id.not_in(_AT_LIMIT),
            people.c.user_id.not_in(bindparam("at_limit", expanding=True)),
        )
        .order_by(waiting.c.turn, waiting.c.id)
        .limit(bindparam("at_most"))
    )


_FIRST_OF_EACH = _first_of_each()


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


def queue(connection: Connection, limit: int, count_limit: int) -> Queue:
    first = [song_from_row(row) for row in connection.execute(_QUEUE, {"at_most": limit})]
    length = len(first)
    if length == limit:
        length = connection.execute(_LENGTH, {"at_most": count_limit}).scalar_one()
    people = sorted({song.user_id for song in first})
    active = connection.execute(_ACTIVE_OF, {"user_ids": people})
    return Queue(first, length, {row.user_id: row.songs for row in active})


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
        free = min(MAX_ADMITTED, slots - connection.execute(_TAKEN).scalar_one())
        turns = _next_in_line(connection, free, slots_per_user)
        if not turns:
            return []
        situation = connection.execute(self._situation, self._leases.parameters(worker_id=worker_id)).one()
        if not situation.alive:
            return []
        connection.execute(_SET_TURN, {"value": str(max(int(situation.turn), *turns.values()))})
        values = {"song_ids": list(turns), "submitted_at": now, "lease_owner": worker_id}
        admitted = {row.id: song_from_row(row) for row in connection.execute(_SUBMIT, values)}
        return [admitted[song_id] for song_id in turns if song_id in admitted]


def _next_in_line(connection: Connection, free: int, slots_per_user: int) -> dict[int, int]:
    """Return the turns of the next songs by song id. Skip people who have reached their limit."""
    chosen: dict[int, int] = {}
    chosen_of: Counter[int] = Counter()
    at_limit: set[int] = set()
    candidates = _candidates(connection, at_limit, slots_per_user)
    while len(chosen) < free and (row := next(candidates, None)) is not None:
        left = slots_per_user - row.active - chosen_of[row.user_id]
        if row.id not in chosen and left > 0:
            chosen[row.id] = row.turn
            chosen_of[row.user_id] += 1
            if left == 1:
                at_limit.add(row.user_id)
    return chosen


def _candidates(connection: Connection, at_limit: set[int], slots_per_user: int) -> Iterator[Any]:
    """Yield songs in queue order, some of them twice.

    `at_limit` holds those who have reached their limit by what was chosen, and may grow meanwhile.
    """
    head = connection.execute(_HEAD, {"page": _PAGE}).all()
    yield from head
    if len(head) < _PAGE:
        return
    limits = {"slots_per_user": slots_per_user}
    after = {"after_turn": -1, "after_id": -1}
    while True:
        page = connection.execute(
            _FIRST_IN_LINE, {"at_limit": list(at_limit), "turns": _TURNS, "page": _PAGE, **after, **limits}
        ).all()
        yield from page
        if len(page) < _PAGE:
            break
        after = {"after_turn": page[-1].turn, "after_id": page[-1].id}
    # Each person in it has a song to choose, unless all of theirs were chosen.
    of_each = {"at_limit": list(at_limit), "at_most": 2 * MAX_ADMITTED * slots_per_user}
    yield from connection.execute(_FIRST_OF_EACH, of_each | limits).all()
