"""Run a bot as tutorials write it: one task and session per request, a fixed sleep, and no database.

It has no quotas, progress messages or retries. It defers, submits, waits and responds.
"""

from __future__ import annotations

import asyncio
import io
import os
from typing import Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from benchmarks import loopback

API = os.environ["WHISUL_API_URL"]
KEY = {"Authorization": f"Bearer {os.environ['WHISUL_API_KEY']}"}
ATTACH = os.environ.get("ATTACH_AUDIO", "true") == "true"


class TutorialBot(commands.Bot):
    def __init__(self) -> None:
        super().__init__(command_prefix="!", intents=discord.Intents.default())
        self.tree.command(name="song", description="Turn a few words into a song")(song)

    async def setup_hook(self) -> None:
        await self.tree.sync()


@app_commands.describe(prompt="What the song should be")
async def song(interaction: discord.Interaction, prompt: str) -> None:
    await interaction.response.defer(thinking=True)
    async with aiohttp.ClientSession(headers=KEY) as session:
        async with session.post(f"{API}/generate", json={"prompt": prompt}) as answer:
            job_id = (await answer.json())["job_id"]
        while True:
            await asyncio.sleep(5)
            async with session.get(f"{API}/jobs/{job_id}") as answer:
                job = await answer.json()
            if job["status"] != "running":
                break
        if job["status"] == "failed":
            await interaction.followup.send("Sorry, that did not work.")
            return
        await _answer(interaction, session, job["result"])


async def _answer(
    interaction: discord.Interaction, session: aiohttp.ClientSession, result: dict[str, Any]
) -> None:
    embed = discord.Embed(title=result["title"], url=result["song_url"], description=result["tags"])
    embed.add_field(name="BPM", value=str(result["bpm"]))
    embed.add_field(name="Length", value=str(result["duration"]))
    files: list[discord.File] = []
    if ATTACH:
        for name, url in (("song.mp3", result["song_url"]), ("cover.jpg", result["image_url"])):
            async with session.get(url) as answer:
                files.append(discord.File(io.BytesIO(await answer.read()), filename=name))
        embed.set_image(url="attachment://cover.jpg")
    else:
        embed.set_image(url=result["image_url"])
    await interaction.followup.send(embed=embed, files=files)


if __name__ == "__main__":
    loopback.run(TutorialBot())
