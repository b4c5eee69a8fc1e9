"""Examples give people ideas, and never replace what they typed."""

from __future__ import annotations

import pytest

from songbot.songs.examples import (
    EXAMPLES,
    MAX_SUGGESTION_LENGTH,
    matching_examples,
    suggest_prompts,
    surprise,
)
from songbot.wording.language import ENGLISH
from songbot.wording.styles import style_names

ENGLISH_NAMES = style_names(ENGLISH)


def values(typed: str, recent: list[str]) -> list[str]:
    return [value for _, value in suggest_prompts(typed, recent, ENGLISH_NAMES)]


def test_every_example_fits_a_suggestion_and_names_its_genre() -> None:
    for example in EXAMPLES:
        assert len(example.label(ENGLISH_NAMES)) <= MAX_SUGGESTION_LENGTH
        assert example in matching_examples(example.genre, ENGLISH_NAMES)
        assert example.genre in ENGLISH_NAMES


def test_what_was_typed_comes_first_then_earlier_prompts() -> None:
    assert values("rain", ["rain on tin", "rain"]) == ["rain", "rain on tin"]


def test_without_earlier_prompts_examples_of_the_genre_are_offered() -> None:
    assert values("waltz", []) == ["waltz", "a playful waltz for a cat that thinks it is royalty"]
    assert suggest_prompts("waltz", [], ENGLISH_NAMES)[1][0].startswith("waltz: ")


def test_words_of_an_example_find_it_too() -> None:
    assert values("robot dance", [])[1:] == ["a glittering disco track about a robot learning to dance"]


def test_an_earlier_prompt_that_does_not_fit_is_left_out() -> None:
    assert values("x", ["x" * 101, "xy"]) == ["x", "xy"]


def test_nothing_is_offered_in_place_of_what_is_too_long() -> None:
    assert suggest_prompts("x" * 101, ["x" * 50], ENGLISH_NAMES) == []


@pytest.mark.parametrize("random", [0.0, 0.5, 0.999999])
def test_a_surprise_is_one_of_the_examples(random: float) -> None:
    assert surprise(random) in {example.prompt for example in EXAMPLES}


def test_an_example_is_labelled_in_the_persons_language_and_found_in_both() -> None:
    german = {**ENGLISH_NAMES, "lullaby": "Wiegenlied"}
    prompt = "a soft lullaby about the moon counting sheep"
    for typed in ("wiegen", "lulla"):
        assert suggest_prompts(typed, [], german)[1] == (f"Wiegenlied: {prompt}", prompt)
