"""A song that this worker follows, as it is held in memory."""

from __future__ import annotations

from dataclasses import dataclass

from songbot.songs.models import Song


@dataclass(slots=True, eq=False)
class ActiveJob:
    """All times are monotonic seconds. `started_at` is when the song was submitted."""

    song: Song
    started_at: float
    running: bool = False
    failures: int = 0

    lease_lapses: int = 0
    """How often the lease had lapsed when the song was admitted."""
    post_begun: bool = False
    """Whether Whisul may have heard of the song. Until then it is certain that no job was made."""
    asked_until: float = 0.0
    answerable_seconds: float = 0.0
    """How long Whisul has had for the song, without the time in which it could not be asked."""
    not_found_count: int = 0
    not_found_since: float = 0.0

    deliver_from: float = 0.0
    """Until then another worker's edit of the line may be under way, which must not replace the answer."""
    delivery_started_at: float | None = None
    delivery_attempts: int = 0
    last_attempt_at: float = 0.0

    def count_time(self, now: float, *, answerable: bool) -> None:
        """Take note of whether Whisul could be asked about the song since this was called last."""
        if answerable:
            self.answerable_seconds += now - self.asked_until
        self.asked_until = now
