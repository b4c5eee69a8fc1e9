"""Render a page of the library: five songs, a select to open one, and buttons to turn the page."""

from __future__ import annotations

import discord

from songbot.songs.library import LibraryEntry, LibraryPage
from songbot.songs.models import DeliveryState, Song, State
from songbot.ui import colours
from songbot.ui.song_card import bpm, inline_tags, title_of
from songbot.ui.views import RoutedView
from songbot.wording import failures, text
from songbot.wording import library as wording
from songbot.wording.progress import relative

from .components import open_select, page_button
from .query import Direction, Query, query_footer

PAGE_SIZE = 5
TAGS_SHOWN = 5


def page_embed(page: LibraryPage, query: Query) -> discord.Embed:
    """Return the embed. Its footer carries the search (see query.py)."""
    embed = discord.Embed(title=_heading(query), description=_description(page, query), colour=colours.BRAND)
    for entry in page.entries:
        embed.add_field(name=_title(entry), value=_facts(entry.song), inline=False)
    return embed.set_footer(text=query_footer(query))


def page_view(page: LibraryPage, query: Query) -> discord.ui.View:
    """Return the select and the buttons; an empty view if there is nothing to open or turn."""
    view = RoutedView()
    if not page.entries:
        return view
    view.add_item(open_select([_option(entry) for entry in page.entries]))
    if page.newer or page.older:
        first, last = page.entries[0].song.id, page.entries[-1].song.id
        view.add_item(page_button(query, Direction.NEWER, first, disabled=not page.newer))
        view.add_item(page_button(query, Direction.OLDER, last, disabled=not page.older))
    return view


def nothing_there(query: Query) -> str:
    """Return what is said instead of an empty page."""
    if query.search:
        return wording.nothing_found(text.escape_and_clamp(query.search, 200))
    if query.owner_id is not None:
        return wording.nothing_of(query.owner_id)
    return wording.NOTHING_SAVED if query.saved else wording.NO_SONGS


def _heading(query: Query) -> str:
    if query.owner_id is not None:
        return wording.OF_A_MEMBER
    return wording.SAVED_TITLE if query.saved else wording.OWN


def _description(page: LibraryPage, query: Query) -> str | None:
    lines: list[str] = []
    if not page.entries:
        lines.append(nothing_there(query))
    elif query.owner_id is not None:
        lines.append(wording.of_member(query.owner_id))
    if any(_is_undelivered(entry.song) for entry in page.entries):
        lines.append(wording.LEGEND_NOT_DELIVERED)
    return "\n".join(lines) or None


def _is_undelivered(song: Song) -> bool:
    return song.delivery is DeliveryState.UNDELIVERABLE


def _marks(entry: LibraryEntry) -> str:
    marks = (
        (wording.NOT_DELIVERED, _is_undelivered(entry.song)),
        (wording.IS_PRIVATE, entry.song.private),
        (wording.IS_SAVED, entry.saved),
    )
    return "".join(mark for mark, holds in marks if holds)


def _title(entry: LibraryEntry) -> str:
    title = failures.TITLE if entry.song.state is State.FAILED else title_of(entry.song)
    return f"{text.clamp(title, 150)} {_marks(entry)}".strip()


def _facts(song: Song) -> str:
    tags = inline_tags(song.result.tags[:TAGS_SHOWN] if song.result else ())
    facts = [*_plain_facts(song), relative(song.finished_at or song.created_at)]
    return "\n".join(line for line in (tags, " · ".join(facts)) if line)


def _plain_facts(song: Song) -> list[str]:
    result = song.result
    seconds = result.duration_seconds if result else None
    tempo = bpm(result.bpm if result else None)
    length = text.duration(seconds) if seconds and 0 < seconds < 360_000 else ""
    return [fact for fact in (length, f"{tempo} BPM" if tempo else "") if fact]


def _option(entry: LibraryEntry) -> discord.SelectOption:
    """Return the option. Label and description hold 100 characters each ("Select Option Structure")."""
    result = entry.song.result
    tags = [text.plain(tag, 30) for tag in (result.tags[:TAGS_SHOWN] if result else ())]
    described = " · ".join([*_plain_facts(entry.song), ", ".join(tag for tag in tags if tag)])
    title = text.plain(result.title if result else None, 80) or text.plain(entry.song.prompt, 80)
    return discord.SelectOption(
        label=f"{title or entry.song.id} {_marks(entry)}".strip(),
        value=str(entry.song.id),
        description=text.clamp(described.strip(" ·"), 100) or None,
    )
