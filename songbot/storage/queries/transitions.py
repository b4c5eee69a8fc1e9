"""Change a song's state. Each transition is one statement, which matches only songs in the previous state.

They are built once, because building one takes about as long as running it. Run them with the parameters
`song_id`, `of_generation` and, except for MARK_SUBMITTED, `worker_id`; MARK_FAILED also takes `from_state`,
and CANCEL only `song_id` and `of_user`. Any other parameters set the columns they name.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, or_, update
from sqlalchemy.sql.dml import ReturningUpdate

from songbot.songs.models import DeliveryState, FailureReason, State
from songbot.storage.schema.tables import PENDING, QUEUED, quota_grants, songs

NOBODY = "nobody"
"""The owner of a song that was finished outside any worker: the next worker to reconcile takes it over."""

PAID_BY = songs.c.id, songs.c.granted, songs.c.quota_scope, songs.c.user_id
"""What `fail` needs to know of each failed song."""

_SONG = songs.c.id == bindparam("song_id"), songs.c.generation == bindparam("of_generation")
_HELD = songs.c.lease_owner == bindparam("worker_id")
_RELEASED: dict[str, Any] = {"lease_owner": None, "token": None, "token_expires_at": None}
_ANSWERED = (*_SONG, _HELD, PENDING, songs.c.state.in_([State.COMPLETED, State.FAILED]))

REQUEUE = (
    update(songs)
    .where(*_SONG, _HELD, songs.c.state == State.SUBMITTING)
    .values(state=State.QUEUED, submitted_at=None, lease_owner=None)
)
MARK_SUBMITTED = update(songs).where(*_SONG, songs.c.state == State.SUBMITTING).values(state=State.COMPOSING)
MARK_COMPLETED = (
    update(songs)
    .where(*_SONG, _HELD, songs.c.state == State.COMPOSING)
    .values(
        state=State.COMPLETED,
        search_text=songs.c.search_text + bindparam("found", type_=songs.c.search_text.type),
    )
)
MARK_FAILED = (
    update(songs)
    .where(*_SONG, or_(_HELD, QUEUED), songs.c.state == bindparam("from_state"))
    .values(state=State.FAILED)
    .returning(*PAID_BY)
)
CANCEL = (
    update(songs)
    .where(songs.c.id == bindparam("song_id"), songs.c.user_id == bindparam("of_user"), QUEUED)
    .values(state=State.FAILED, reason=FailureReason.CANCELLED, lease_owner=NOBODY)
    .returning(*PAID_BY)
)
MARK_DELIVERED = update(songs).where(*_ANSWERED).values(delivery=DeliveryState.DELIVERED, **_RELEASED)
MARK_UNDELIVERABLE = update(songs).where(*_ANSWERED).values(delivery=DeliveryState.UNDELIVERABLE, **_RELEASED)


def fail(
    connection: Connection, statement: ReturningUpdate[Any, Any, Any, Any], parameters: dict[str, Any]
) -> list[int]:
    """Run a statement that fails songs and returns PAID_BY. Return their IDs.

    Give back the extra songs that paid for them.
    """
    failed = connection.execute(statement, parameters).all()
    for song in failed:
        if song.granted:
            connection.execute(
                update(quota_grants)
                .where(quota_grants.c.guild_id == song.quota_scope, quota_grants.c.user_id == song.user_id)
                .values(songs=quota_grants.c.songs + 1)
            )
    return [song.id for song in failed]
