"""Translate for Discord what its clients show of the commands."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation as Location

from songbot.wording.language import NAMES, load_translations

_CONTEXTS = {
    Location.command_description: "command",
    Location.group_description: "command",
    Location.parameter_description: "option",
    Location.choice_name: "choice",
}


def catalog_context(context: app_commands.TranslationContextTypes) -> str | None:
    """Return the context of a text in the catalogs, or None for names, which stay English in all languages.

    Sentences mention commands and options by name. Only the names of context menus are texts. Languages have
    their own names.
    """
    if isinstance(context.data, app_commands.Choice) and context.data.value in NAMES:
        return None
    if context.location is Location.command_name and isinstance(context.data, app_commands.ContextMenu):
        return "menu"
    return _CONTEXTS.get(context.location)


class CommandTranslator(app_commands.Translator):
    """Looks texts up in the catalogs, which it reads when it is created."""

    def __init__(self) -> None:
        self._languages = {tag: load_translations(tag, only_commands=True) for tag in NAMES}

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContext[Any, Any],
    ) -> str | None:
        known_context, language = catalog_context(context), self._languages.get(locale.value)
        if known_context is None or language is None:
            return None
        text = language.pgettext(known_context, string.message)
        return None if text == string.message else text
