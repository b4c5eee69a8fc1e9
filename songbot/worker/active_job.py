"""A song as the tracker holds it in memory while it is in the works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from songbot.songs.models import Song, State
from songbot.songs.progress import Progress


@dataclass(slots=True)
class Tracked:
    """`begun` is when it was submitted and `shown_at` when its line was last edited, in monotonic seconds."""

    song: Song
    begun: float = 0.0
    shown: Progress | None = None
    shown_at: float = float("-inf")
    attempts: int = 0
    troubles: int = 0
    place: int | None = None
    busy: bool = False
    sent: bool = False
    waiting: tuple[datetime, float] | None = None
    """Since when it waits for Whisul, as the song has it and in monotonic seconds."""
    left_submitting: bool = False
    """Found `submitting` after its worker died: nobody knows whether Whisul took it."""

    @property
    def never_sent(self) -> bool:
        """Admitted, but the POST has not begun: it is certain that Whisul made no job."""
        return self.song.state is State.SUBMITTING and not self.sent and not self.left_submitting
