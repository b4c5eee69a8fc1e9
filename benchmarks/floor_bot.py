"""Run a minimal discord.py client: its single command responds at once, and it does nothing else.

With `INTENTS=default` it has the default intents instead of none.
"""

from __future__ import annotations

import os

import discord
from discord import app_commands

from benchmarks import loopback


class FloorBot(discord.Client):
    def __init__(self) -> None:
        named = os.environ.get("INTENTS", "none")
        super().__init__(intents=getattr(discord.Intents, named)())
        self.tree = app_commands.CommandTree(self)
        self.tree.command(name="ping", description="Answers")(ping)

    async def setup_hook(self) -> None:
        await self.tree.sync()


async def ping(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("pong")


if __name__ == "__main__":
    loopback.run(FloorBot())
