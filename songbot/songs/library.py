"""The library: finding songs again, saving them, and who may see which."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from .models import Song


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for. `words` all have to occur in title, tags or prompt; `bpm` is an inclusive range."""

    words: tuple[str, ...] = ()
    bpm: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class LibraryScope:
    """Whose songs `viewer_id` wants to see.

    `owner_id` is the viewer themself (all of their songs, and with `saved` all they have saved), or another
    member: then only completed songs made publicly in `guild_id`. Of other people's songs only those are
    shown that were made in `channel_ids`, the channels that the viewer may view now.
    """

    viewer_id: int
    owner_id: int
    guild_id: int | None = None
    saved: bool = False
    channel_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    """One line of a library page. `saved`: by the viewer."""

    song: Song
    saved: bool


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """Up to a page of songs, newest first.

    `newer` and `older` tell whether there is more on that side. `total` counts all songs that were found, and
    `skipped` those that are newer than the first of the page.
    """

    entries: tuple[LibraryEntry, ...]
    newer: bool
    older: bool
    total: int = 0
    skipped: int = 0


_BPM = re.compile(r"^bpm:(\d{1,3})(?:-(\d{1,3}))?$", re.IGNORECASE)


def parse_search(text: str | None) -> Search:
    """Words, and `bpm:90-120` or `bpm:90` anywhere among them. A range the wrong way round is turned."""
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
    """Every method may raise StoreUnavailable."""

    async def page(
        self,
        scope: LibraryScope,
        search: Search,
        *,
        older_than: int | None = None,
        newer_than: int | None = None,
        limit: int = 5,
    ) -> LibraryPage:
        """Songs completed and not deleted, paged by song id; on the person's own shelf also the failed ones
        whose answer could not be delivered."""
        ...

    async def channels(self, scope: LibraryScope) -> list[tuple[int, int]]:
        """The servers and channels in which other people's songs of the scope were made, whatever
        `scope.channel_ids` says; at most 1,000, the latest first."""
        ...

    async def is_saved(self, user_id: int, song_id: int) -> bool: ...

    async def toggle_saved(self, user_id: int, song_id: int) -> bool:
        """Save, or take out again; whether it is saved now."""
        ...

    async def toggle_subscription(self, song_id: int, user_id: int, max_subscribers: int) -> bool | None:
        """Put on or take off the list of people to mention; None: the list is full or the song done."""
        ...

    async def mark_deleted(self, song_id: int) -> bool:
        """The card was taken away. The song still counts; False when it was deleted before."""
        ...

    async def mark_redelivered(self, song_id: int) -> None:
        """An undeliverable song was opened by its owner: it has been delivered now."""
        ...

    async def recent_prompts(self, user_id: int, text: str, limit: int) -> list[str]:
        """The person's own latest prompts that hold `beginning`, each once, newest first."""
        ...
