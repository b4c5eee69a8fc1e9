"""Test telling greetings from prompts."""

from __future__ import annotations

import pytest

from songbot.ui.greetings import is_greeting


@pytest.mark.parametrize(
    "said",
    [
        "hi",
        "Hi!",
        "hello there",
        "Hey bot 👋",
        "help",
        "help me please",
        "???",
        "how does this work?",
        "thanks!",
        "Guten Abend!",
        "¡Buenos días!",
        "Bonsoir",
        "Buongiorno",
        "Goedemorgen",
        "Dzień dobry",
        "Boa noite",
        "Привет!",
        "Доброго дня",
        "İyi günler",
        "こんにちは！",
        "안녕하세요",
        "你好",
        "哈囉～",
    ],
)
def test_greetings_and_calls_for_help_are_no_prompts(said: str) -> None:
    assert is_greeting(said)


@pytest.mark.parametrize(
    "said",
    [
        "hello from the other side, a soul ballad",
        "a song about saying hi",
        "trap",
        "rain",
        "good morning blues",
        "ein Wiegenlied für den Abend",
        "猫についての歌",
    ],
)
def test_whatever_describes_a_song_is_a_prompt(said: str) -> None:
    assert not is_greeting(said)
