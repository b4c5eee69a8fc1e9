"""Define a song's progress as plain values, which other modules turn into text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from .durations import DurationEstimator
from .models import Song, State

SEGMENTS = 10


class Stage(StrEnum):
    """The step that the song is in."""

    WAITING = "waiting"
    SENDING = "sending"
    COMPOSING = "composing"
    OVERDUE = "overdue"
    BUSY = "busy"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Progress:
    """The content of a song's progress message. Edit the message only when this value changes.

    `queue_position` counts from 1. `running_own` is how many songs of the same person this one waits for, or
    0 if it waits for other people's. `segments` is the filled part of the bar, less than SEGMENTS. `since` is
    when the wait started and `expected_at` when half of the recent songs would be finished, both as aware
    UTC. A changed estimate alone is not worth an edit, so it does not count when values are compared.
    """

    stage: Stage
    segments: int = 0
    queue_position: int | None = None
    since: datetime | None = None
    expected_at: datetime | None = field(default=None, compare=False)
    running_own: int = 0


def compute_progress(
    song: Song,
    estimator: DurationEstimator,
    now: datetime,
    queue_position: int | None = None,
    *,
    running_own: int = 0,
    busy: bool = False,
) -> Progress:
    """Return the progress of an unfinished song at `now`, with valid values even if the clock was set back.

    `busy` means that Whisul responds but accepts no more songs for now.
    """
    if song.state is State.QUEUED:
        return _queued(song, queue_position, running_own, busy=busy)
    started_at = song.submitted_at or song.created_at
    if song.state is State.SUBMITTING:
        return Progress(Stage.SENDING, since=started_at)
    elapsed = max(0.0, (now - started_at).total_seconds())
    usual, slow = estimator.quantile(0.5), estimator.quantile(0.9)
    if elapsed > slow:
        return Progress(Stage.OVERDUE, segments=SEGMENTS - 1, since=started_at)
    return Progress(
        Stage.COMPOSING,
        # The same `usual` as for `expected_at`, so that the bar agrees with it.
        segments=min(SEGMENTS - 1, int(SEGMENTS * elapsed / max(1.0, usual))),
        since=started_at,
        expected_at=started_at + timedelta(seconds=round(usual)),
    )


def _queued(song: Song, queue_position: int | None, running_own: int, *, busy: bool) -> Progress:
    if song.unavailable_since is None:
        return Progress(
            Stage.WAITING, queue_position=queue_position, since=song.created_at, running_own=running_own
        )
    return Progress(Stage.BUSY if busy else Stage.UNAVAILABLE, since=song.created_at)
