"""How far a song is, as plain values; cards put them into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .durations import DurationEstimator
from .models import Song, State

SEGMENTS = 10


class Stage(StrEnum):
    """What is happening."""

    WAITING = "waiting"
    SENDING = "sending"
    COMPOSING = "composing"
    OVERDUE = "overdue"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Progress:
    """One state of the progress line. Equal values look alike: an edit is due only when it differs.

    `place` counts from 1; `filled` of SEGMENTS parts of the bar, never all of them; `expected_at` is when
    half of recent songs would be done, `since` when the wait began (both aware UTC).
    """

    stage: Stage
    segments: int = 0
    queue_position: int | None = None
    since: datetime | None = None
    expected_at: datetime | None = None
    usual_seconds: int | None = None


def compute_progress(
    song: Song, estimator: DurationEstimator, now: datetime, queue_position: int | None = None
) -> Progress:
    """The progress of an unfinished song at `now`. Stays sane when the clock was set back."""
    if song.state is State.QUEUED:
        stage = Stage.UNAVAILABLE if song.unavailable_since else Stage.WAITING
        return Progress(stage, queue_position=queue_position, since=song.created_at)
    started_at = song.submitted_at or song.created_at
    if song.state is State.SUBMITTING:
        return Progress(Stage.SENDING, since=started_at)
    elapsed = max(0.0, (now - started_at).total_seconds())
    usual, slow = estimator.quantile(0.5), estimator.quantile(0.9)
    if elapsed > slow:
        return Progress(Stage.OVERDUE, segments=SEGMENTS - 1, since=started_at)
    return Progress(
        Stage.COMPOSING,
        segments=_segments(elapsed, usual, slow),
        since=started_at,
        expected_at=started_at + timedelta(seconds=round(usual)),
        usual_seconds=round(usual),
    )


def _segments(elapsed: float, usual: float, slow: float) -> int:
    """Eight tenths of the bar until the usual time, the rest until the 90th percentile; never full."""
    if elapsed <= usual:
        return int(0.8 * SEGMENTS * elapsed / usual)
    return min(SEGMENTS - 1, int(SEGMENTS * (0.8 + 0.2 * (elapsed - usual) / max(1.0, slow - usual))))
