"""Provide the text of `/privacy`. PRIVACY.md says the same in more detail, so change both together."""

from __future__ import annotations

TITLE = "What I store about you"
DELETE_FOR_GOOD = "Delete everything"
CANCEL = "Cancel"
KEPT = "OK, nothing was deleted."

SONGS = "Your songs"
AROUND_SONGS = "Saves and notifications"
LIMITS = "Limits"
SHARED = "Who else sees it"
NEVER = "What I don't store"
YOUR_CHOICE = "What you can do"

SONGS_KEPT = (
    "Your user ID, the prompt, the result (title, tags, tempo, length, links), the time, and the "
    "server, channel and message – to make the song, deliver it, and show it in your library."
)
AROUND_SONGS_KEPT = (
    "The songs you saved, until you remove them. Which songs you want to be pinged about, until they are "
    "ready. A temporary token to reply to your command (15 minutes at most)."
)
LIMITS_KEPT = (
    "The limits, bonus songs and resets that a server's admins set for you, until an admin removes them. "
    "Also a log of which admin changed what, until 30 days after I leave the server."
)
SHARED_WITH = (
    "Whisul receives the prompt to make the song, and nothing about you. Discord delivers my replies. "
    "Nothing is sold or used for advertising."
)
NEVER_KEPT = "Your name, your avatar, your roles, and any messages other than your prompts."
CONFIRM_DELETE = (
    "**Delete everything I store about you?** This removes your songs, prompts, saves, notifications and "
    "bonus songs. Songs in progress will be abandoned. This can't be undone.\n"
    "- Messages with your songs stay in their channels, without working buttons. If you want those gone "
    "too, press `Delete` under them *first*.\n"
    "- Recent songs still count towards your limits, so I keep an anonymous count until they reset "
    "(32 days at most). A limit that an admin set for you stays as well, just as anonymously."
)
NOT_YOUR_DATA = "That button belongs to someone else. Use `/privacy delete` for your own data."
EXPORTED = "Everything I store about you, as JSON. Only you can see this message."


def songs_kept(days: int) -> str:
    """Return what is stored about songs, which are deleted after `days`."""
    return f"{SONGS_KEPT} Deleted after {days:,} days."


def choices(export: str, delete: str) -> str:
    """Return what the person can do. Both arguments are command mentions."""
    return f"{export} sends you everything as a file. {delete} deletes it."


def exported(part: int, parts: int) -> str:
    """Return the line above the export. If `parts` exceeds 1, say that the parts must be joined in order."""
    if parts == 1:
        return EXPORTED
    return f"{EXPORTED} Part {part} of {parts}: join them in order to get one .gz file."


def deleted(songs: int) -> str:
    """Return how many songs were deleted."""
    if songs == 0:
        return "Done. I have no data about you."
    count = "1 song" if songs == 1 else f"{songs:,} songs"
    return f"Done. I deleted {count} and everything else I stored about you."
