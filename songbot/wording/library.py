"""Provide the text of `/library`. Callers escape untrusted text first."""

from __future__ import annotations

from . import buttons
from .language import Label, Language, Message, Title

OWN = Title("Your library")
SAVED_TITLE = Title("Your saved songs")
OF_A_MEMBER = Title("Songs in this server")
# Translators: A button that turns to the page of a list with newer songs.
NEWER = Label("Newer")
# Translators: A button that turns to the page of a list with older songs.
OLDER = Label("Older")
# Translators: A button. {number} is the song's number in the list, as in "Play 3".
_PLAY = Label("Play {number}")

IS_SAVED = "⭐"
IS_PRIVATE = "🔒"
NOT_DELIVERED = "📭"
LEGEND_NOT_DELIVERED = Message("📭 Not delivered – open it to get it now.")

OF_IN_SERVERS_ONLY = Message("`of` only works in a server. Leave it out to see your own songs.")
OF_OR_SAVED = Message(
    "`saved` shows songs you saved, and `of` shows another member's. Please use just one of them."
)
SEARCH_LOST = Message("That search has expired. Run `/library` again.")
SONG_HIDDEN = Message("You can't see that song from here.")
# Translators: "Use External Apps" is the name of a permission, as Discord's client shows it.
NOBODY_WOULD_SEE = Message(
    "Only you can see my replies in this server, so nobody else would see the song. "
    "To post here, you need the **Use External Apps** permission."
)
NOT_POSTED = Message("I couldn't post it here. Please try again in a moment.")
MADE_BY_YOU_ONLY = Message("You can only post your own songs or public songs from this server.")

NO_SONGS = Message("You don't have any songs yet. Make one with `/song`.")


def play(language: Language, number: int) -> str:
    """Return the label of the button that opens a song. `number` is its position on the page."""
    return language.gettext(_PLAY.english, number=language.number(number))


def nothing_saved(language: Language) -> str:
    """Say that the person has saved no songs."""
    # Translators: {save} is the label of a button, as in "`Save`".
    return language.gettext(
        "You haven't saved any songs yet. Press ⭐ {save} under a song to add it here.",
        save=f"`{buttons.SAVE(language)}`",
    )


def nothing_of(language: Language, owner_id: int) -> str:
    """Say that a member has no public songs in this server."""
    return language.gettext("{user} has no public songs in this server.", user=f"<@{owner_id}>")


def nothing_found(language: Language, search: str) -> str:
    """Say that no song matches. `search` is escaped."""
    # Translators: {search} is what the person typed.
    return language.gettext(
        "No songs match **{search}**. Every word has to appear in the title, the tags or the prompt. "
        "Try fewer words, or a tempo such as `bpm:90-120`.",
        search=search,
    )


def of_member(language: Language, owner_id: int) -> str:
    """Return the line above another member's songs."""
    # Translators: {user} is a mention, as in "Songs by @ann".
    return language.gettext("Songs by {user}", user=f"<@{owner_id}>")


def page_of(language: Language, page: int, pages: int, songs: int) -> str:
    """Return "12 songs, newest first · page 1 of 3"."""
    count = language.ngettext("{count} song", "{count} songs, newest first", songs)
    if pages == 1:
        return count
    # Translators: {songs} is a phrase such as "12 songs, newest first".
    return language.gettext(
        "{songs} · page {page} of {pages}",
        songs=count,
        page=language.number(page),
        pages=language.number(pages),
    )


def exported(language: Language, count: int, *, capped: bool) -> str:
    """Return the line above the playlist."""
    if capped:
        return language.ngettext(
            "Your playlist (the newest song). Open it in any music player.",
            "Your playlist (the newest {count} songs). Open it in any music player.",
            count,
        )
    return language.ngettext(
        "Your playlist ({count} song). Open it in any music player.",
        "Your playlist ({count} songs). Open it in any music player.",
        count,
    )
