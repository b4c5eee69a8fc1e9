"""Provide the text on the card and around it."""

from __future__ import annotations

from collections.abc import Sequence

from songbot.songs.models import Relation

from .language import Language, Message, Title

UNTITLED = Title("Untitled")
MADE_WITH = Message("Made with Whisul")
WORDS_BLOCKED = Message(
    "This server's AutoMod blocks words in the prompt or the title, so neither is shown here. "
    "The person who requested it can see both in `/library`."
)
BLOCKED_PRIVATELY = Message(
    "This server's AutoMod blocks words in your song's prompt or title, so I couldn't show them here. "
    "You can see both in `/library`."
)
ALSO_IN_LIBRARY = Message(
    "-# Only you can see this, and Discord won't keep it for long. Your song is in `/library` too."
)
SEPARATOR = " · "


def requested_by(language: Language, user_id: int) -> str:
    """Return "Requested by @ann". Discord sends no ping for a mention in an embed."""
    return language.gettext("Requested by {user}", user=f"<@{user_id}>")


def beats_per_minute(language: Language, tempo: float) -> str:
    """Return "140 BPM". `tempo` has at most one decimal."""
    return language.gettext("{number} BPM", number=language.number(tempo, decimals=1))


def came_from(language: Language, relation: Relation | None, title: str) -> str | None:
    """Return "Remix of Midnight Grid", or None for a retry or an original song. `title` is markdown."""
    match relation:
        case Relation.REMIX:
            return language.gettext("Remix of {title}", title=title)
        case Relation.TAKE:
            return language.gettext("Another take of {title}", title=title)
        case _:
            return None


def mentions(users: Sequence[int]) -> str:
    """Return mentions of `users` in the given order."""
    return " ".join(f"<@{user}>" for user in users)


def ready(language: Language, users: Sequence[int], title: str | None, *, failed: bool) -> str:
    """Return the line that pings the people who asked to be notified. `title` is escaped."""
    people = mentions(users)
    # Translators: {people} is one or several mentions, as in "@ann @bob". "Your" may be plural.
    if failed:
        return language.gettext("Sorry {people}, your song couldn't be made.", people=people)
    if title is None:
        return language.gettext("{people}, your song is ready.", people=people)
    return language.gettext("{people}, your song is ready: **{title}**", people=people, title=title)


def sent_directly(language: Language, *, failed: bool) -> str:
    """Return the text that replaces a song delivered only by direct message."""
    if failed:
        return language.gettext("Your song couldn't be made. I've sent you a DM that says why.")
    return language.gettext(
        "Your song is ready. I've sent it to you in a DM, and it's in your `/library` too."
    )


def by_direct_message(language: Language, channel_id: int | None, *, failed: bool) -> str:
    """Return the line above a card sent by direct message. `channel_id` is where the song was requested."""
    if channel_id is None:
        if failed:
            return language.gettext("The song you requested couldn't be made, and I couldn't tell you there.")
        return language.gettext("Here's the song you requested.")
    channel = f"<#{channel_id}>"
    if failed:
        return language.gettext(
            "The song you requested in {channel} couldn't be made, and I couldn't tell you there.",
            channel=channel,
        )
    return language.gettext("Here's the song you requested in {channel}.", channel=channel)
