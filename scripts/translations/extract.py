"""Collect every text that people read: from `songbot/wording`, and from the commands as Discord gets them."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import discord
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from discord import app_commands
from pydantic import SecretStr

from songbot.app import open_app
from songbot.interactions.translator import catalog_context
from songbot.settings import Settings
from songbot.wording import language

WORDING = Path(language.__file__).parent
KEYWORDS = {
    "gettext": (1,),
    "ngettext": (1, 2),
    "Plural": (1, 2),
    "pgettext": ((1, "c"), 2),
    **{kind.__name__: (1,) for kind in (language.Message, *language.Message.__subclasses__())},
}
COMMENT_TAG = "Translators:"
COMMAND_TEXT_LENGTH, MENU_NAME_LENGTH = 100, 32
"""Characters ("Application Commands")."""
_LIMIT_NOTE = "At most {} characters."
_LIMIT = re.compile(r"At most (\d+) characters\.")


def extract_template() -> Catalog:
    """Return all texts, without translations. Comments say what a translator has to know."""
    template = Catalog(project="songbot", charset="utf-8", fuzzy=False)
    limits = _limits_by_text()
    for path, _, text, comments, context in _extract(KEYWORDS):
        notes = [" ".join(comments).removeprefix(COMMENT_TAG).strip(), limits.get(text, "")]
        location = (f"songbot/wording/{path}", 0)
        template.add(text, None, [location], auto_comments=list(filter(None, notes)), context=context)
    for text, context in sorted(asyncio.run(_command_texts())):
        length = MENU_NAME_LENGTH if context == "menu" else COMMAND_TEXT_LENGTH
        note = _LIMIT_NOTE.format(length)
        template.add(text, None, [("cogs", 0)], auto_comments=[note], context=context)
    return template


def max_length(message: Message) -> int:
    """Return Discord's limit for a message, which one of its comments states."""
    limits = [int(match[1]) for comment in message.auto_comments if (match := _LIMIT.search(comment))]
    return min(limits, default=language.Message.max_length)


def _limits_by_text() -> dict[Any, str]:
    """Return a note about the limit for each text of a subclass of Message. The smallest limit counts."""
    kinds = sorted(language.Message.__subclasses__(), key=lambda kind: kind.max_length, reverse=True)
    return {
        text: _LIMIT_NOTE.format(kind.max_length)
        for kind in kinds
        for _, _, text, _, _ in _extract({kind.__name__: (1,)})
    }


def _extract(keywords: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield path, line, text, comments and context of each text in a call of `keywords`."""
    yield from extract_from_dir(
        WORDING, method_map=[("**.py", "python")], keywords=keywords, comment_tags=[COMMENT_TAG]
    )


class _Recorder(app_commands.Translator):
    def __init__(self) -> None:
        self.texts: set[tuple[str, str]] = set()

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContext[Any, Any],
    ) -> None:
        del locale
        if (known := catalog_context(context)) is not None:
            self.texts.add((string.message, known))


async def _command_texts() -> set[tuple[str, str]]:
    """Return the texts of all commands, with their contexts, as a translator is asked for them."""
    recorder, secret = _Recorder(), SecretStr("none")
    with tempfile.TemporaryDirectory() as folder:
        database = SecretStr(f"sqlite:///{folder}/songs.db")
        settings = Settings(discord_token=secret, whisul_api_key=secret, database_url=database)
        async with open_app(settings) as app:
            for command in app.bot.tree.get_commands():
                await command.get_translated_payload(app.bot.tree, recorder)
    return recorder.texts
