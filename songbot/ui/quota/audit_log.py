"""The log of changes, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from songbot.quotas.repository import AuditEntry
from songbot.ui.custom_ids import custom_id
from songbot.ui.views import RoutedView
from songbot.wording import quota_admin as wording

from .embeds import COLOUR

PAGE = 10
NEWEST = 0
"""In place of a change's id: the first page."""


def log_button(before_id: int, label: str) -> discord.ui.Button[discord.ui.View]:
    """Return the button that leads to the changes before `before_id`, or to the newest."""
    return discord.ui.Button(label=label, custom_id=custom_id("quota:log", before_id))


def log_embed(entries: Sequence[AuditEntry], *, first: bool) -> discord.Embed:
    """Up to PAGE changes, newest first. `first`: nothing newer goes before them."""
    embed = discord.Embed(title=wording.LOG_TITLE, colour=COLOUR)
    lines = [wording.audit_line(change) for change in entries[:PAGE]]
    embed.description = "\n".join(lines) or (wording.LOG_EMPTY if first else wording.LOG_END)
    return embed


def log_view(entries: Sequence[AuditEntry], *, first: bool) -> discord.ui.View | None:
    """The ways on from a page: `changes` holds one more than PAGE where there are older ones."""
    view = RoutedView()
    if not first:
        view.add_item(log_button(NEWEST, wording.NEWEST))
    if len(entries) > PAGE:
        view.add_item(log_button(entries[PAGE - 1].id, wording.OLDER))
    return view if view.children else None
