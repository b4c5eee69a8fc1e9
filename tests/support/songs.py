"""Build finished songs and Whisul's results."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from songbot.songs.models import DeliveryState, ReplyTarget, Result, Song, State
from songbot.songs.provider import JobReport, JobState

SONG_URL = "https://cdn.whisul.com/audio/81fa5ff7.mp3"
RESULT = Result(
    song_url=SONG_URL,
    title="Midnight Grid",
    bpm=140,
    duration_seconds=167,
    image_url="https://cdn.whisul.com/covers/81fa5ff7.jpg",
    tags=("trap", "dark", "808s"),
)
COMPLETED = JobReport(JobState.COMPLETED, result=RESULT)

FINISHED_AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
SONG = Song(
    id=7,
    user_id=42,
    guild_id=1,
    quota_guild_id=1,
    prompt="a trap song",
    private=False,
    reply=ReplyTarget(100, 200),
    created_at=FINISHED_AT,
    state=State.COMPLETED,
    result=RESULT,
    finished_at=FINISHED_AT,
)


def song(song_id: int = 1, **changes: object) -> Song:
    """Return a delivered song with `changes`."""
    return replace(SONG, id=song_id, **{"delivery": DeliveryState.DELIVERED} | changes)
