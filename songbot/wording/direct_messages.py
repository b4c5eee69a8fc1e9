"""Provide the bot's replies to direct messages."""

from __future__ import annotations

from datetime import datetime

from songbot.quotas.rules import Period

from .language import Label, Language, Message, Title
from .progress import relative

MAKE_IT = Label("Make it")
CANCEL = Label("Cancel")

GREETING_TITLE = Title("Hi! I turn your words into songs")
GREETING = Message(
    "Describe a style, a mood or a story, and I'll make a song from it. It takes a minute or two.\n\n"
    "Write me something like *a slow lo-fi tune about rain on a tin roof*, or press a button below. "
    "I always ask before I make anything."
)
WELCOME = Message(
    "Hi! I turn your words into songs, and I always ask before I make one. `/help` shows what else I can do."
)
ONLY_WORDS = Message("I can only use text. Describe a style, a mood or a story.")
CANCELLED = Message("Cancelled – nothing was charged.")
MESSAGE_GONE = Message("I can't find your message anymore. Please send it again.")

_LAST = {
    # Translators: {when} is a time such as "in 10 minutes".
    Period.HOUR: Message("Make a song from this? It uses your last song this hour (resets {when})."),
    # Translators: {when} is a time such as "in 2 hours".
    Period.DAY: Message("Make a song from this? It uses your last song today (resets {when})."),
    # Translators: {when} is a time such as "in 2 days".
    Period.WEEK: Message("Make a song from this? It uses your last song this week (resets {when})."),
    # Translators: {when} is a time such as "in 2 days".
    Period.MONTH: Message("Make a song from this? It uses your last song this month (resets {when})."),
}


def offer(language: Language, remaining: int, period: Period, resets_at: datetime) -> str:
    """Return the question above the prompt. `remaining` is the number of songs left (at least 1)."""
    match period:
        case _ if remaining == 1:
            return language.gettext(_LAST[period].english, when=relative(resets_at))
        case Period.HOUR:
            return language.ngettext(
                "Make a song from this? It uses 1 of your {count} remaining song this hour.",
                "Make a song from this? It uses 1 of your {count} remaining songs this hour.",
                remaining,
            )
        case Period.DAY:
            return language.ngettext(
                "Make a song from this? It uses 1 of your {count} remaining song today.",
                "Make a song from this? It uses 1 of your {count} remaining songs today.",
                remaining,
            )
        case Period.WEEK:
            return language.ngettext(
                "Make a song from this? It uses 1 of your {count} remaining song this week.",
                "Make a song from this? It uses 1 of your {count} remaining songs this week.",
                remaining,
            )
        case Period.MONTH:
            return language.ngettext(
                "Make a song from this? It uses 1 of your {count} remaining song this month.",
                "Make a song from this? It uses 1 of your {count} remaining songs this month.",
                remaining,
            )
