"""Find what is wrong in a catalog: missing texts, other placeholders or markdown, too much for Discord."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator

from babel.messages.catalog import Catalog, Message

from .extract import max_length

_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_MARKDOWN = re.compile(r"\*\*|`[^`]*`|\n|^-# ", re.MULTILINE)
_LONGEST_VALUE = 40
"""Characters that are assumed for each placeholder when a text is measured."""


def problems(catalog: Catalog, template: Catalog) -> Iterator[str]:
    """Yield a line for each problem."""
    for wanted in template:
        if not wanted.id:
            continue
        found = catalog.get(wanted.id, context=wanted.context)
        english = _forms(wanted.id)[0]
        if found is None or not _is_complete(found, catalog.num_plurals):
            yield f"not translated: {english!r}"
        elif found.fuzzy:
            yield f"marked as fuzzy: {english!r}"
        else:
            found_problems = _message_problems(wanted, found, _forms_of_one(catalog))
            yield from (f"{problem}: {english!r}" for problem in found_problems)
    for found in catalog:
        if found.id and template.get(found.id, context=found.context) is None:
            yield f"not in the code any more: {found.id!r}"


def _is_complete(message: Message, plural_forms: int) -> bool:
    forms = _forms(message.string)
    return len(forms) == (plural_forms if message.pluralizable else 1) and all(forms)


def _forms(texts: object) -> tuple[str, ...]:
    """Return the plural forms of a message's ID or translation, or its only form."""
    return tuple(map(str, texts)) if isinstance(texts, (tuple, list)) else (str(texts or ""),)


def _forms_of_one(catalog: Catalog) -> set[int]:
    """Return the plural form that is used for 1 alone, if there is one. It may leave {count} out.

    Russian, for one, has a form for 1, 21, 31 and so on.
    """
    form_of = gettext.c2py(catalog.plural_expr)
    return {form_of(1)} - {form_of(count) for count in (0, *range(2, 200))}


def _message_problems(wanted: Message, found: Message, forms_of_one: set[int]) -> Iterator[str]:
    originals, translations = _forms(wanted.id), _forms(found.string)
    names = {name for text in originals for name in _PLACEHOLDER.findall(text)}
    markdown = sorted(_MARKDOWN.findall(originals[-1]))
    limit = max_length(wanted)
    for index, text in enumerate(translations):
        optional = {"count"} if found.pluralizable and index in forms_of_one else set[str]()
        have = set(_PLACEHOLDER.findall(text))
        braces = set("{}") & set(_PLACEHOLDER.sub("", text))
        if braces or have - names or names - have - optional:
            yield f"other placeholders in {text!r}"
        if sorted(_MARKDOWN.findall(text)) != markdown:
            yield f"other markdown in {text!r}"
        if len(_PLACEHOLDER.sub("x" * _LONGEST_VALUE, text)) > limit:
            yield f"over {limit} characters: {text!r}"
        if text != text.strip() and originals[-1] == originals[-1].strip():
            yield f"spaces around {text!r}"
