"""Build modals and read submitted text. The custom ID holds all state, so a restart loses nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, cast

import discord

from songbot.songs.prompts import MAX_PROMPT
from songbot.wording import buttons as wording
from songbot.wording.language import Language
from songbot.wording.text import clamp

from .custom_ids import custom_id

PROMPT = "prompt"
_MAX_DEPTH = 4


class ModalKind(StrEnum):
    """The purpose of a modal. The values are in custom IDs, so never change them."""

    MAKE = "make"
    REMIX = "remix"


_TITLES = {ModalKind.MAKE: wording.MAKE_TITLE, ModalKind.REMIX: wording.REMIX_TITLE}


class PromptModal(discord.ui.Modal):
    """Asks for a prompt of 1 to 1,000 characters. `song_id` is the song to remix, or 0.

    Its custom ID is `song:v1:<kind>:<song id>`. The handler reads the prompt with `typed_prompt`.
    """

    def __init__(
        self, language: Language, kind: ModalKind, song_id: int = 0, default: str | None = None
    ) -> None:
        title, name = _TITLES[kind](language), custom_id(f"song:{kind}", song_id)
        super().__init__(title=title, custom_id=name, timeout=None)
        self.stop()  # discord.py should not track it: ComponentRouter handles it
        prompt = discord.ui.TextInput[PromptModal](
            custom_id=PROMPT,
            style=discord.TextStyle.paragraph,
            placeholder=wording.PROMPT_HINT(language),
            default=clamp(default, MAX_PROMPT) if default else None,
            min_length=1,
            max_length=MAX_PROMPT,
        )
        self.add_item(discord.ui.Label(text=wording.PROMPT_LABEL(language), component=prompt))


def typed_prompt(interaction: discord.Interaction) -> str:
    """Return the uncleaned text from a PromptModal, or an empty string if it is missing.

    Discord nests text inputs in labels or action rows ("Modal Submit Data Structure").
    """
    data = cast("Mapping[str, Any]", interaction.data or {})
    for component in _walk(data.get("components"), _MAX_DEPTH):
        if component.get("custom_id") == PROMPT and isinstance(component.get("value"), str):
            return component["value"]
    return ""


def _walk(components: object, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth == 0 or not isinstance(components, Sequence):
        return
    for component in components:
        if isinstance(component, Mapping):
            yield component
            yield from _walk(component.get("components"), depth - 1)
            yield from _walk([component.get("component")], depth - 1)
