"""Test prompts as people type them, and as they are sent."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songbot.songs.library import Search, parse_search
from songbot.songs.prompts import MAX_PROMPT, EmptyPrompt, PromptTooLong, clean_prompt, with_options


@given(st.text(max_size=300))
def test_what_is_left_is_clean_and_stays_as_it_is(text):
    try:
        cleaned = clean_prompt(text)
    except EmptyPrompt:
        return
    assert cleaned == clean_prompt(cleaned)
    assert "  " not in cleaned
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Co") for character in cleaned)


@pytest.mark.parametrize(
    "nothing", ["", "   ", "\x00\x07", "\u200b\u200d", "\u202e\n\t", "\u2800 \u3164", "\u200d \u200d"]
)
def test_an_empty_rest_is_refused(nothing):
    with pytest.raises(EmptyPrompt):
        clean_prompt(nothing)


def test_bidirectional_overrides_are_removed_and_emoji_stay_whole():
    assert clean_prompt("a \u202esong\u202c for 👩‍👩‍👧 ") == "a song for 👩‍👩‍👧"


def test_a_thousand_characters_are_the_most():
    assert clean_prompt("x" * MAX_PROMPT) == "x" * MAX_PROMPT
    with pytest.raises(PromptTooLong) as caught:
        clean_prompt("x" * (MAX_PROMPT + 1))
    assert caught.value.length == MAX_PROMPT + 1


def test_helpers_become_words_in_the_prompt():
    assert with_options("rain", " trap, dark ,", 140, instrumental=True) == (
        "rain, trap, dark, 140 bpm, instrumental, no vocals",
        [],
    )
    assert with_options("rain", None, None) == ("rain", [])


def test_helpers_alone_make_no_prompt():
    with pytest.raises(EmptyPrompt):
        clean_prompt(with_options(" \u200b ", "trap", 140, instrumental=True)[0])


def test_options_that_there_is_no_room_for_are_left_out_and_named():
    long = "x" * (MAX_PROMPT - 40)
    prompt, left_out = with_options(long, "a style of " + "y" * 40, 140, instrumental=True)
    assert prompt == f"{long}, 140 bpm, instrumental, no vocals"
    assert left_out == ["style"]
    assert with_options("x" * MAX_PROMPT, "trap", None) == ("x" * MAX_PROMPT, ["style"])
    everything = with_options("x" * MAX_PROMPT, "trap", 140, instrumental=True)
    assert everything == ("x" * MAX_PROMPT, ["instrumental", "bpm", "style"])


def test_an_option_fits_to_the_last_character():
    room_for_trap = MAX_PROMPT - len(", trap")
    assert with_options("x" * room_for_trap, "trap", None) == ("x" * room_for_trap + ", trap", [])
    assert with_options("x" * (room_for_trap + 1), "trap", None)[1] == ["style"]


def test_a_search_takes_words_and_a_range_of_bpm():
    search = parse_search("Dark bpm:120-90 Rain")
    assert search.words == ("dark", "rain")
    assert search.bpm == (90, 120)
    assert parse_search("bpm:100").bpm == (100, 100)
    assert parse_search(None) == Search((), None)
    assert parse_search("rain") == Search(("rain",), None)
    assert parse_search(" ".join(f"w{number}" for number in range(20))).words == tuple(
        f"w{number}" for number in range(10)
    )
