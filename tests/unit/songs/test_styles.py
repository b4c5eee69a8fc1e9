"""Test completing styles while somebody types, in their language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songbot.songs.styles import MAX_CHOICE_LENGTH, MAX_CHOICES, autocomplete_styles, english_styles
from songbot.wording.language import ENGLISH
from songbot.wording.styles import style_names

STYLES = style_names(ENGLISH)
GERMAN = {**STYLES, "dark": "düster", "lullaby": "Wiegenlied", "calm": "ruhig", "peaceful": "ruhig"}


def values(typed: str) -> list[str]:
    """Return the suggestions in English, in which labels and values are equal."""
    suggested = autocomplete_styles(typed, STYLES)
    assert all(label == value for label, value in suggested)
    return [value for _, value in suggested]


def test_the_catalogue_is_large_plain_and_names_nothing_twice():
    assert len(STYLES) >= 250
    assert all(style == style.casefold().strip() and style and "," not in style for style in STYLES)
    assert all(style == name for style, name in STYLES.items())


def test_before_anything_is_typed_the_best_known_are_offered():
    assert values("") == list(STYLES)[:MAX_CHOICES]


def test_a_beginning_comes_before_a_word_and_a_word_before_the_middle():
    offered = values("rap")
    assert offered[0] == "rap"
    assert offered.index("jazz rap") < offered.index("trap")
    assert values("tra")[:2] == ["tra", "trap"]


def test_after_each_comma_it_goes_on_with_what_stands_there():
    assert values("trap, da")[:3] == ["trap, da", "trap, dark", "trap, dance pop"]
    assert values("trap,dark ,  MELANCH") == ["trap, dark, MELANCH", "trap, dark, melancholic"]


@pytest.mark.parametrize("typed", ["trap, ", "Trap,", "my own style, TRAP , "])
def test_what_is_there_is_not_offered_again(typed: str):
    offered = values(typed)
    assert offered
    assert not [value for value in offered if value.casefold().split(", ").count("trap") > 1]


def test_an_own_word_stays_though_the_catalogue_lacks_it():
    assert values("kazoo choir, lo-fi h") == [
        "kazoo choir, lo-fi h",
        "kazoo choir, lo-fi hip hop",
    ]


def test_nothing_is_offered_that_would_not_fit():
    assert values("x" * 99 + ", ") == []
    assert "x" * 95 + ", rap" in values("x" * 95 + ", rap")


@given(st.text(max_size=200) | st.lists(st.sampled_from(list(STYLES)), max_size=12).map(", ".join))
def test_choices_are_within_discords_limits_whatever_is_typed(typed: str):
    offered = values(typed)
    assert len(offered) <= MAX_CHOICES
    assert len(set(offered)) == len(offered)
    assert all(1 <= len(value) <= MAX_CHOICE_LENGTH for value in offered)


def test_a_style_is_shown_in_the_persons_language_and_sent_in_english():
    assert autocomplete_styles("wieg", GERMAN) == [("wieg", "wieg"), ("Wiegenlied", "lullaby")]
    assert ("pop, Wiegenlied", "pop, lullaby") in autocomplete_styles("pop, wie", GERMAN)


def test_the_english_name_finds_a_style_in_every_language():
    assert ("Wiegenlied", "lullaby") in autocomplete_styles("lulla", GERMAN)


def test_names_typed_or_chosen_before_are_sent_in_english():
    assert autocomplete_styles("Düster, Wiegenlied", GERMAN)[0] == ("Düster, Wiegenlied", "dark, lullaby")
    assert ("düster, pop", "dark, pop") in autocomplete_styles("düster, po", GERMAN)
    assert "dark" not in {value.split(", ")[-1] for _, value in autocomplete_styles("düster, d", GERMAN)[1:]}


def test_of_two_styles_with_the_same_name_the_first_is_offered():
    assert [pair for pair in autocomplete_styles("", {**GERMAN, "pop": "ruhig"}) if pair[0] == "ruhig"] == [
        ("ruhig", "pop")
    ]


@pytest.mark.parametrize("comma", [",", "、", "，"])
def test_the_commas_of_chinese_and_japanese_count_too(comma: str):
    assert autocomplete_styles(f"düster{comma}ruhi", GERMAN)[1] == ("düster, ruhig", "dark, calm")


def test_what_is_english_or_unknown_is_sent_as_it_is():
    assert english_styles(["Pop", "kazoo", "düster"], {**GERMAN, "rock": "pop"}) == ["Pop", "kazoo", "dark"]
