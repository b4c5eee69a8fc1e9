"""Numbers in the catalogs: each has the form that its language wants, and is in the text."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator

import pytest
from babel import Locale
from babel.messages.catalog import Catalog

from scripts.translations.catalogs import load_catalog, translated_languages
from songbot.wording.language import catalog_path, cldr_name, find_language

COUNTS = (0, 1, 2, 5, 21, 1000)
PLACEHOLDER = re.compile(r"\{(\w+)\}")
LANGUAGES = [*translated_languages()]
WRITTEN = [tag for tag in LANGUAGES if catalog_path(tag).exists()]


def numbered_texts(catalog: Catalog) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """The English forms of each text with a number, and the language's own."""
    for message in catalog:
        if isinstance(message.id, tuple) and isinstance(message.string, tuple):
            yield message.id, message.string


def filled(text: str, **values: str) -> str:
    """Placeholders without a value stand for themselves."""
    return PLACEHOLDER.sub(lambda match: values.get(match[1], match[1]), text)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_catalogs_forms_are_those_of_cldr(tag: str):
    """Each form is for one CLDR category, unless it is the only form: Turkish needs no other."""
    form_of = gettext.c2py(load_catalog(tag).plural_expr)
    category_of = Locale.parse(cldr_name(tag)).plural_form
    pairs = {(form_of(count), category_of(count)) for count in range(1101)}
    if load_catalog(tag).num_plurals > 1:
        assert len(pairs) == len({form for form, _ in pairs}) == len({category for _, category in pairs})
        assert len(pairs) == load_catalog(tag).num_plurals


@pytest.mark.parametrize("tag", WRITTEN)
def test_each_number_has_its_form_and_is_in_the_text(tag: str):
    catalog, language = load_catalog(tag), find_language(tag)
    form_of = gettext.c2py(catalog.plural_expr)
    texts = list(numbered_texts(catalog))
    assert texts
    for english, translations in texts:
        names = {name: name for name in PLACEHOLDER.findall("".join(english)) if name != "count"}
        for count in COUNTS:
            said = language.ngettext(*english, count, **names)
            assert said == filled(translations[form_of(count)], count=language.number(count))
            is_shown = language.number(count) in said
            assert is_shown or count == 1 or "{count}" not in english[1], f"{count}: {said}"
