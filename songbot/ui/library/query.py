"""Store a library page's query in the page itself, so that its buttons work as long as the message exists.

IDs fit in a custom ID of 100 characters (Discord, "Component Object"). Search words may not, so they are in
the embed's footer, where Discord renders no markdown. Discord sends the message with each press. Pure.
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
    """The direction in which to change the page. The values are in custom IDs, so never change them."""

    NEWER = "newer"
    OLDER = "older"


class SearchLostError(ValueError):
    """The page shows the result of a search, but no longer contains its words."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a page shows. `owner_id` is None for the viewer's own songs. `search` is unparsed, on one line."""

    search: str = ""
    saved: bool = False
    owner_id: int | None = None

    def scope(self, viewer_id: int, guild_id: int | None) -> LibraryScope:
        """Return the scope for the current viewer and server. A forged page can't widen it."""
        return LibraryScope(viewer_id, self.owner_id or viewer_id, guild_id, self.saved)


@dataclass(frozen=True, slots=True)
class PageTurn:
    """A press of `Newer` or `Older`. `key` is the ID of the page's first or last song."""

    direction: Direction
    key: int
    saved: bool
    searched: bool
    owner_id: int | None


def one_line(search: str | None) -> str:
    """Return the typed text without invisible characters, cut to 100 characters."""
    return plain(search, MAX_SEARCH)


def page_custom_id(query: Query, direction: Direction, key: int) -> str:
    """Return the custom ID of a page button, at most 58 characters long."""
    flags = (_SAVED if query.saved else "") + (_SEARCHED if query.search else "")
    return custom_id(f"library:{direction}", key, flags, query.owner_id or 0)


def parse_page_turn(match: re.Match[str]) -> PageTurn:
    """Parse a match of PAGE_CUSTOM_ID, which anybody may have forged."""
    return PageTurn(
        Direction(match["direction"]),
        int(match["key"]),
        _SAVED in match["flags"],
        _SEARCHED in match["flags"],
        int(match["owner"]) or None,
    )


PAGE_ROUTE = Route("library:turn", PAGE_CUSTOM_ID, parse_page_turn)


def query_footer(query: Query) -> str | None:
    """Return the embed footer that carries the search."""
    return _SEARCH_PREFIX + query.search if query.search else None


def parse_query(turn: PageTurn, footer_text: str | None) -> Query:
    """Return the query of the pressed page. Raise SearchLostError if its search words are gone."""
    search = ""
    if turn.searched:
        text = footer_text or ""
        if not text.startswith(_SEARCH_PREFIX):
            raise SearchLostError
        search = one_line(text.removeprefix(_SEARCH_PREFIX))
    return Query(search, turn.saved, turn.owner_id)
