"""Point discord.py in this process at the Discord named by DISCORD_API_URL, and start a client."""

from __future__ import annotations

import asyncio
import os

import discord
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL


def run(client: discord.Client) -> None:
    """Run until the process is killed. With `LOOP=uvloop`, use uvloop instead of asyncio's event loop."""
    factory = None
    if os.environ.get("LOOP") == "uvloop":
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(_run(client))


async def _run(client: discord.Client) -> None:
    Route.BASE = os.environ["DISCORD_API_URL"]
    async with client:
        await client.login(os.environ["DISCORD_TOKEN"])
        _, gateway, _ = await client.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)
        await client.connect()
