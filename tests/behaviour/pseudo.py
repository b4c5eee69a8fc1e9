"""The bot with the pseudo-language in place of all others, and which plain English it sends nevertheless."""

from __future__ import annotations

import functools
import re

import pytest
from babel.messages.catalog import Catalog

from scripts.translations.extract import extract_template, max_length
from songbot.songs.examples import EXAMPLES
from songbot.wording import language
from songbot.wording.language import NAMES
from tests.support.pseudo_language import english_words, pseudo_language, texts_sent

from .environment import BotEnvironment

ENGLISH_ANYWAY = ("ann", "max", "general", "Song Lab", "Managers", *NAMES.values())
"""Who and what is in the server, and languages by their own names."""
PROMPTS = (*(example.prompt for example in EXAMPLES), "90 bpm", "instrumental, no vocals")
"""What Whisul is sent."""


@functools.cache
def limits() -> dict[str, int]:
    """The most characters of each text."""
    return {form: max_length(message) for message in _template() for form in _forms(message.id)}


@functools.cache
def _template() -> Catalog:
    return extract_template()


def _forms(texts: object) -> tuple[str, ...]:
    return tuple(texts) if isinstance(texts, (tuple, list)) else (str(texts),)


@pytest.fixture
def pseudo_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever language is looked for, it is the pseudo-language."""
    found = limits()
    monkeypatch.setattr(language, "_load", functools.cache(lambda tag: pseudo_language(tag, found)))


def texts_so_far(bot_env: BotEnvironment) -> list[str]:
    """All that people have been sent."""
    requests = bot_env.env.backend.http_requests
    return [text for request in requests for text in texts_sent(request.path, request.json)]


def plain_english(bot_env: BotEnvironment) -> dict[str, list[str]]:
    """English words by the texts that have them."""
    found = {text: english_words(without_names(text)) for text in texts_so_far(bot_env)}
    return {text: words for text, words in found.items() if words}


def without_names(text: str) -> str:
    for phrase in (*PROMPTS, *ENGLISH_ANYWAY):
        text = re.sub(rf"\b{re.escape(phrase)}(?!\w)", "", text)
    return text
