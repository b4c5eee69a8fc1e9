"""Run a minimal discord.py client: its single command responds at once, and it does nothing else."""

from __future__ import annotations

import discord
from discord import app_commands

from benchmarks import loopback


class FloorBot(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.none())
        self.tree = app_commands.CommandTree(self)
        self.tree.command(name="ping", description="Answers")(ping)

    async def setup_hook(self) -> None:
        await self.tree.sync()


async def ping(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("pong")


if __name__ == "__main__":
    loopback.run(FloorBot())
