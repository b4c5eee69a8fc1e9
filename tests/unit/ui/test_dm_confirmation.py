"""Test the prompt as it is shown in a direct message, and as it is read back from there and from modals."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songbot.interactions.debounce import Debouncer
from songbot.songs.prompts import MAX_PROMPT, EmptyPrompt, clean_prompt
from songbot.ui.dm_confirmation import prompt_embed, prompt_from_embed
from songbot.ui.modals import typed_prompt

PUNCTUATION = "\\*_~|`[]<>#/@!&0123456789.)-+ everyonhr"


def shown_in(embed: discord.Embed) -> discord.Message:
    return cast("discord.Message", SimpleNamespace(embeds=[embed]))


@given(st.text(max_size=MAX_PROMPT) | st.text(PUNCTUATION, max_size=MAX_PROMPT))
def test_a_quoted_prompt_comes_back_as_it_was_and_fits(text: str):
    try:
        prompt = clean_prompt(text)
    except EmptyPrompt:
        return
    embed = prompt_embed(prompt)
    assert len(embed.description or "") <= 4096
    assert prompt_from_embed(shown_in(embed)) == prompt


def test_a_message_without_a_quote_has_no_prompt():
    assert prompt_from_embed(shown_in(discord.Embed(title="a card"))) is None


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"components": None},
        {"components": "prompt"},
        {"components": [None, 7, {"components": [[]]}]},
        {"components": [{"type": 18, "component": {"custom_id": "prompt", "value": 7}}]},
        {"components": [{"type": 18, "component": {"custom_id": "other", "value": "x"}}]},
    ],
)
def test_a_modal_with_odd_data_has_no_words(data: Any):
    assert typed_prompt(cast("discord.Interaction", SimpleNamespace(data=data))) == ""


@pytest.mark.parametrize("wrapped", ["component", "components"])
def test_what_was_typed_is_found_in_a_label_and_in_an_action_row(wrapped: str):
    typed = {"type": 4, "custom_id": "prompt", "value": "a calm song"}
    data = {"components": [{wrapped: typed if wrapped == "component" else [typed]}]}
    assert typed_prompt(cast("discord.Interaction", SimpleNamespace(data=data))) == "a calm song"


def test_of_equal_presses_the_first_counts_until_it_is_forgotten_or_old():
    now = 0.0
    debouncer = Debouncer(lambda: now, seconds=10)
    assert [debouncer.try_acquire("a"), debouncer.try_acquire("a"), debouncer.try_acquire("b")] == [
        True,
        False,
        True,
    ]
    debouncer.release("a")
    assert debouncer.try_acquire("a")
    now = 9.9
    assert not debouncer.try_acquire("b")
    now = 10.0
    assert debouncer.try_acquire("b")
