"""Define the view that all messages of the bot use."""

from __future__ import annotations

import discord


class RoutedView(discord.ui.View):
    """A view that works for years: its presses reach the ComponentRouter by their custom ids.

    It is stopped from the start, since discord.py would otherwise keep each one in memory and call its items.
    """

    def __init__(self, *items: discord.ui.Item[discord.ui.View]) -> None:
        super().__init__(timeout=None)
        self.stop()
        for item in items:
            self.add_item(item)


class RoutedLayout(discord.ui.LayoutView):
    """As RoutedView, for a message that is made of components alone (Discord, "Components V2")."""

    def __init__(self, *items: discord.ui.Item[discord.ui.LayoutView]) -> None:
        super().__init__(timeout=None)
        self.stop()
        for item in items:
            self.add_item(item)
