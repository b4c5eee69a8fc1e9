"""Render the reply while a song is being made. Equal progress gives equal text."""

from __future__ import annotations

from songbot.songs.models import Song
from songbot.songs.progress import SEGMENTS, Progress, Stage
from songbot.wording import progress as wording
from songbot.wording import text

PROMPT_LENGTH = 200
_WITH_BAR = (Stage.SENDING, Stage.COMPOSING, Stage.OVERDUE)


def acknowledgement_text(prompt: str) -> str:
    """Return the first reply, before anything is known about the song."""
    return f"{_heading(prompt)}\n{wording.STARTING}\n{wording.IF_IT_STAYS}"


def progress_text(song: Song, progress: Progress) -> str:
    """Return at most 2,000 characters; nothing in the prompt can mention, link or break its line."""
    lines = [_heading(song.prompt), wording.stage(progress)]
    if progress.stage in _WITH_BAR:
        lines.append(bar(progress.segments))
    lines.append(wording.times(progress))
    return "\n".join(line for line in lines if line)


def bar(filled: int) -> str:
    """Return a bar of ten segments, never completely filled."""
    filled = min(max(0, filled), SEGMENTS - 1)
    return "▰" * filled + "▱" * (SEGMENTS - filled)


def _heading(prompt: str) -> str:
    return f"🎵 **{text.escape_and_clamp(prompt, PROMPT_LENGTH) or '…'}**"
