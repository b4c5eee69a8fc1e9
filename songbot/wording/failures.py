"""Explain why a song failed, and what to do about it."""

from __future__ import annotations

from songbot.songs.models import FailureReason

from .language import Language, Message, Title

_TITLE = Title("Couldn't make this song")
_CANCELLED_TITLE = Title("Cancelled")
REFUNDED = Message("This song doesn't count towards your quota")
WHISULS_WORDS = Title("Whisul says")

_WHY = {
    FailureReason.REJECTED: Message("Whisul rejected this prompt. Try rewording it."),
    FailureReason.FAILED: Message(
        "Whisul couldn't finish this song. That happens sometimes – please try again."
    ),
    FailureReason.INTERRUPTED: Message(
        "I lost contact with Whisul while sending your song, so I don't know whether it started. "
        "To be safe I haven't sent it again – press **Try again** if you'd like me to."
    ),
    FailureReason.TIMED_OUT: Message("Whisul took more than 30 minutes, so I gave up. Please try again."),
    FailureReason.VANISHED: Message("Whisul lost track of this song. Please try again."),
    FailureReason.NO_AUDIO: Message("Whisul finished this song but returned no audio. Please try again."),
    FailureReason.UNAUTHORIZED: Message(
        "Whisul is rejecting my API key. Only the bot's owner can fix that – please let them know."
    ),
    FailureReason.UNAVAILABLE: Message(
        "Whisul couldn't take this song – it was busy or unreachable, or refused it. Please try again later."
    ),
    FailureReason.CANCELLED: Message("This song was cancelled before it started."),
}
_UNKNOWN = Message("Something went wrong while making this song. Please try again.")


def title(language: Language, reason: FailureReason | None) -> str:
    """Return the title of a failed song's card."""
    return (_CANCELLED_TITLE if reason is FailureReason.CANCELLED else _TITLE)(language)


def why(language: Language, reason: FailureReason | None) -> str:
    """Return what happened and what to do."""
    return (_UNKNOWN if reason is None else _WHY[reason])(language)
