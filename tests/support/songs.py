"""A finished song, and what Whisul says of it."""

from __future__ import annotations

from songbot.songs.models import Result
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
