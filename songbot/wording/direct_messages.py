"""Provide the bot's replies to direct messages."""

from __future__ import annotations

from datetime import datetime

from .progress import relative

MAKE_IT = "Make it"
CANCEL = "Cancel"

GREETING_TITLE = "Hi! I turn your words into songs"
GREETING = (
    "Describe a style, a mood or a story, and I'll make a song from it. It takes a minute or two.\n\n"
    "Write me something like *a slow lo-fi tune about rain on a tin roof*, or press a button below. "
    "I always ask before I make anything."
)
WELCOME = (
    "Hi! I turn your words into songs, and I always ask before I make one. `/help` shows what else I can do."
)
ONLY_WORDS = "I can only use text. Describe a style, a mood or a story."
CANCELLED = "Cancelled – nothing was charged."
MESSAGE_GONE = "I can't find your message anymore. Please send it again."

_PERIODS = {"hour": "this hour", "day": "today", "week": "this week", "month": "this month"}


def offer(remaining: int, period: str, resets_at: datetime) -> str:
    """Return the question above the prompt.

    `remaining` is the number of songs left (at least 1) in `period`: an hour, a day, a week or a month.
    """
    if remaining == 1:
        uses = f"It uses your last song {_PERIODS[period]} (resets {relative(resets_at)})."
        return f"Make a song from this? {uses}"
    return f"Make a song from this? It uses 1 of your {remaining:,} remaining songs {_PERIODS[period]}."
