"""What `/library` says. Text from elsewhere comes in escaped."""

from __future__ import annotations

OWN = "Your library"
SAVED_TITLE = "Your saved songs"
OF_A_MEMBER = "Songs made here"
NEWER = "Newer"
OLDER = "Older"
OPEN_ONE = "Open a song…"

IS_SAVED = "⭐"
IS_PRIVATE = "🔒"
NOT_DELIVERED = "📭"
LEGEND_NOT_DELIVERED = f"{NOT_DELIVERED} could not be delivered: open it and it is."

OF_IN_SERVERS_ONLY = (
    "`of` shows what a member made publicly in a server, so use it in one. "
    "Leave it out to see your own songs here."
)
OF_OR_SAVED = "`saved` is about your own shelf and `of` about another member's songs: please use one of them."
SEARCH_LOST = "I can't see any more what you looked for. Please use `/library` once more."
SONG_HIDDEN = "You can't see that song from here."
NOBODY_WOULD_SEE = (
    "In this server Discord shows my answers to you alone, so a post would not be seen by anybody else. "
    "Whoever has the permission Use External Apps can post here."
)
NOT_POSTED = "I could not post it here. Please try again in a moment."
MADE_BY_YOU_ONLY = "Only songs of your own, or made publicly in this server, can be posted here."

NO_SONGS = "You have no songs yet. Make one with `/song`."
NOTHING_SAVED = "You have saved no songs yet. Press ⭐ `Save` under a song to find it again here."


def nothing_of(owner_id: int) -> str:
    """A member without public songs in this server."""
    return f"<@{owner_id}> has made no songs here that others can see."


def nothing_found(search: str) -> str:
    """`search` is escaped."""
    return (
        f"Nothing found for **{search}**. Every word has to be in the title, tags or prompt; try fewer, "
        "or a tempo such as `bpm:90-120`."
    )


def of_member(owner_id: int) -> str:
    """The line above another member's songs."""
    return f"Made by <@{owner_id}>."


def exported(count: int, *, capped: bool) -> str:
    """The line above the playlist."""
    songs = "1 song" if count == 1 else f"{count:,} songs"
    most = f"the newest {songs} that were found" if capped else f"{songs}"
    return f"Your playlist: {most}. Open it with any music player."
