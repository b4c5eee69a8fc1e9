"""How far a song is, as plain values; cards put them into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .durations import Pace
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
    filled: int = 0
    place: int | None = None
    since: datetime | None = None
    expected_at: datetime | None = None
    usual_seconds: int | None = None


def progress_of(song: Song, pace: Pace, now: datetime, place: int | None = None) -> Progress:
    """The progress of an unfinished song at `now`. Stays sane when the clock was set back."""
    if song.state is State.QUEUED:
        stage = Stage.UNAVAILABLE if song.unavailable_since else Stage.WAITING
        return Progress(stage, place=place, since=song.created_at)
    begun = song.submitted_at or song.created_at
    if song.state is State.SUBMITTING:
        return Progress(Stage.SENDING, since=begun)
    elapsed = max(0.0, (now - begun).total_seconds())
    usual, slow = pace.quantile(0.5), pace.quantile(0.9)
    if elapsed > slow:
        return Progress(Stage.OVERDUE, filled=SEGMENTS - 1, since=begun)
    return Progress(
        Stage.COMPOSING,
        filled=_filled(elapsed, usual, slow),
        since=begun,
        expected_at=begun + timedelta(seconds=round(usual)),
        usual_seconds=round(usual),
    )


def _filled(elapsed: float, usual: float, slow: float) -> int:
    """Eight tenths of the bar until the usual time, the rest until the 90th percentile; never full."""
    if elapsed <= usual:
        return int(0.8 * SEGMENTS * elapsed / usual)
    return min(SEGMENTS - 1, int(SEGMENTS * (0.8 + 0.2 * (elapsed - usual) / max(1.0, slow - usual))))
