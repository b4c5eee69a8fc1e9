"""Hold the texts of a song's message until it is ready. Discord shows timestamps in the reader's
language."""

from __future__ import annotations

import math
from datetime import datetime

from songbot.songs.progress import Progress, Stage

from .language import Language, Message, Title

STARTING = Title("Queuing your song…")
SENDING = Title("Sending your prompt to Whisul…")
COMPOSING = Title("Whisul is composing your song…")
OVERDUE = Title("Whisul is still composing your song…")
ALMOST_DONE = Message("Almost done…")
BUSY = Title("Whisul is busy right now")
UNAVAILABLE = Title("Whisul isn't responding right now")
WAITING = Title("Waiting in the queue…")
NEXT = Title("You're next in the queue.")

OVERDUE_NOTE = Message(
    "This one is taking longer than usual. No need to do anything – I'll post it when it's done."
)
KEEPS_ITS_TURN = Message(
    "Your song keeps its place in the queue and will start automatically. If it hasn't started within "
    "15 minutes, I'll let you know, and it won't count."
)
ONLY_YOU = Message(
    "-# Only you can see this, and Discord won't keep it for long. Your song will be in `/library` too."
)
TOO_LATE_HERE = Message(
    "Discord won't let me update this message any longer. I'll DM you your song when it's ready; if I can't, "
    "you'll find it in `/library`."
)
_TITLES = {
    Stage.SENDING: SENDING,
    Stage.COMPOSING: COMPOSING,
    Stage.OVERDUE: OVERDUE,
    Stage.BUSY: BUSY,
    Stage.UNAVAILABLE: UNAVAILABLE,
}


def relative(moment: datetime) -> str:
    """Return Discord's relative timestamp, such as "in 2 minutes"."""
    return f"<t:{int(moment.timestamp())}:R>"


def starting(language: Language, expires_at: datetime) -> str:
    """Return the small print below STARTING, shown before anything is stored.

    If the process is killed at this point, nothing will edit the message again, so the sentence has to be
    right both before and after that time. Discord shows the time to the minute, in the reader's time zone.
    It is rounded up, since a request that is sent again too early would be a second song.
    """
    full_minute = math.ceil(expires_at.timestamp() / 60) * 60
    # Translators: {time} is a time of day, such as "14:30".
    return language.gettext("If nothing changes by {time}, send it again", time=f"<t:{full_minute}:t>")


def waiting(language: Language, queue_position: int | None) -> str:
    """Return the song's position in the queue. `queue_position` starts at 1."""
    if queue_position is None:
        return WAITING(language)
    if queue_position <= 1:
        return NEXT(language)
    return language.gettext("You're #{position} in the queue.", position=language.number(queue_position))


def own_songs_first(language: Language, running: int) -> str:
    """Say that the person's own `running` songs (at least 1) must finish first."""
    return language.ngettext(
        "You have {count} song in progress. This one starts when that one finishes.",
        "You have {count} songs in progress. This one starts when one of them finishes.",
        running,
    )


def stage(language: Language, progress: Progress) -> str:
    """Return what is happening, short enough for a title."""
    if progress.stage is Stage.WAITING:
        return WAITING(language) if progress.running_own else waiting(language, progress.queue_position)
    return _TITLES[progress.stage](language)


def note(language: Language, progress: Progress) -> str:
    """Return why the song takes longer, or an empty string."""
    match progress.stage:
        case Stage.WAITING if progress.running_own:
            return own_songs_first(language, progress.running_own)
        case Stage.OVERDUE:
            return OVERDUE_NOTE(language)
        case Stage.BUSY | Stage.UNAVAILABLE:
            return KEEPS_ITS_TURN(language)
        case _:
            return ""


def times(language: Language, progress: Progress, *, almost_done: bool) -> str:
    """Return when the song was requested or should be ready, or an empty string if neither is known."""
    if progress.stage is Stage.COMPOSING:
        if almost_done:
            return ALMOST_DONE(language)
        if progress.expected_at is None:
            return ""
        # Translators: {when} is a time such as "in 2 minutes" or "in 40 seconds".
        return language.gettext("Ready {when}", when=relative(progress.expected_at))
    if progress.since is None:
        return ""
    # Translators: {when} is a time such as "2 minutes ago".
    when = relative(progress.since)
    if progress.stage in (Stage.WAITING, Stage.BUSY, Stage.UNAVAILABLE):
        return language.gettext("Requested {when}", when=when)
    return language.gettext("Started {when}", when=when)
