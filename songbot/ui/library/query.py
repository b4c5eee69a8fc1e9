"""Write what a library page shows into the page itself, so that its buttons work as long as it exists.

Ids fit a custom id's 100 characters ("Component Object": custom_id). Search words may not, so they are in the
embed's footer, where Discord renders no markdown. Discord sends the message along with a press. Pure.
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
    """Where a page is turned to. The values are in custom ids, so they never change."""

    NEWER = "newer"
    OLDER = "older"


class SearchLostError(ValueError):
    """The page is the result of a search, and its words are no longer on it."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a page shows: one's own songs if `owner_id` is None. `search` is as typed, on one line."""

    search: str = ""
    saved: bool = False
    owner_id: int | None = None

    def scope(self, viewer_id: int, guild_id: int | None) -> LibraryScope:
        """Return the scope for whoever asks now and where; the page has no say in that."""
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
    """Return what was typed without invisible characters, at most 100 characters."""
    return plain(search, MAX_SEARCH)


def page_custom_id(query: Query, direction: Direction, key: int) -> str:
    """Return the custom id of a page button, at most 58 characters."""
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
    """Return the footer of the embed."""
    return _SEARCH_PREFIX + query.search if query.search else None


def parse_query(turn: PageTurn, footer_text: str | None) -> Query:
    """Return what the pressed page shows. Raises SearchLostError."""
    search = ""
    if turn.searched:
        text = footer_text or ""
        if not text.startswith(_SEARCH_PREFIX):
            raise SearchLostError
        search = one_line(text.removeprefix(_SEARCH_PREFIX))
    return Query(search, turn.saved, turn.owner_id)
