"""Render one page of the library: five songs, a button to play each, and buttons to change the page."""

from __future__ import annotations

import discord

from songbot.songs.library import LibraryEntry, LibraryPage
from songbot.songs.models import DeliveryState, Song, State
from songbot.ui.colours import BRAND
from songbot.ui.song_card import facts, inline_tags, title_of
from songbot.ui.views import RoutedView
from songbot.wording import failures, text
from songbot.wording import library as wording
from songbot.wording.language import Language, Message
from songbot.wording.progress import relative

from .components import page_button, play_button
from .query import Direction, Query, query_footer

PAGE_SIZE = 5
TAGS_SHOWN = 5


def page_embed(language: Language, page: LibraryPage, query: Query) -> discord.Embed:
    """Return the list. The footer carries the search (see `query_footer`)."""
    embed = discord.Embed(
        title=_heading(query)(language), description=_description(language, page, query), colour=BRAND
    )
    for number, entry in enumerate(page.entries, start=1):
        name = f"{number}. {_title(language, entry)}"
        embed.add_field(name=name, value=_facts(language, entry.song), inline=False)
    return embed.set_footer(text=query_footer(query))


def page_view(language: Language, page: LibraryPage, query: Query) -> discord.ui.View:
    """Return the buttons. The view is empty if there is nothing to play and no other page."""
    view = RoutedView()
    for number, entry in enumerate(page.entries, start=1):
        view.add_item(play_button(language, number, entry.song.id))
    if not page.entries:
        return view
    if page.newer or page.older:
        first, last = page.entries[0].song.id, page.entries[-1].song.id
        view.add_item(page_button(language, query, Direction.NEWER, first, disabled=not page.newer))
        view.add_item(page_button(language, query, Direction.OLDER, last, disabled=not page.older))
    return view


def nothing_there(language: Language, query: Query) -> str:
    """Return the text shown instead of an empty page."""
    if query.search:
        return wording.nothing_found(language, text.escape_and_clamp(query.search, 200))
    if query.owner_id is not None:
        return wording.nothing_of(language, query.owner_id)
    return wording.nothing_saved(language) if query.saved else wording.NO_SONGS(language)


def _heading(query: Query) -> Message:
    if query.owner_id is not None:
        return wording.OF_A_MEMBER
    return wording.SAVED_TITLE if query.saved else wording.OWN


def _description(language: Language, page: LibraryPage, query: Query) -> str | None:
    lines: list[str] = []
    if not page.entries:
        lines.append(nothing_there(language, query))
    else:
        if query.owner_id is not None:
            lines.append(wording.of_member(language, query.owner_id))
        lines.append(_count(language, page))
    if any(_is_undelivered(entry.song) for entry in page.entries):
        lines.append(wording.LEGEND_NOT_DELIVERED(language))
    return "\n".join(lines) or None


def _count(language: Language, page: LibraryPage) -> str:
    """Return "12 songs, newest first · page 1 of 3"."""
    total = max(page.total, len(page.entries))
    number = 1 + -(-page.skipped // PAGE_SIZE)
    return wording.page_of(language, number, max(number, -(-total // PAGE_SIZE)), total)


def _is_undelivered(song: Song) -> bool:
    return song.delivery is DeliveryState.UNDELIVERABLE


def _marks(entry: LibraryEntry) -> str:
    marks = (
        (wording.NOT_DELIVERED, _is_undelivered(entry.song)),
        (wording.IS_PRIVATE, entry.song.private),
        (wording.IS_SAVED, entry.saved),
    )
    return "".join(mark for mark, holds in marks if holds)


def _title(language: Language, entry: LibraryEntry) -> str:
    song = entry.song
    failed = song.state is State.FAILED
    title = failures.title(language, song.reason) if failed else title_of(language, song)
    return f"{text.clamp(title, 150)} {_marks(entry)}".strip()


def _facts(language: Language, song: Song) -> str:
    tags = inline_tags(song.result.tags[:TAGS_SHOWN] if song.result else ())
    line = " · ".join([*facts(language, song), relative(song.created_at)])
    return "\n".join(line for line in (tags, line) if line)
