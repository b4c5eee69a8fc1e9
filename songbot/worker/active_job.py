"""Define what a worker keeps in memory about a song that it handles."""

from __future__ import annotations

from dataclasses import dataclass

from songbot.songs.models import Song

MAX_COUNTED = 60.0
"""Polls are no further apart than this, unless the process stood still, in which time nobody asked Whisul."""


@dataclass(slots=True, eq=False)
class ActiveJob:
    """The state of one song's job. All times are monotonic seconds; `started_at` is when the song was
    admitted, and later when it was submitted.
    """

    song: Song
    started_at: float
    running: bool = False
    failures: int = 0

    ours_at: float = 0.0
    """While the lease lasts since then, no other worker can own the song."""
    post_begun: bool = False
    """Whether Whisul may have received the song. While False, no job can exist."""
    asked_until: float = 0.0
    """The time of the latest poll, or until when polls had to wait. Later time has not been counted yet."""
    answerable_seconds: float = 0.0
    """How long Whisul has had for the song, not counting the time in which it could not be reached."""
    unreadable_seconds: float = 0.0
    """The time before each unreadable response to the latest polls. It is 0 after any other response."""
    not_found_count: int = 0
    not_found_since: float = 0.0

    delivery_started_at: float | None = None
    delivery_attempts: int = 0
    last_attempt_at: float = 0.0

    def count_time(self, now: float, *, answerable: bool) -> None:
        """Add the time since the last call, and any unreadable time, if Whisul could be reached during it."""
        self.count_unreadable(now)
        if answerable:
            self.answerable_seconds += self.unreadable_seconds
        self.unreadable_seconds = 0.0

    def count_unreadable(self, now: float) -> None:
        """Add the time before an unreadable response.

        It doesn't show whether Whisul could be reached, so the next readable one decides about this time.
        """
        self.unreadable_seconds += min(MAX_COUNTED, now - self.asked_until)
        self.asked_until = now
