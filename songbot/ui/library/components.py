"""Build the buttons and the select of a library page."""

from __future__ import annotations

import re

import discord

from songbot.ui.custom_ids import MAX_ID, Route, custom_id
from songbot.wording import library as wording

from .query import Direction, Query, page_custom_id

_OPEN_CUSTOM_ID = custom_id("library:open")
OPEN_ROUTE = Route("library:open", re.compile(_OPEN_CUSTOM_ID), lambda _: None)
"""The route of the select. Its custom id carries nothing; see `chosen_song_id`."""


def page_button(
    query: Query, direction: Direction, key: int, *, disabled: bool
) -> discord.ui.Button[discord.ui.View]:
    """Return `Newer` or `Older`. `key` is the id of the page's first song (NEWER) or last song (OLDER)."""
    newer = direction is Direction.NEWER
    return discord.ui.Button(
        label=wording.NEWER if newer else wording.OLDER,
        emoji="◀️" if newer else "▶️",
        custom_id=page_custom_id(query, direction, key),
        disabled=disabled,
    )


def open_select(options: list[discord.SelectOption]) -> discord.ui.Select[discord.ui.View]:
    """Return the select that opens one song of the page. The values of its options are song ids."""
    return discord.ui.Select(custom_id=_OPEN_CUSTOM_ID, placeholder=wording.OPEN_ONE, options=options)


def chosen_song_id(interaction: discord.Interaction) -> int | None:
    """Return the song chosen in the select, or None if the value is forged and no song's id."""
    values = (interaction.data or {}).get("values")
    chosen = values[0] if isinstance(values, list) and values else ""
    is_number = isinstance(chosen, str) and chosen.isascii() and chosen.isdigit()
    return int(chosen) if is_number and len(chosen) <= 20 and int(chosen) <= MAX_ID else None
