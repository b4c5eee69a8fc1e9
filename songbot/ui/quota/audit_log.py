"""The log of changes, a page at a time. Presses, also after a restart, go to the cog named `quota`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol, cast

import discord
from discord.ext import commands

from songbot.quotas.repository import AuditEntry
from songbot.ui.song_buttons import MAX_ID
from songbot.wording import quota_admin as wording

from .embeds import COLOUR

COG = "quota"
PAGE = 10
NEWEST = 0
"""In place of a change's id: the first page."""


class LogReader(Protocol):
    """What the cog does. It answers the person whatever happens, and may find that they lack the right."""

    async def turn_log(self, interaction: discord.Interaction, before_id: int | None) -> None: ...


class LogButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"quota:v1:log:(?P<before_id>\d{1,19})",
):
    """Leads to the changes before `before_id`, or to the newest. Anybody may have forged the id."""

    def __init__(self, before_id: int, label: str = wording.OLDER) -> None:
        self.before_id = before_id
        super().__init__(discord.ui.Button(label=label, custom_id=f"quota:v1:log:{before_id}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[discord.ui.View], match: re.Match[str], /
    ) -> LogButton:
        del interaction, item
        return cls(int(match["before_id"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        known = self.before_id if NEWEST < self.before_id <= MAX_ID else None
        reader = cast("LogReader", cast("commands.Bot", interaction.client).get_cog(COG))
        await reader.turn_log(interaction, known)


def log_embed(entries: Sequence[AuditEntry], *, first: bool) -> discord.Embed:
    """Up to PAGE changes, newest first. `first`: nothing newer goes before them."""
    embed = discord.Embed(title=wording.LOG_TITLE, colour=COLOUR)
    lines = [wording.audit_line(change) for change in entries[:PAGE]]
    embed.description = "\n".join(lines) or (wording.LOG_EMPTY if first else wording.LOG_END)
    return embed


def log_view(entries: Sequence[AuditEntry], *, first: bool) -> discord.ui.View | None:
    """The ways on from a page: `changes` holds one more than PAGE where there are older ones."""
    view = discord.ui.View(timeout=None)
    if not first:
        view.add_item(LogButton(NEWEST, wording.NEWEST))
    if len(entries) > PAGE:
        view.add_item(LogButton(entries[PAGE - 1].id, wording.OLDER))
    return view if view.children else None
