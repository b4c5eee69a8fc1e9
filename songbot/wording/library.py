"""Provide the text of `/library`. Callers escape untrusted text first."""

from __future__ import annotations

OWN = "Your library"
SAVED_TITLE = "Your saved songs"
OF_A_MEMBER = "Songs in this server"
NEWER = "Newer"
OLDER = "Older"
PLAY = "Play"

IS_SAVED = "⭐"
IS_PRIVATE = "🔒"
NOT_DELIVERED = "📭"
LEGEND_NOT_DELIVERED = f"{NOT_DELIVERED} Not delivered – open it to get it now."

OF_IN_SERVERS_ONLY = "`of` only works in a server. Leave it out to see your own songs."
OF_OR_SAVED = "`saved` shows songs you saved, and `of` shows another member's. Please use just one of them."
SEARCH_LOST = "That search has expired. Run `/library` again."
SONG_HIDDEN = "You can't see that song from here."
NOBODY_WOULD_SEE = (
    "Only you can see my replies in this server, so nobody else would see the song. "
    "To post here, you need the **Use External Apps** permission."
)
NOT_POSTED = "I couldn't post it here. Please try again in a moment."
MADE_BY_YOU_ONLY = "You can only post your own songs or public songs from this server."

NO_SONGS = "You don't have any songs yet. Make one with `/song`."
NOTHING_SAVED = "You haven't saved any songs yet. Press ⭐ `Save` under a song to add it here."


def nothing_of(owner_id: int) -> str:
    """Return that a member has no public songs in this server."""
    return f"<@{owner_id}> has no public songs in this server."


def nothing_found(search: str) -> str:
    """Return that no song matches. `search` is escaped."""
    return (
        f"No songs match **{search}**. Every word has to appear in the title, the tags or the prompt. "
        "Try fewer words, or a tempo such as `bpm:90-120`."
    )


def of_member(owner_id: int) -> str:
    """Return the line above another member's songs."""
    return f"Songs by <@{owner_id}>"


def page_of(page: int, pages: int, songs: int) -> str:
    """Return "12 songs, newest first · page 1 of 3"."""
    count = "1 song" if songs == 1 else f"{songs:,} songs, newest first"
    return count if pages == 1 else f"{count} · page {page:,} of {pages:,}"


def exported(count: int, *, capped: bool) -> str:
    """Return the line above the playlist."""
    songs = "1 song" if count == 1 else f"{count:,} songs"
    return f"Your playlist ({f'the newest {songs}' if capped else songs}). Open it in any music player."
