"""The progress line's sentences. Timestamps are Discord's own, which render in the reader's language."""

from __future__ import annotations

from datetime import datetime

from songbot.songs.progress import SEGMENTS, Progress, Stage
from songbot.wording.text import duration

STARTING = "Getting ready…"
IF_IT_STAYS = (
    "-# If I'm online and this line hasn't changed in a minute, your order got lost before it was counted: "
    "please send it again."
)
"""The one moment that nothing is written of: should the process be killed in it, this is left to be read."""
SENDING = "Sending your prompt to Whisul…"
COMPOSING = "Whisul is composing your song…"
OVERDUE = (
    "Still composing; this one is taking longer than usual. Nothing to do for you: it arrives by itself."
)
UNAVAILABLE = (
    "Whisul can't be reached right now. Your song keeps its place and starts by itself; "
    "if that takes over 15 minutes I'll tell you, and it won't count."
)
ONLY_YOU = (
    "-# Only you can see this, and Discord doesn't keep it for long. The song will be in `/library` too."
)
TOO_LATE_HERE = (
    "This takes longer than Discord lets me change this message. When your song is ready I'll send it to "
    "you by direct message; if that isn't possible, it will be in your `/library`."
)
ANY_MOMENT = "It should be here any moment."


def relative(moment: datetime) -> str:
    """Discord's relative timestamp, such as "in 2 minutes"."""
    return f"<t:{int(moment.timestamp())}:R>"


def waiting(queue_position: int | None) -> str:
    """`place` counts from 1."""
    if queue_position is None:
        return "Waiting for a free place…"
    if queue_position <= 1:
        return "Waiting for a free place: yours is next."
    return f"Waiting for a free place: you are number {queue_position:,} in line."


def stage(progress: Progress) -> str:
    """What is happening."""
    match progress.stage:
        case Stage.WAITING:
            return waiting(progress.queue_position)
        case Stage.SENDING:
            return SENDING
        case Stage.COMPOSING:
            return COMPOSING
        case Stage.OVERDUE:
            return OVERDUE
        case Stage.UNAVAILABLE:
            return UNAVAILABLE


def times(progress: Progress) -> str:
    """Since when, and until when as a rule; empty when nothing is known."""
    said: list[str] = []
    if progress.since:
        asked = progress.stage in (Stage.WAITING, Stage.UNAVAILABLE)
        said.append(f"{'Asked for' if asked else 'Started'} {relative(progress.since)}.")
    if progress.segments >= 0.8 * SEGMENTS and progress.stage is Stage.COMPOSING:
        said.append(ANY_MOMENT)
    elif progress.expected_at:
        said.append(f"Should be ready {relative(progress.expected_at)}.")
    if progress.usual_seconds:
        said.append(f"Songs usually take {duration(progress.usual_seconds)}.")
    return " ".join(said)
