"""Provide the text of `/privacy`. PRIVACY.md says the same in more detail, so change both together."""

from __future__ import annotations

from . import buttons
from .language import Label, Language, Message, Title

TITLE = Title("What I store about you")
DELETE_FOR_GOOD = Label("Delete everything")
CANCEL = Label("Cancel")
KEPT = Message("OK, nothing was deleted.")

SONGS = Title("Your songs")
AROUND_SONGS = Title("Saves and notifications")
LANGUAGE = Title("Your language")
LIMITS = Title("Limits")
SHARED = Title("Who else sees it")
NEVER = Title("What I don't store")
YOUR_CHOICE = Title("What you can do")

_SONGS_KEPT = Message(
    "Your user ID, the prompt, the result (title, tags, tempo, length, links), the time, the language, and "
    "the server, channel and message – to make the song, deliver it, and show it in your library."
)
AROUND_SONGS_KEPT = Message(
    "The songs you saved, until you remove them. Which songs you want to be pinged about, until they are "
    "ready. A temporary token to reply to your command (15 minutes at most)."
)
LIMITS_KEPT = Message(
    "The limits, bonus songs and resets that a server's admins set for you, until an admin removes them. "
    "Also a log of which admin changed what, until 30 days after I leave the server."
)
SHARED_WITH = Message(
    "Whisul receives the prompt to make the song, and nothing about you. Discord delivers my replies. "
    "Nothing is sold or used for advertising."
)
NEVER_KEPT = Message("Your name, your avatar, your roles, and any messages other than your prompts.")
NOT_YOUR_DATA = Message("That button belongs to someone else. Use `/privacy delete` for your own data.")
EXPORTED = Message("Everything I store about you, as JSON. Only you can see this message.")


def songs_kept(language: Language, days: int) -> str:
    """Return what is stored about songs, which are deleted after `days`."""
    deleted_after = language.ngettext("Deleted after {count} day.", "Deleted after {count} days.", days)
    return f"{_SONGS_KEPT(language)}\n{deleted_after}"


def language_kept(language: Language, days: int) -> str:
    """Return why the language of the person's Discord client is stored, for at most `days`."""
    return language.ngettext(
        "The language of your Discord, so that I can reply to your DMs in it. Deleted within {count} day of "
        "your last command.",
        "The language of your Discord, so that I can reply to your DMs in it. Deleted within {count} days of "
        "your last command.",
        days,
    )


def choices(language: Language, export: str, delete: str) -> str:
    """Return what the person can do. Both arguments are command mentions."""
    # Translators: {export} and {delete} are commands, which Discord shows as "/privacy export".
    return language.gettext(
        "{export} sends you everything as a file. {delete} deletes it.", export=export, delete=delete
    )


def confirm_delete(language: Language) -> str:
    """Return the question before the deletion."""
    # Translators: {delete} is the label of the button under each song, as in "`Delete`".
    return language.gettext(
        "**Delete everything I store about you?** This removes your songs, prompts, saves, notifications and "
        "bonus songs. Songs in progress will be abandoned. This can't be undone.\n"
        "- Messages with your songs stay in their channels, without working buttons. If you want those gone "
        "too, press {delete} under them *first*.\n"
        "- Recent songs still count towards your limits, so I keep an anonymous count until they reset "
        "(32 days at most). A limit that an admin set for you stays as well, just as anonymously.",
        delete=f"`{buttons.DELETE(language)}`",
    )


def exported(language: Language, part: int, parts: int) -> str:
    """Return the line above the export. If `parts` exceeds 1, say that the parts must be joined in order."""
    if parts == 1:
        return EXPORTED(language)
    return language.gettext(
        "Everything I store about you, as JSON. Only you can see this message. "
        "Part {part} of {parts}: join them in order to get one .gz file.",
        part=language.number(part),
        parts=language.number(parts),
    )


def deleted(language: Language, songs: int) -> str:
    """Return how many songs were deleted."""
    if songs == 0:
        return language.gettext("Done. I have no data about you.")
    return language.ngettext(
        "Done. I deleted {count} song and everything else I stored about you.",
        "Done. I deleted {count} songs and everything else I stored about you.",
        songs,
    )
