"""The bot with the pseudo-language in place of all others, and which plain English it sends nevertheless."""

from __future__ import annotations

import functools
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from simcord.backend import Backend
from simcord.http import router

from scripts.translations.extract import extract_template, max_length
from songbot.songs.examples import EXAMPLES
from songbot.wording import language
from songbot.wording.language import NAMES, cldr_name
from tests.support.pseudo_language import english_words, plain, pseudo_language, texts_sent
from tests.support.songs import RESULT

from .environment import BotEnvironment

ENGLISH_ANYWAY = ("ann", "max", "general", "Song Lab", "Managers", *NAMES.values())
"""Who and what is in the server, and languages by their own names."""
PROMPTS = (*(example.prompt for example in EXAMPLES), "90 bpm", "instrumental, no vocals")
"""What Whisul is sent."""
OPERATORS_NOTE = r"back at \*noon\*"
_ERROR = re.compile(r"\*\*[A-Z]\w+\*\*: .*")
"""An error as the log has it, in `/owner status`."""
_ZONE = re.compile(r"\b[A-Z]\w+(/[\w+-]+)+")


@functools.cache
def limits() -> dict[str, int]:
    """The most characters of each text."""
    return {form: max_length(message) for message in _template() for form in _forms(message.id)}


@functools.cache
def _template() -> Catalog:
    return extract_template()


def _forms(texts: object) -> tuple[str, ...]:
    return tuple(texts) if isinstance(texts, (tuple, list)) else (str(texts),)


class Translator:
    """Stands between the bot and SimCord: keeps what was sent, and passes it on in English.

    So tests that assert on English can run while the bot speaks the pseudo-language.
    """

    def __init__(self) -> None:
        self._sent: list[str] = []
        self._backends: set[Backend] = set()
        self._dispatch = router.dispatch

    def dispatch(self, backend: Backend, method: str, path: str, **request: Any) -> Any:
        self._sent += texts_sent(path, request.get("json"))
        for file in request.get("files") or []:
            self._sent.append(file.description or "")
            file.description = plain(file.description)
        self._backends.add(backend)
        return self._dispatch(backend, method, path, **request | {"json": plain(request.get("json"))})

    def plain_english(self, database: Path, settings: str) -> dict[str, list[str]]:
        """English words by the texts that have them, but for what people or Whisul wrote."""
        events = [str(entry) for one in self._backends for entry in one.transcript if entry[0] == "GATEWAY"]
        texts = [str(RESULT), settings, _of_cldr(("en", "de")), *events, *_stored(database)]
        supplied = set(re.findall("[A-Za-z]+", "\n".join(texts)))
        returned = {plain(text) for text in self._sent if plain(text) != text}  # by Discord, and sent again
        sent = [text for text in self._sent if text not in returned]
        found = {text: set(english_words(without_names(text))) - supplied for text in sent}
        return {text: sorted(words) for text, words in found.items() if words}


def _stored(database: Path) -> Iterator[str]:
    """All that the database holds."""
    if database.exists():
        with closing(sqlite3.connect(database)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (table,) in tables:
                yield from map(str, connection.execute(f'SELECT * FROM "{table}"'))


def _of_cldr(tags: Iterable[str]) -> str:
    """Words that CLDR puts into dates and lists, which say nothing of the catalogs."""
    locales = [Locale.parse(cldr_name(tag)) for tag in tags]
    names = [
        names.values()
        for locale in locales
        for of in (locale.months, locale.days)
        for names in of["format"].values()
    ]
    patterns = [pattern.values() for locale in locales for pattern in locale.list_patterns.values()]
    return " ".join(text for texts in (*names, *patterns) for text in texts)


@pytest.fixture
def pseudo_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever language is looked for, it is the pseudo-language."""
    found = limits()
    monkeypatch.setattr(language, "_load", functools.cache(lambda tag: pseudo_language(tag, found)))


@pytest.fixture(autouse=True)
def pseudo_mode(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[None]:
    """With `--pseudo-language`, run tests in the pseudo-language, and look for plain English afterwards."""
    others = {"marked_languages", "pseudo_languages"} & set(request.fixturenames)
    if others or not request.config.getoption("--pseudo-language"):
        yield
        return
    translator, found = Translator(), limits()
    load = functools.cache(lambda tag: pseudo_language(tag, found, cldr_name(tag)))
    monkeypatch.setattr(language, "_load", load)
    monkeypatch.setattr("cogs.direct_messages.ENGLISH", load("en"))  # for people whose language is unknown
    monkeypatch.setattr(router, "dispatch", translator.dispatch)
    yield
    if found_words := translator.plain_english(
        tmp_path / "songs.db", str(request.node.get_closest_marker("settings"))
    ):
        pytest.fail(f"plain English: {found_words}")


def texts_so_far(bot_env: BotEnvironment) -> list[str]:
    """All that people have been sent."""
    requests = bot_env.env.backend.http_requests
    return [text for request in requests for text in texts_sent(request.path, request.json)]


def plain_english(bot_env: BotEnvironment) -> dict[str, list[str]]:
    """English words by the texts that have them."""
    found = {text: english_words(without_names(text)) for text in texts_so_far(bot_env)}
    return {text: words for text, words in found.items() if words}


def without_names(text: str) -> str:
    text = _ERROR.sub("", _ZONE.sub("", text))
    for phrase in (*PROMPTS, *ENGLISH_ANYWAY, OPERATORS_NOTE):
        text = re.sub(rf"\b{re.escape(phrase)}(?!\w)", "", text)
    return text
