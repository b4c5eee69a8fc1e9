"""Define the library: search, saved songs, and who may see which song."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from .models import Song


@dataclass(frozen=True, slots=True)
class Search:
    """A search. All `words` must occur in title, tags or prompt; `bpm` is an inclusive range."""

    words: tuple[str, ...] = ()
    bpm: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class LibraryScope:
    """Whose songs `viewer_id` wants to see.

    If `owner_id` is the viewer, these are all of their songs and, with `saved`, all songs they saved. If it
    is another member, these are only the completed songs that were made publicly in `guild_id`. Other
    people's songs are included only if they were made in one of `channel_ids`, the channels that the viewer
    can view now.
    """

    viewer_id: int
    owner_id: int
    guild_id: int | None = None
    saved: bool = False
    channel_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    """One line of a library page. `saved` tells whether the viewer saved the song."""

    song: Song
    saved: bool


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """Up to one page of songs, newest first.

    `newer` and `older` tell whether there are more songs in that direction. `total` counts all matching
    songs, and `skipped` those that are newer than the first one on the page.
    """

    entries: tuple[LibraryEntry, ...]
    newer: bool
    older: bool
    total: int = 0
    skipped: int = 0


_BPM = re.compile(r"^bpm:(\d{1,3})(?:-(\d{1,3}))?$", re.IGNORECASE)


def parse_search(text: str | None) -> Search:
    """Parse words, with `bpm:90-120` or `bpm:90` anywhere among them. Swap the ends of a reversed range."""
    words: list[str] = []
    bpm: tuple[float, float] | None = None
    for part in (text or "").split():
        match = _BPM.match(part)
        if match:
            low, high = float(match[1]), float(match[2] or match[1])
            bpm = (min(low, high), max(low, high))
        else:
            words.append(part.casefold())
    return Search(tuple(words[:10]), bpm)


class LibraryRepository(Protocol):
    """Queries for the library. Every method may raise StoreUnavailable."""

    async def page(
        self,
        scope: LibraryScope,
        search: Search,
        *,
        older_than: int | None = None,
        newer_than: int | None = None,
        limit: int = 5,
    ) -> LibraryPage:
        """Return a page of completed songs that were not deleted, paged by song id.

        A person's own library also has their failed songs whose message could not be delivered.
        """
        ...

    async def channels(self, scope: LibraryScope) -> list[tuple[int, int]]:
        """Return the (server, channel) ids in which other people's songs of the scope were made.

        Ignore `scope.channel_ids`. Return at most 1,000, the latest first.
        """
        ...

    async def is_saved(self, user_id: int, song_id: int) -> bool: ...

    async def toggle_saved(self, user_id: int, song_id: int) -> bool:
        """Save the song, or unsave it if it was saved. Return whether it is saved now."""
        ...

    async def toggle_subscription(self, song_id: int, user_id: int, max_subscribers: int) -> bool | None:
        """Subscribe the user to a mention, or unsubscribe them. Return None if the list is full or the song
        is done.
        """
        ...

    async def mark_deleted(self, song_id: int) -> bool:
        """Record that the card was deleted. The song still counts. Return False if it was already deleted."""
        ...

    async def mark_redelivered(self, song_id: int) -> None:
        """Record that the owner opened an undeliverable song, which counts as its delivery."""
        ...

    async def recent_prompts(self, user_id: int, text: str, limit: int) -> list[str]:
        """Return the person's latest prompts that contain `text`, without duplicates, newest first."""
        ...
