"""What a library page shows, carried by the page itself so that its buttons work for as long as it is there.

Ids fit a custom id's 100 characters ("Component Object": custom_id). Words may not, so they stand in the
embed's footer, where Discord renders nothing; with a button's press Discord sends the message along.
Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from songbot.songs.library import LibraryScope
from songbot.ui.custom_ids import Route, custom_id
from songbot.wording.text import plain

MAX_SEARCH = 100
_SEARCH_PREFIX = "🔎 "
_SAVED, _SEARCHED = "s", "w"

PAGE_CUSTOM_ID = re.compile(
    r"library:v1:(?P<direction>newer|older):(?P<key>[0-9]{1,20}):(?P<flags>[a-z]{0,8}):(?P<owner>[0-9]{1,20})"
)


class Direction(StrEnum):
    """Where a page is turned to. The values are in custom ids of messages out there: never rename one."""

    NEWER = "newer"
    OLDER = "older"


class SearchLostError(ValueError):
    """The page was searched for, and its words are no longer on it."""


@dataclass(frozen=True, slots=True)
class Query:
    """`owner_id` None: the person's own songs. `search` as typed, on one line."""

    search: str = ""
    saved: bool = False
    owner_id: int | None = None

    def scope(self, viewer_id: int, guild_id: int | None) -> LibraryScope:
        """For the one who asks now, where they ask from: nothing of it is taken from the page."""
        return LibraryScope(viewer_id, self.owner_id or viewer_id, guild_id, self.saved)


@dataclass(frozen=True, slots=True)
class PageTurn:
    """A press on `Newer` or `Older`. `key` is the id of the page's first or last song."""

    direction: Direction
    key: int
    saved: bool
    searched: bool
    owner_id: int | None


def one_line(search: str | None) -> str:
    """What was typed, without what can't be seen, at most 100 characters."""
    return plain(search, MAX_SEARCH)


def page_custom_id(query: Query, direction: Direction, key: int) -> str:
    """Return at most 58 characters."""
    flags = (_SAVED if query.saved else "") + (_SEARCHED if query.search else "")
    return custom_id(f"library:{direction}", key, flags, query.owner_id or 0)


def parse_page_turn(match: re.Match[str]) -> PageTurn:
    """Return what a match of PAGE_CUSTOM_ID says. Anybody may have forged it."""
    return PageTurn(
        Direction(match["direction"]),
        int(match["key"]),
        _SAVED in match["flags"],
        _SEARCHED in match["flags"],
        int(match["owner"]) or None,
    )


PAGE_ROUTE = Route("library:turn", PAGE_CUSTOM_ID, parse_page_turn)


def query_footer(query: Query) -> str | None:
    """What the embed's footer holds."""
    return _SEARCH_PREFIX + query.search if query.search else None


def parse_query(turn: PageTurn, footer_text: str | None) -> Query:
    """What the pressed page shows. Raises SearchLostError."""
    search = ""
    if turn.searched:
        text = footer_text or ""
        if not text.startswith(_SEARCH_PREFIX):
            raise SearchLostError
        search = one_line(text.removeprefix(_SEARCH_PREFIX))
    return Query(search, turn.saved, turn.owner_id)
