"""Define the views that all of the bot's messages use."""

from __future__ import annotations

import discord


class RoutedView(discord.ui.View):
    """A view that keeps working after a restart: the ComponentRouter handles its presses by custom ID.

    It is stopped at once; otherwise discord.py would keep each view in memory and dispatch to its items.
    """

    def __init__(self, *items: discord.ui.Item[discord.ui.View]) -> None:
        super().__init__(timeout=None)
        self.stop()
        for item in items:
            self.add_item(item)


class RoutedLayout(discord.ui.LayoutView):
    """A RoutedView for messages made only of components (Discord, "Components V2")."""

    def __init__(self, *items: discord.ui.Item[discord.ui.LayoutView]) -> None:
        super().__init__(timeout=None)
        self.stop()
        for item in items:
            self.add_item(item)
