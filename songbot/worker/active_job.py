"""A song as the tracker holds it in memory while it is in the works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from songbot.songs.models import Song, State
from songbot.songs.progress import Progress


@dataclass(slots=True)
class ActiveJob:
    """`begun` is when it was submitted and `shown_at` when its line was last edited, in monotonic seconds."""

    song: Song
    started_at: float = 0.0
    last_progress: Progress | None = None
    last_progress_at: float = float("-inf")
    delivery_attempts: int = 0
    failures: int = 0
    queue_position: int | None = None
    running: bool = False
    post_sent: bool = False
    provider_wait: tuple[datetime, float] | None = None
    """Since when it waits for Whisul, as the song has it and in monotonic seconds."""
    orphaned: bool = False
    """Found `submitting` after its worker died: nobody knows whether Whisul took it."""

    @property
    def not_submitted(self) -> bool:
        """Admitted, but the POST has not begun: it is certain that Whisul made no job."""
        return self.song.state is State.SUBMITTING and not self.post_sent and not self.orphaned
