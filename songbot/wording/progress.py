"""Provide the text of a song's message until the song is ready.

Discord shows timestamps in the reader's language.
"""

from __future__ import annotations

import math
from datetime import datetime

from songbot.songs.progress import Progress, Stage

STARTING = "Queuing your song…"
NO_CHANGE_BY = "If nothing changes by"
SENDING = "Sending your prompt to Whisul…"
COMPOSING = "Whisul is composing your song…"
OVERDUE = "Whisul is still composing your song…"
ALMOST_DONE = "Almost done…"
BUSY = "Whisul is busy right now"
UNAVAILABLE = "Whisul isn't responding right now"
WAITING = "Waiting in the queue…"

OVERDUE_NOTE = "This one is taking longer than usual. No need to do anything – I'll post it when it's done."
KEEPS_ITS_TURN = (
    "Your song keeps its place in the queue and will start automatically. If it hasn't started within "
    "15 minutes, I'll let you know, and it won't count."
)
ONLY_YOU = (
    "-# Only you can see this, and Discord won't keep it for long. Your song will be in `/library` too."
)
TOO_LATE_HERE = (
    "Discord won't let me update this message any longer. I'll DM you your song when it's ready; if I can't, "
    "you'll find it in `/library`."
)


def relative(moment: datetime) -> str:
    """Return Discord's relative timestamp, such as "in 2 minutes"."""
    return f"<t:{int(moment.timestamp())}:R>"


def starting(expires_at: datetime) -> str:
    """Return the small print below STARTING, shown before anything is stored.

    If the process is killed at this point, nothing will edit the message again, so the sentence has to be
    right both before and after that time. Discord shows the time to the minute, in the reader's time zone.
    It is rounded up, since a request that is sent again too early would be a second song.
    """
    full_minute = math.ceil(expires_at.timestamp() / 60) * 60
    return f"{NO_CHANGE_BY} <t:{full_minute}:t>, send it again"


def waiting(queue_position: int | None) -> str:
    """Return the song's position in the queue. `queue_position` starts at 1."""
    if queue_position is None:
        return WAITING
    if queue_position <= 1:
        return "You're next in the queue."
    return f"You're #{queue_position:,} in the queue."


def own_songs_first(running: int) -> str:
    """Return that the person's own `running` songs (at least 1) must finish first."""
    if running == 1:
        return "You have 1 song in progress. This one starts when that one finishes."
    return f"You have {running:,} songs in progress. This one starts when one of them finishes."


def stage(progress: Progress) -> str:
    """Return what is happening, short enough for a title."""
    match progress.stage:
        case Stage.WAITING:
            return WAITING if progress.running_own else waiting(progress.queue_position)
        case Stage.SENDING:
            return SENDING
        case Stage.COMPOSING:
            return COMPOSING
        case Stage.OVERDUE:
            return OVERDUE
        case Stage.BUSY:
            return BUSY
        case Stage.UNAVAILABLE:
            return UNAVAILABLE


def note(progress: Progress) -> str:
    """Return why the song takes longer, or an empty string."""
    match progress.stage:
        case Stage.WAITING if progress.running_own:
            return own_songs_first(progress.running_own)
        case Stage.OVERDUE:
            return OVERDUE_NOTE
        case Stage.BUSY | Stage.UNAVAILABLE:
            return KEEPS_ITS_TURN
        case _:
            return ""


def times(progress: Progress, *, almost_done: bool) -> str:
    """Return when the song was requested or should be ready, or an empty string if neither is known."""
    if progress.stage is Stage.COMPOSING:
        if almost_done:
            return ALMOST_DONE
        return f"Ready {relative(progress.expected_at)}" if progress.expected_at else ""
    if progress.since is None:
        return ""
    waits = progress.stage in (Stage.WAITING, Stage.BUSY, Stage.UNAVAILABLE)
    return f"{'Requested' if waits else 'Started'} {relative(progress.since)}"
