"""What Discord is told of the commands in all languages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import discord
import pytest

from scripts.translations.extract import COMMAND_TEXT_LENGTH, MENU_NAME_LENGTH
from songbot.app import App, open_app
from songbot.interactions import translator
from songbot.interactions.translator import CommandTranslator
from songbot.wording.language import NAMES, find_language
from tests.behaviour.environment import settings_for
from tests.support.catalogs import own_locales, write_catalog
from tests.support.pseudo_language import PseudoTexts

__all__ = ["own_locales"]

SONG = ("command", "Make a song from a prompt")
MENU = ("menu", "Make a song from this")
MOST_CHARACTERS = 8000
"""Of a command with its options and choices, each text in its longest language (Discord, "Application
Commands")."""


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with open_app(settings_for(tmp_path / "songs.db")) as opened:
        yield opened


async def sent(app: App) -> list[dict[str, Any]]:
    tree = app.bot.tree
    return [await root.get_translated_payload(tree, CommandTranslator()) for root in tree.get_commands()]


def speak_pseudo(monkeypatch: pytest.MonkeyPatch, limits: Mapping[str, int]) -> None:
    monkeypatch.setattr(translator, "load_translations", lambda _tag, only_commands: PseudoTexts(limits))


def parts(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The command, its options and their choices."""
    yield payload
    for part in (*payload.get("options", ()), *payload.get("choices", ())):
        yield from parts(part)


def longest(part: dict[str, Any], key: str) -> int:
    translations = (part.get(f"{key}_localizations") or {}).values()
    return max(len(text) for text in (part.get(key) or "", *translations))


def size(payload: dict[str, Any]) -> int:
    """In characters, as Discord counts them."""
    texts = sum(longest(part, "name") + longest(part, "description") for part in parts(payload))
    return texts + sum(len(str(part.get("value", ""))) for part in parts(payload))


async def test_each_text_is_sent_in_the_languages_that_have_it(app: App, own_locales: Path):
    write_catalog(own_locales, "de", {SONG: "Mach ein Lied", MENU: "Lied daraus machen"})
    write_catalog(own_locales, "ja", {SONG: "曲を作る"})
    by_name = {payload["name"]: payload for payload in await sent(app)}
    song, menu = by_name["song"], by_name[MENU[1]]
    assert song["description_localizations"] == {"de": "Mach ein Lied", "ja": "曲を作る"}
    assert menu["name_localizations"] == {"de": "Lied daraus machen"}
    assert not by_name["library"].get("description_localizations")


async def test_the_texts_sent_are_those_of_the_whole_catalog(app: App):
    song = next(payload for payload in await sent(app) if payload["name"] == "song")
    for tag in NAMES:
        found = song["description_localizations"].get(tag, song["description"])
        assert found == find_language(tag).pgettext(*SONG)


async def test_a_catalog_without_blank_lines_between_its_texts_is_read_too(app: App, own_locales: Path):
    write_catalog(own_locales, "de", {SONG: "Mach ein Lied", MENU: "Lied daraus machen"})
    path = own_locales / "de" / "LC_MESSAGES" / "songbot.po"
    path.write_text(path.read_text(encoding="utf-8").replace("\n\n", "\n"), encoding="utf-8")
    by_name = {payload["name"]: payload for payload in await sent(app)}
    assert by_name["song"]["description_localizations"] == {"de": "Mach ein Lied"}
    assert by_name[MENU[1]]["name_localizations"] == {"de": "Lied daraus machen"}


async def test_the_names_of_commands_and_options_stay_english(app: App, monkeypatch: pytest.MonkeyPatch):
    speak_pseudo(monkeypatch, {})
    for payload in await sent(app):
        for part in parts(payload):
            is_choice = "value" in part and part["name"] not in NAMES.values()
            is_text = is_choice or payload["type"] == discord.AppCommandType.message.value
            assert bool(part.get("name_localizations")) == is_text, part["name"]


async def test_every_text_of_every_command_is_translated(app: App, monkeypatch: pytest.MonkeyPatch):
    speak_pseudo(monkeypatch, {})
    for payload in await sent(app):
        for part in parts(payload):
            if part.get("description"):
                assert set(part["description_localizations"]) >= set(NAMES) - {"en"}, part["name"]


@pytest.mark.parametrize("is_pseudo", [False, True], ids=["in the catalogs", "40 per cent longer"])
async def test_all_commands_fit_discords_limits_in_their_longest_language(
    app: App, monkeypatch: pytest.MonkeyPatch, is_pseudo: bool
):
    if is_pseudo:
        speak_pseudo(monkeypatch, AllShort())
    for payload in await sent(app):
        assert size(payload) <= MOST_CHARACTERS, payload["name"]
        for part in parts(payload):
            is_menu = payload["type"] != discord.AppCommandType.chat_input.value
            assert longest(part, "name") <= (MENU_NAME_LENGTH if is_menu else COMMAND_TEXT_LENGTH)
            assert longest(part, "description") <= COMMAND_TEXT_LENGTH


class AllShort(dict[str, int]):
    """The limits of commands' texts: that of a menu is the only other."""

    def get(self, key: str, default: Any = None) -> int:
        return MENU_NAME_LENGTH if key == MENU[1] else COMMAND_TEXT_LENGTH
