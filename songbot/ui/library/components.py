"""Build the buttons of a library page."""

from __future__ import annotations

import discord

from songbot.ui.custom_ids import custom_id, id_route
from songbot.wording import library as wording
from songbot.wording.language import Language

from .query import Direction, Query, page_custom_id

PLAY_ROUTE = id_route("library:play")
"""The value is the song's ID."""


def page_button(
    language: Language, query: Query, direction: Direction, key: int, *, disabled: bool
) -> discord.ui.Button[discord.ui.View]:
    """Return `Newer` or `Older`. `key` is the ID of the page's first song (NEWER) or last song (OLDER)."""
    newer = direction is Direction.NEWER
    return discord.ui.Button(
        label=(wording.NEWER if newer else wording.OLDER)(language),
        emoji="◀️" if newer else "▶️",
        custom_id=page_custom_id(query, direction, key),
        disabled=disabled,
        row=1,
    )


def play_button(language: Language, number: int, song_id: int) -> discord.ui.Button[discord.ui.View]:
    """Return the button that opens a song with its player. `number` is the song's position on the page."""
    return discord.ui.Button(
        label=wording.play(language, number),
        emoji="🎧",
        custom_id=custom_id("library:play", song_id),
        row=0,
    )
