"""Whatever is wrong in a catalog is found, and an update changes nothing but what it has to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog

from scripts.translations.catalogs import load_catalog, translated_languages, update_catalog
from scripts.translations.check import problems
from scripts.translations.extract import extract_template, max_length
from songbot.wording.language import NAMES, Message, catalog_path, find_language
from tests.support.catalogs import catalog_of, own_locales

__all__ = ["own_locales"]

SONGS = ("{count} song by {user}", "{count} songs by {user}")


def found(
    english: Any, translation: Any, *notes: str, tag: str = "de", flags: tuple[str, ...] = ()
) -> list[str]:
    """The problems of a catalog with one text, as many as are found. `notes` are the text's comments."""
    template, catalog = Catalog(), catalog_of({}, tag)
    template.add(english, auto_comments=notes)
    catalog.add(english, translation, flags=flags)
    return list(problems(catalog, template))


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("Delete", "Löschen"),
        ("Sent to {user} in {channel}", "In {channel} an {user} gesendet"),
        ("**Now** in `/library`\n-# A note", "Jetzt in `/library` – **sofort**\n-# Ein Hinweis"),
        (SONGS, ("{count} Lied von {user}", "{count} Lieder von {user}")),
        (SONGS, ("Ein Lied von {user}", "{count} Lieder von {user}")),
        (" and more", " und mehr"),
    ],
)
def test_a_right_translation_has_no_problems(english: Any, german: Any):
    assert found(english, german) == []


@pytest.mark.parametrize(
    ("english", "german"),
    [("Delete", ""), (SONGS, ("", "")), (SONGS, ("{count} Lied von {user}", ""))],
)
def test_what_is_not_translated_is_found_also_if_it_is_but_one_form(english: Any, german: Any):
    [problem] = found(english, german)
    assert problem.startswith("not translated: ")


def test_a_text_that_the_catalog_does_not_have_is_found():
    template = catalog_of({"Delete": ""})
    assert list(problems(catalog_of({}), template)) == ["not translated: 'Delete'"]


def test_every_form_of_the_language_is_needed():
    two = ("{count} песня {user}", "{count} песни {user}")
    assert found(SONGS, two, tag="ru")[0].startswith("not translated: ")
    assert found(SONGS, (*two, "{count} песен {user}"), tag="ru") == []
    assert found(SONGS, ("{user}の{count}曲",), tag="ja") == []


def test_only_a_form_for_1_alone_may_leave_the_number_out():
    assert found(SONGS, ("{count} Lied von {user}", "Lieder von {user}")) != []
    russian = ("Песня {user}", "{count} песни {user}", "{count} песен {user}")
    assert any("other placeholders" in problem for problem in found(SONGS, russian, tag="ru"))
    french = ("Une chanson de {user}", "{count} chansons de {user}")  # also for 0
    assert any("other placeholders" in problem for problem in found(SONGS, french, tag="fr"))
    assert any("other placeholders" in problem for problem in found(SONGS, ("{user}の曲",), tag="ja"))


def test_a_text_that_is_marked_as_fuzzy_is_found():
    assert found("Delete", "Löschen", flags=("fuzzy",)) == ["marked as fuzzy: 'Delete'"]


@pytest.mark.parametrize(
    "german",
    [
        "An {person} gesendet",
        "Gesendet",
        "An {user} gesendet, {user_id}",
        "An {} gesendet: {user}",
        "An {user}} gesendet",
        "An {user!r}: {user}",
        "An {user} {gesendet",
    ],
)
def test_other_placeholders_are_found(german: str):
    assert any("other placeholders" in problem for problem in found("Sent to {user}", german))


@pytest.mark.parametrize("forms", [("Ein Lied", "{count} Lieder"), ("{count} Lied", "{count} {user} {x}")])
def test_other_placeholders_are_found_in_each_form(forms: tuple[str, str]):
    assert any("other placeholders" in problem for problem in found(SONGS, forms))


@pytest.mark.parametrize(
    "german",
    [
        "Jetzt in `/library`\n-# Ein Hinweis",
        "**Jetzt** in `/bibliothek`\n-# Ein Hinweis",
        "**Jetzt** in /library\n-# Ein Hinweis",
        "**Jetzt** in `/library`\nEin Hinweis",
        "**Jetzt** in `/library` -# Ein Hinweis",
        "**Jetzt** in `/library`\n\n-# Ein Hinweis",
        "**Jetzt in `/library`\n-# Ein Hinweis",
    ],
)
def test_other_markdown_is_found(german: str):
    [problem] = found("**Now** in `/library`\n-# A note", german)
    assert "other markdown" in problem


def test_a_text_that_is_too_long_for_its_place_is_found():
    assert found("Delete", "x" * 80, "At most 80 characters.") == []
    [problem] = found("Delete", "x" * 81, "On a button.", "At most 80 characters.")
    assert problem.startswith("over 80 characters: ")
    assert found("Delete", "x" * 81) == []
    assert "over 2000" in found("Delete", "x" * 2001)[0]


def test_a_placeholder_counts_as_long_as_what_may_stand_for_it():
    assert "over 45 characters" in found("{user}", "für {user}, " + "x" * 5, "At most 45 characters.")[0]


@pytest.mark.parametrize("german", [" Löschen", "Löschen "])
def test_spaces_around_a_text_are_found(german: str):
    assert any(problem.startswith("spaces around ") for problem in found("Delete", german))


def test_a_text_that_the_code_does_not_have_any_more_is_found():
    assert list(problems(catalog_of({"Gone": "Weg"}), catalog_of({}))) == ["not in the code any more: 'Gone'"]


def test_the_same_text_in_another_context_is_another_text():
    template, catalog = Catalog(), catalog_of({})
    template.add("Play", context="command")
    catalog.add("Play", "Spiel", context="choice")
    assert sorted(problem.split(":")[0] for problem in problems(catalog, template)) == [
        "not in the code any more",
        "not translated",
    ]


def english_texts(*texts: str | tuple[str, str]) -> Catalog:
    return catalog_of(dict.fromkeys(texts, ""))


def type_in(tag: str, english: str, translation: str) -> None:
    """As a translator does in the file."""
    path, empty = catalog_path(tag), f'msgid "{english}"\nmsgstr ""\n'
    before = path.read_text(encoding="utf-8")
    assert before.count(empty) == 1
    path.write_text(before.replace(empty, f'msgid "{english}"\nmsgstr "{translation}"\n'), encoding="utf-8")


@pytest.mark.usefixtures("own_locales")
class TestUpdate:
    def test_a_new_catalog_has_all_texts_none_of_them_translated(self):
        template = english_texts(SONGS, "Delete")
        assert update_catalog("pl", template)
        made = load_catalog("pl")
        assert sorted(map(str, (message.id for message in made if message.id))) == [str(SONGS), "Delete"]
        assert made.num_plurals == 3
        assert len(list(problems(made, template))) == 2

    def test_translations_are_kept_new_texts_added_and_unused_ones_dropped(self):
        update_catalog("de", english_texts("Delete", "Gone"))
        type_in("de", "Delete", "Löschen")
        type_in("de", "Gone", "Weg")
        assert update_catalog("de", english_texts("Delete", "Deleted", SONGS))
        now = {message.id: message.string for message in load_catalog("de") if message.id}
        assert now == {"Delete": "Löschen", "Deleted": "", SONGS: ("", "")}
        assert "Weg" not in catalog_path("de").read_text(encoding="utf-8")

    def test_a_text_that_resembles_another_does_not_get_its_translation(self):
        update_catalog("de", english_texts("Song deleted."))
        type_in("de", "Song deleted.", "Lied gelöscht.")
        update_catalog("de", english_texts("Songs deleted."))
        assert load_catalog("de")["Songs deleted."].string == ""

    def test_what_the_update_writes_is_what_the_bot_reads(self):
        update_catalog("de", english_texts("Delete"))
        type_in("de", "Delete", "Löschen")
        assert find_language("de").gettext("Delete") == "Löschen"

    @pytest.mark.parametrize("newline", ["\n", "\r\n"])
    @pytest.mark.parametrize("name", ["POT-Creation-Date", "PO-Revision-Date"])
    def test_a_date_that_an_editor_left_empty_in_the_header_is_ignored(self, name: str, newline: str):
        template, path = english_texts("Delete"), catalog_path("de")
        update_catalog("de", template)
        type_in("de", "Delete", "Löschen")
        saved = path.read_bytes()
        text = saved.decode().replace('"Language: ', f'"{name}: \\n"\n"Language: ').replace("\n", newline)
        path.write_bytes(text.encode())
        assert find_language("de").gettext("Delete") == "Löschen"
        assert not list(problems(load_catalog("de"), template))
        assert update_catalog("de", template)
        assert path.read_bytes() == saved

    def test_a_file_stays_the_same_to_the_byte_while_the_texts_do(self):
        template = english_texts("Delete", "A **much** longer text, " * 9, SONGS, "Two\nlines")
        for tag in translated_languages():
            assert update_catalog(tag, template)
            before = catalog_path(tag).read_bytes()
            assert not update_catalog(tag, template)
            assert catalog_path(tag).read_bytes() == before

    def test_a_check_of_what_is_missing_writes_no_file(self, own_locales: Path):
        assert list(problems(load_catalog("de"), english_texts("Delete")))
        assert not own_locales.exists()


def test_every_language_but_english_has_a_catalog():
    assert [*translated_languages()] == [tag for tag in NAMES if tag != "en"]


@pytest.fixture(scope="module")
def template() -> Catalog:
    return extract_template()


def test_sentences_labels_commands_options_choices_and_menus_are_all_extracted(template: Catalog):
    contexts = {message.context for message in template if message.id}
    assert contexts >= {None, "command", "option", "choice", "menu"}
    assert template.get("Delete") is not None
    assert template.get("Make a song from this", context="menu") is not None


def test_each_text_knows_its_limit(template: Catalog):
    limits = {message.context: max_length(message) for message in template if message.context}
    assert (limits["menu"], limits["command"], limits["option"], limits["choice"]) == (32, 100, 100, 100)
    for kind in (Message, *Message.__subclasses__()):
        assert any(max_length(message) == kind.max_length for message in template if not message.context)
    assert max_length(template["Delete"]) == 80


def test_the_english_texts_keep_to_the_limits_themselves(template: Catalog):
    for message in template:
        for text in message.id if isinstance(message.id, (tuple, list)) else (message.id,):
            assert len(text) <= max_length(message), text
