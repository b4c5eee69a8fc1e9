"""What `/privacy` says. PRIVACY.md says the same at length: change both together."""

from __future__ import annotations

TITLE = "What I keep about you"
DELETE_FOR_GOOD = "Yes, delete all of it"

SONGS = "Your songs"
AROUND_SONGS = "Around your songs"
LIMITS = "Limits"
SHARED = "Who else gets something"
NEVER = "What I don't keep"
YOUR_CHOICE = "What you can do"

SONGS_KEPT = (
    "Your user id, the prompt, what came of it (title, tags, tempo, length, links), when, and in which "
    "server, channel and message: to make the song, bring it to you and find it again in your library."
)
AROUND_SONGS_KEPT = (
    "What you saved, until you take it out. Who wants to be mentioned when a song is ready, until it is "
    "there. The key to answer a command of yours, 15 minutes at most."
)
LIMITS_KEPT = (
    "The limits, extra songs and resets that a server's admins set for you, and in the server's log which "
    "admin changed what: so that quotas hold. Until an admin takes them out; the log, until 30 days after I "
    "left the server."
)
SHARED_WITH = (
    "Whisul gets the prompt, and nothing about you: it makes the song. Discord carries what I say. "
    "Nothing is sold or used for advertising."
)
NEVER_KEPT = "Your messages, your name or picture, your roles, and the keys of commands that were answered."
CONFIRM_DELETE = (
    "**Delete all that I keep about you?** Your songs, prompts, saves, mentions and extra songs "
    "all go, and songs in the works are no longer followed. This can't be undone.\n"
    "- Cards that were posted stay in their channels without working buttons: delete those you don't want "
    "to stay there *first*, with `Delete` under them.\n"
    "- What you made lately still counts to your limits, so I keep a count, under a number in place of your "
    "name and without any prompt, until those limits start anew (at most 32 days). A limit "
    "that an admin set for you stays, too, under the same number."
)
NOT_YOUR_DATA = "That button was for somebody else's data. Use `/privacy delete` for yours."
EXPORTED = "All that I keep about you, as JSON. Only you see this message."


def songs_kept(days: int) -> str:
    """`days` after which songs are forgotten."""
    return f"{SONGS_KEPT} Forgotten after {days:,} days."


def choices(export: str, delete: str) -> str:
    """Both are finished command mentions."""
    return f"{export} gives you all of it as a file. {delete} deletes it."


def exported(part: int, parts: int) -> str:
    """`parts` over 1: the file is in pieces, to be joined in order."""
    if parts == 1:
        return EXPORTED
    return f"{EXPORTED} Piece {part} of {parts}: join them in order to one .gz file."


def deleted(songs: int) -> str:
    """How many songs went."""
    if songs == 0:
        return "There is nothing more about you here. All of it is deleted."
    count = "1 song is" if songs == 1 else f"{songs:,} songs are"
    return f"Done: {count} deleted, with all else that I kept about you."
