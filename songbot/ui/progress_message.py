"""The reply while a song is being made. Equal progress gives equal text."""

from __future__ import annotations

from songbot.songs.models import Song
from songbot.songs.progress import SEGMENTS, Progress, Stage
from songbot.wording import progress as wording
from songbot.wording import text

PROMPT_LENGTH = 200
_WITH_BAR = (Stage.SENDING, Stage.COMPOSING, Stage.OVERDUE)


def acknowledgement_text(prompt: str) -> str:
    """What stands there before anything is known of the song."""
    return f"{_heading(prompt)}\n{wording.STARTING}\n{wording.IF_IT_STAYS}"


def progress_text(song: Song, progress: Progress, *, ephemeral: bool = False) -> str:
    """At most 2,000 characters; nothing in it mentions, links or breaks out of its line."""
    lines = [_heading(song.prompt), wording.stage(progress)]
    if progress.stage in _WITH_BAR:
        lines.append(bar(progress.segments))
    lines += [wording.times(progress), wording.ONLY_YOU if ephemeral else ""]
    return "\n".join(line for line in lines if line)


def expiry_notice(song: Song) -> str:
    """What stands there from the token's last minute on, where nothing else reaches the reply."""
    return f"{_heading(song.prompt)}\n{wording.TOO_LATE_HERE}"


def bar(filled: int) -> str:
    """Ten segments, `filled` of them done; never all of them."""
    filled = min(max(0, filled), SEGMENTS - 1)
    return "▰" * filled + "▱" * (SEGMENTS - filled)


def _heading(prompt: str) -> str:
    return f"🎵 **{text.escape_and_clamp(prompt, PROMPT_LENGTH) or '…'}**"
