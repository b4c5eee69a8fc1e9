"""Test completing styles while somebody types."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songbot.songs.styles import MAX_CHOICE_LENGTH, MAX_CHOICES, STYLES, autocomplete_styles


def test_the_catalogue_is_large_plain_and_names_nothing_twice():
    assert len(STYLES) >= 250
    assert len(set(STYLES)) == len(STYLES)
    assert all(style == style.casefold().strip() and style and "," not in style for style in STYLES)


def test_before_anything_is_typed_the_best_known_are_offered():
    assert autocomplete_styles("") == list(STYLES[:MAX_CHOICES])


def test_a_beginning_comes_before_a_word_and_a_word_before_the_middle():
    offered = autocomplete_styles("rap")
    assert offered[0] == "rap"
    assert offered.index("jazz rap") < offered.index("trap")
    assert autocomplete_styles("tra")[:2] == ["tra", "trap"]


def test_after_each_comma_it_goes_on_with_what_stands_there():
    assert autocomplete_styles("trap, da")[:3] == ["trap, da", "trap, dark", "trap, dance pop"]
    assert autocomplete_styles("trap,dark ,  MELANCH") == ["trap, dark, MELANCH", "trap, dark, melancholic"]


@pytest.mark.parametrize("typed", ["trap, ", "Trap,", "my own style, TRAP , "])
def test_what_is_there_is_not_offered_again(typed: str):
    offered = autocomplete_styles(typed)
    assert offered
    assert not [value for value in offered if value.casefold().split(", ").count("trap") > 1]


def test_an_own_word_stays_though_the_catalogue_lacks_it():
    assert autocomplete_styles("kazoo choir, lo-fi h") == [
        "kazoo choir, lo-fi h",
        "kazoo choir, lo-fi hip hop",
    ]


def test_nothing_is_offered_that_would_not_fit():
    assert autocomplete_styles("x" * 99 + ", ") == []
    assert "x" * 95 + ", rap" in autocomplete_styles("x" * 95 + ", rap")


@given(st.text(max_size=200) | st.lists(st.sampled_from(STYLES), max_size=12).map(", ".join))
def test_choices_are_within_discords_limits_whatever_is_typed(typed: str):
    offered = autocomplete_styles(typed)
    assert len(offered) <= MAX_CHOICES
    assert len(set(offered)) == len(offered)
    assert all(1 <= len(value) <= MAX_CHOICE_LENGTH for value in offered)
