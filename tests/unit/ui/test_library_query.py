"""A query survives the way through a page's buttons and footer unchanged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songbot.songs.library import LibraryScope, parse_search
from songbot.ui.library.components import page_button
from songbot.ui.library.query import (
    MAX_SEARCH,
    PAGE_CUSTOM_ID,
    Direction,
    PageTurn,
    Query,
    SearchLostError,
    one_line,
    page_custom_id,
    parse_page_turn,
    parse_query,
    query_footer,
)
from songbot.wording.language import ENGLISH

LARGEST = 2**63 - 1

queries = st.builds(
    Query,
    search=st.text(max_size=400).map(one_line),
    saved=st.booleans(),
    owner_id=st.none() | st.integers(1, LARGEST),
)


def pressed(query: Query, direction: Direction, key: int) -> PageTurn:
    match = PAGE_CUSTOM_ID.fullmatch(page_custom_id(query, direction, key))
    assert match is not None
    return parse_page_turn(match)


@given(queries, st.sampled_from(Direction), st.integers(1, LARGEST))
def test_whatever_is_searched_for_comes_back_from_the_page(query: Query, direction: Direction, key: int):
    turn = pressed(query, direction, key)
    assert (turn.direction, turn.key) == (direction, key)
    assert parse_query(turn, query_footer(query)) == query


@given(queries, st.sampled_from(Direction), st.integers(1, LARGEST))
def test_a_custom_id_never_has_more_than_100_characters(query: Query, direction: Direction, key: int):
    assert len(page_custom_id(query, direction, key)) <= 100


@given(st.text(max_size=3000))
def test_a_search_is_one_line_that_a_footer_holds(typed: str):
    line = one_line(typed)
    assert len(line) <= MAX_SEARCH
    assert line == " ".join(line.split())
    assert one_line(line) == line
    assert len(query_footer(Query(line)) or "") <= 2048


def test_the_words_looked_for_are_the_same_on_every_page():
    typed = "  Über   RAIN\nbpm:120-90 <@1> `x` 🔎 " + "lang " * 12
    query = Query(one_line(typed))
    turned = parse_query(pressed(query, Direction.OLDER, 7), query_footer(query))
    assert parse_search(turned.search) == parse_search(query.search)
    assert parse_search(turned.search).bpm == (90, 120)


@pytest.mark.parametrize("text", [None, "", "rain", "🎵 rain"])
def test_a_page_whose_words_are_gone_is_not_turned_to_other_songs(text: str | None):
    with pytest.raises(SearchLostError):
        parse_query(pressed(Query("rain"), Direction.OLDER, 7), text)


def test_without_a_search_the_footer_is_left_alone():
    assert query_footer(Query()) is None
    assert parse_query(pressed(Query(), Direction.NEWER, 7), "anything") == Query()


def test_whose_shelf_it_is_depends_on_who_asks_and_where():
    assert Query(saved=True).scope(1, 9) == LibraryScope(1, 1, 9, saved=True)
    assert Query(owner_id=5).scope(1, None) == LibraryScope(1, 5, None)


def test_a_flag_of_a_later_version_is_no_harm():
    match = PAGE_CUSTOM_ID.fullmatch("library:v1:older:12:swz:5")
    assert match is not None
    assert parse_page_turn(match) == PageTurn(Direction.OLDER, 12, saved=True, searched=True, owner_id=5)


def test_a_page_has_two_buttons_that_can_be_told_apart():
    buttons = [page_button(ENGLISH, Query(), direction, 5, disabled=False) for direction in Direction]
    assert len({button.custom_id for button in buttons}) == 2
