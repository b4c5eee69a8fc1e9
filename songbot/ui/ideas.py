"""Build buttons for people who don't know what to write: example prompts, and `Surprise me`."""

from __future__ import annotations

import re

import discord

from songbot.songs.examples import SHOWN
from songbot.wording import buttons as wording
from songbot.wording.language import Language
from songbot.wording.text import clamp

from .custom_ids import Route, custom_id, id_route

BUTTON_LABEL = 80
"""Maximum length of a button's label in characters (Discord, "Button Structure")."""

EXAMPLE_ROUTE = id_route("idea:example")
"""The value is the index of the example, starting at 0."""
_SURPRISE_CUSTOM_ID = custom_id("idea:surprise")
SURPRISE_ROUTE = Route("idea:surprise", re.compile(_SURPRISE_CUSTOM_ID), lambda _: None)


def idea_buttons(language: Language) -> list[discord.ui.Button[discord.ui.View]]:
    """Return a button for each shown example, and `Surprise me` in a row below.

    The examples stay in English, because they are sent as they are.
    """
    examples = [
        discord.ui.Button[discord.ui.View](
            label=clamp(example.prompt, BUTTON_LABEL), emoji="🎵", custom_id=custom_id("idea:example", number)
        )
        for number, example in enumerate(SHOWN)
    ]
    surprise = discord.ui.Button[discord.ui.View](
        label=wording.SURPRISE_ME(language),
        emoji="🎲",
        style=discord.ButtonStyle.primary,
        custom_id=_SURPRISE_CUSTOM_ID,
        row=1,
    )
    return [*examples, surprise]
