"""Catalogs of a few texts, and files of them in a folder of the test's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from songbot.wording import language


def catalog_of(texts: Mapping[str | tuple[str, str], object], tag: str = "de") -> Catalog:
    """A catalog of translations by English texts, or by the two forms of those with a number."""
    made = Catalog(locale=language.cldr_name(tag), charset="utf-8", fuzzy=False)
    for english, translation in texts.items():
        made.add(english, translation)  # pyright: ignore[reportArgumentType]
    return made


@pytest.fixture
def own_locales(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in place of `locales/`."""
    folder = tmp_path / "locales"
    monkeypatch.setattr(language, "LOCALES", folder)
    monkeypatch.setattr(language, "_load", language._load.__wrapped__)
    return folder


def write_catalog(folder: Path, tag: str, texts: Mapping[tuple[str, str], str]) -> None:
    """Write translations by context and English text."""
    path = folder / tag / "LC_MESSAGES" / f"{language.DOMAIN}.po"
    path.parent.mkdir(parents=True)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
    entries = (
        f'\nmsgctxt "{context}"\nmsgid "{english}"\nmsgstr "{translation}"\n'
        for (context, english), translation in texts.items()
    )
    path.write_text(header + "".join(entries), encoding="utf-8")
