"""Sentences with numbers follow the language's rules, not those of English."""

from __future__ import annotations

import gettext
from datetime import UTC, datetime

import pytest
from babel import Locale

from songbot.quotas.rules import Period
from songbot.wording import direct_messages, library, owner, privacy
from songbot.wording import help as help_wording
from songbot.wording.language import Language

NOW = datetime(2026, 5, 1, tzinfo=UTC)


class Russian(gettext.NullTranslations):
    """Shows which of the three plural forms is chosen."""

    def gettext(self, message: str) -> str:
        return f"ru:{message}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        del msgid1, msgid2
        if n % 10 == 1 and n % 100 != 11:
            return "{count} one"
        return "{count} few" if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else "{count} many"


RUSSIAN = Language("ru", Russian(), Locale.parse("ru"))


@pytest.mark.parametrize(("count", "form"), [(1, "one"), (2, "few"), (5, "many"), (21, "one")])
def test_numbers_of_songs_take_the_languages_own_plural_forms(count: int, form: str):
    for said in (
        library.page_of(RUSSIAN, 1, 1, count),
        library.exported(RUSSIAN, count, capped=False),
        privacy.deleted(RUSSIAN, count),
        owner.songs_lost(RUSSIAN, count),
    ):
        assert said == f"{RUSSIAN.number(count)} {form}"


def test_the_last_song_has_a_sentence_of_its_own_and_the_twenty_first_has_not():
    last = direct_messages.offer(RUSSIAN, 1, Period.DAY, NOW)
    assert (
        last
        == f"ru:Make a song from this? It uses your last song today (resets <t:{int(NOW.timestamp())}:R>)."
    )
    assert direct_messages.offer(RUSSIAN, 21, Period.DAY, NOW) == "21 one"


def test_numbers_are_written_as_in_the_language():
    assert "12,3" in owner.database(RUSSIAN, "SQLite", 12_300_000)
    assert "90\u00a0%" in owner.estimator(RUSSIAN, 90, 150)


def test_buttons_are_named_by_the_labels_that_they_have_in_the_language():
    assert "`ru:Save`" in library.nothing_saved(RUSSIAN)
    assert "`ru:Delete`" in privacy.confirm_delete(RUSSIAN)
    assert "`ru:Notify me`" in help_wording.on_a_card(RUSSIAN)


def test_a_missing_permission_is_named_as_in_discords_client():
    [heading, line] = help_wording.missing(RUSSIAN, ["attach_files"], admin=True).splitlines()
    assert heading == "ru:I'm missing these permissions here:"
    assert "**ru:Attach Files**" in line
