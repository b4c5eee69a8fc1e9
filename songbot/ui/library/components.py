"""The buttons and the select of a library page. Presses go to the client's cog named `library`."""

from __future__ import annotations

import re
from typing import Protocol, cast

import discord
from discord.ext import commands

from songbot.interactions.replies import send_ephemeral
from songbot.ui.song_buttons import MAX_ID
from songbot.wording import general
from songbot.wording import library as wording

from .query import PAGE_CUSTOM_ID, Direction, PageTurn, Query, custom_id, parse_page_turn

COG = "library"


class LibraryPresses(Protocol):
    """What the cog does. It answers the person whatever happens."""

    async def turn(self, interaction: discord.Interaction, turn: PageTurn) -> None: ...
    async def open(self, interaction: discord.Interaction, song_id: int) -> None: ...


def _presses(interaction: discord.Interaction) -> LibraryPresses:
    return cast("LibraryPresses", cast("commands.Bot", interaction.client).get_cog(COG))


class PageButton(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=PAGE_CUSTOM_ID):
    """`Newer` or `Older`."""

    def __init__(self, button_id: str, turn: PageTurn, *, disabled: bool = False) -> None:
        self.turn = turn
        newer = turn.direction is Direction.NEWER
        super().__init__(
            discord.ui.Button(
                label=wording.NEWER if newer else wording.OLDER,
                emoji="◀️" if newer else "▶️",
                custom_id=button_id,
                disabled=disabled,
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[discord.ui.View], match: re.Match[str], /
    ) -> PageButton:
        del interaction, item
        return cls(match[0], parse_page_turn(match))

    async def callback(self, interaction: discord.Interaction) -> None:
        if self.turn.key > MAX_ID or (self.turn.owner_id or 0) > MAX_ID:
            await send_ephemeral(interaction, general.UNKNOWN_BUTTON)
        else:
            await _presses(interaction).turn(interaction, self.turn)


class OpenSelect(
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=re.compile(r"library:v1:open")
):
    """Opens one song of the page. The values are song ids."""

    def __init__(self, options: list[discord.SelectOption]) -> None:
        super().__init__(
            discord.ui.Select(custom_id="library:v1:open", placeholder=wording.OPEN_ONE, options=options)
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[discord.ui.View], match: re.Match[str], /
    ) -> OpenSelect:
        del interaction, match
        return cls(cast("discord.ui.Select[discord.ui.View]", item).options)

    async def callback(self, interaction: discord.Interaction) -> None:
        chosen = self.item.values[0] if self.item.values else ""
        if chosen.isascii() and chosen.isdigit() and int(chosen[:20]) <= MAX_ID:
            await _presses(interaction).open(interaction, int(chosen))
        else:
            await send_ephemeral(interaction, general.UNKNOWN_BUTTON)


def page_button(query: Query, direction: Direction, key: int, *, disabled: bool) -> PageButton:
    """`key` is the id of the page's first song for NEWER, of its last for OLDER."""
    button_id = custom_id(query, direction, key)
    match = PAGE_CUSTOM_ID.fullmatch(button_id)
    assert match is not None, "what custom_id makes, TEMPLATE reads"  # noqa: S101
    return PageButton(button_id, parse_page_turn(match), disabled=disabled)
