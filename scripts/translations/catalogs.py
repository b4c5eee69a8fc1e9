"""Read, update and write the catalogs."""

from __future__ import annotations

from collections.abc import Iterator
from io import SEEK_END, BytesIO

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from songbot.wording.language import NAMES, catalog_path, cldr_name, read_catalog

_HEADER = """\
# {name}. English is in the code; see "To add a language" in CONTRIBUTING.md.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"Content-Type: text/plain; charset=utf-8\\n"

"""


def translated_languages() -> Iterator[str]:
    """Return every language that needs a catalog: all but English."""
    return (tag for tag in NAMES if tag != "en")


def load_catalog(tag: str) -> Catalog:
    """Return the language's catalog, or an empty one if there is none yet."""
    if not catalog_path(tag).exists():
        return Catalog(locale=cldr_name(tag), domain="songbot", charset="utf-8", fuzzy=False)
    return read_catalog(tag)


def update_catalog(tag: str, template: Catalog) -> bool:
    """Add new texts to the language's catalog and drop unused ones. Return whether the file has changed."""
    catalog = load_catalog(tag)
    catalog.update(template, no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    catalog.fuzzy = False
    path = catalog_path(tag)
    written = _formatted(catalog, NAMES[tag])
    if path.exists() and path.read_bytes() == written:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written)
    return True


def _formatted(catalog: Catalog, name: str) -> bytes:
    """Return the catalog as a file without dates and line numbers, so that only changed texts differ."""
    header = _HEADER.format(name=name, language=catalog.locale_identifier, plural_forms=catalog.plural_forms)
    output = BytesIO(header.encode())
    output.seek(0, SEEK_END)
    write_po(
        output,
        catalog,
        width=100,
        omit_header=True,
        sort_by_file=True,
        include_lineno=False,
        ignore_obsolete=True,
    )
    return output.getvalue()
