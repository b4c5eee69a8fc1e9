"""Why a song failed, in words for a person: what happened and what to do now."""

from __future__ import annotations

from songbot.songs.models import FailureReason

TITLE = "This song could not be made"
REFUNDED = "It was not charged: it does not count towards your quota."
WHISULS_WORDS = "Whisul says"
PROMPT = "Prompt"

_WHY = {
    FailureReason.REJECTED: (
        "Whisul did not accept this prompt. Say it in other words with `/song`; nothing was made of this one."
    ),
    FailureReason.FAILED: "Whisul could not finish this song. That happens now and then: please try again.",
    FailureReason.INTERRUPTED: (
        "I lost touch with Whisul, or was restarted, at the very moment your song was sent, so I can't tell "
        "whether it was begun. I won't send it twice by myself: please try again."
    ),
    FailureReason.TIMED_OUT: "Whisul took over 30 minutes, so I stopped waiting. Please try again.",
    FailureReason.VANISHED: "Whisul no longer knows this song, so it can't be fetched. Please try again.",
    FailureReason.NO_AUDIO: "Whisul finished this song, but there is no audio in it. Please try again.",
    FailureReason.UNAUTHORIZED: (
        "Whisul does not let me in at the moment. Only this bot's owner can mend that; "
        "please let them know, and try again later."
    ),
    FailureReason.UNAVAILABLE: (
        "Whisul could not take this song: it was busy, out of reach for too long, or refused. "
        "Please try again a little later."
    ),
}
_UNKNOWN = "Something went wrong while this song was made. Please try again."


def why(reason: FailureReason | None) -> str:
    """What happened and what to do."""
    return _UNKNOWN if reason is None else _WHY[reason]
