"""What the bot says when somebody writes to it directly."""

from __future__ import annotations

MAKE_IT = "Make it"
CANCEL = "Cancel"

ONLY_WORDS = (
    "I make songs from words, not from files or stickers. Write me a style, a mood or a story, and I'll ask "
    "before I make anything."
)
CANCELLED = "Cancelled: nothing was made, and nothing was charged. Write me other words whenever you like."
MESSAGE_GONE = "I can't find your message any more. Please write it to me again."


def offer(left: str) -> str:
    """Above the prompt; `left` is a finished sentence on how many songs are left."""
    return f"I would send this prompt to Whisul. {left}\nNothing is charged until you press **{MAKE_IT}**."
