"""Read, update and write the catalogs."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from songbot.wording.language import NAMES, catalog_path, cldr_name

_KEPT_HEADERS = ('"Language:', '"Plural-Forms:', '"Content-Type:')
_HEADER = """\
# {name} texts of the bot, for `make translations`. Texts are English in the code; see CONTRIBUTING.md.
"""


def translated_languages() -> Iterator[str]:
    """Return every language that needs a catalog: all but English."""
    return (tag for tag in NAMES if tag != "en")


def load_catalog(tag: str) -> Catalog:
    """Return the language's catalog, or an empty one if there is none yet."""
    path = catalog_path(tag)
    if not path.exists():
        return Catalog(locale=cldr_name(tag), domain="songbot", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=cldr_name(tag), charset="utf-8")


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
    catalog.header_comment = _HEADER.format(name=name).rstrip()
    output = BytesIO()
    write_po(output, catalog, width=100, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    header, entries = output.getvalue().decode().split("\n\n", 1)
    kept = [
        line for line in header.splitlines() if not line.startswith('"') or line.startswith(_KEPT_HEADERS)
    ]
    return "\n".join([*kept, "", entries]).encode()
