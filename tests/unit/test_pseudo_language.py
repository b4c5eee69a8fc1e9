"""The pseudo-language changes every word, and nothing that is no word."""

from __future__ import annotations

import pytest
from babel import Locale

from songbot.wording.language import Language
from tests.support.pseudo_language import accented, english_words, plain, pseudo_language, texts_sent

PSEUDO: Language = pseudo_language("de", {"Delete": 7})


@pytest.mark.parametrize(
    "kept",
    ["{user}", "`/library`", "<@5>", "</song:12>", "<t:5:R>", "https://whisul.com/a", "**", "🎵", "-# "],
)
def test_what_is_no_word_stays_as_it_is(kept: str):
    assert kept in accented(f"Sent {kept} to you")


def test_every_word_is_accented_and_the_text_longer_but_within_its_limit():
    assert english_words(accented("Delete this song?")) == []
    assert len(accented("Delete this song?")) == int(17 * 1.4)
    assert (len(PSEUDO.gettext("Delete")), len(PSEUDO.gettext("Delete it"))) == (7, 12)
    assert len(accented("x" * 30 + "{name}", 80)) == 30 + 6 + 10


def test_what_was_sent_is_english_again_without_its_accents():
    sent = {"embeds": [{"title": accented("Your library"), "color": 5}], "flags": 64}
    assert plain(sent) == {"embeds": [{"title": "Your library", "color": 5}], "flags": 64}


def test_dates_and_lists_are_not_in_english():
    assert english_words(PSEUDO.listed(["1", "2", "3"])) == []
    assert Locale.parse("el").months["format"]["wide"][1] == "Ιανουαρίου"


@pytest.mark.parametrize("text", ["Delete", "Ďelete this", "'Delete'", "**Delete** `it`", "Löschen now"])
def test_a_plain_word_is_found(text: str):
    assert english_words(text)


def test_all_texts_of_a_request_are_looked_at_and_no_ids_or_values():
    field = {"name": "a name", "value": "a value", "inline": False}
    embed = {
        "title": "a title",
        "description": "a description",
        "fields": [field],
        "footer": {"text": "a text"},
    }
    select = {
        "type": 3,
        "custom_id": "id",
        "placeholder": "a hint",
        "options": [{"label": "one", "value": "1"}],
    }
    payload = {"content": "words", "embeds": [embed], "components": [{"components": [select]}]}
    assert set(texts_sent("/channels/1/messages", payload)) == {
        *("words", "a title", "a description", "a name", "a value", "a text", "a hint", "one")
    }
    choices = {"data": {"choices": [{"name": "shown", "value": "hidden"}]}}
    assert list(texts_sent("/interactions/1/t/callback", choices)) == ["shown"]
    assert list(texts_sent("/applications/1/commands", payload)) == []
