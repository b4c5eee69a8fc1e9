"""The sandbox as a newcomer meets it: a real process, driven through a real browser."""

from __future__ import annotations

import asyncio
import re
import signal

from playwright.async_api import expect

from .chromium import open_page, sandbox
from .discord_page import DiscordPage
from .visit import IN_CHROMIUM

pytestmark = IN_CHROMIUM

PROMPT = "a slow lo-fi tune about rain"


async def test_a_newcomer_orders_a_song_watches_it_being_made_and_plays_it() -> None:
    async with sandbox("--seconds", "12-13") as process, open_page(process.url) as page:
        discord = DiscordPage(page)
        await discord.run("song", prompt=PROMPT)
        await _the_progress_line_moves_by_itself(discord)
        await _the_card_arrives_with_its_cover(discord)
        await _the_player_plays(discord)
        await discord.become("max")
        await expect(discord.last_message()).to_contain_text(PROMPT)
        assert await process.end() == (0, "")


async def _the_progress_line_moves_by_itself(discord: DiscordPage) -> None:
    line = discord.last_message()
    await expect(line).to_contain_text(PROMPT)
    await expect(line).to_contain_text("Whisul is composing your song")
    await expect(line).to_contain_text(
        re.compile(r"Started (now|1 second ago)\. Should be ready in 1\d seconds")
    )
    await expect(line).to_contain_text("▱" * 10)
    await expect(line).to_contain_text(re.compile(r"▰{4,9}▱+"), timeout=15_000)
    await expect(line).to_contain_text(re.compile(r"Started 1\d seconds ago"))


async def _the_card_arrives_with_its_cover(discord: DiscordPage) -> None:
    card = discord.last_message()
    await expect(card.get_by_role("link", name="Listen")).to_be_visible(timeout=20_000)
    for part in ("BPM", "Length", "Tags", "@ann", "Made with Whisul"):
        await expect(card).to_contain_text(part)
    await expect(discord.cover()).to_have_js_property("naturalWidth", 512)


async def _the_player_plays(discord: DiscordPage) -> None:
    await discord.press_play()
    async with asyncio.timeout(10):
        while await discord.played() < 1:
            await asyncio.sleep(0.1)


async def test_it_ends_cleanly_while_songs_are_in_the_works() -> None:
    async with sandbox("--seconds", "60-90") as process, open_page(process.url) as page:
        discord = DiscordPage(page)
        for number in range(3):
            await discord.run("song", prompt=f"{PROMPT}, take {number}")
        await expect(discord.last_message()).to_contain_text("Waiting for a free place")
        assert await process.end(signal.SIGTERM) == (0, "")


async def test_ending_the_session_in_the_page_ends_the_sandbox() -> None:
    async with sandbox("--seconds", "1") as process, open_page(process.url) as page:
        await page.get_by_text("More", exact=True).click()
        await page.get_by_role("button", name="End preview session").click()
        assert await process.ended() == (0, "")


async def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    async with sandbox("--seconds", "1") as first:
        port = first.url.split(":")[2].split("/")[0]
        async with sandbox("--port", port) as second:
            assert port in second.first_line
            assert "Traceback" not in second.first_line
