"""Test the sandbox as a newcomer meets it: a real process in a real browser."""

from __future__ import annotations

import asyncio
import re
import signal

import pytest
from playwright.async_api import expect

from sandbox.whisul.prompt_words import MEANINGS
from tests.support.hang_guard import HANG_GUARD

from .chromium import open_page, sandbox
from .discord_page import DiscordPage
from .visit import IN_CHROMIUM

pytestmark = [IN_CHROMIUM, pytest.mark.slow]

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
    await expect(line).to_contain_text(re.compile(r"Ready in 1\d seconds · Requested by @ann"))
    await expect(line).to_contain_text("▱" * 10)
    await expect(line).to_contain_text(re.compile(r"▰{4,9}▱+"))


async def _the_card_arrives_with_its_cover(discord: DiscordPage) -> None:
    card = discord.last_message()
    await expect(card.get_by_role("link", name="Listen")).to_be_visible()
    for part in ("BPM", "Requested by @ann", "Made with Whisul"):
        await expect(card).to_contain_text(part)
    await expect(discord.cover()).to_have_js_property("naturalWidth", 512)


async def _the_player_plays(discord: DiscordPage) -> None:
    await discord.press_play()
    async with asyncio.timeout(HANG_GUARD):
        while await discord.played() < 1:
            await asyncio.sleep(0.1)


async def test_it_ends_cleanly_while_songs_are_in_the_works() -> None:
    async with sandbox("--seconds", "60-90") as process, open_page(process.url) as page:
        discord = DiscordPage(page)
        for number in range(3):
            await discord.run("song", prompt=f"{PROMPT}, take {number}")
        await expect(discord.last_message()).to_contain_text("You have 2 songs in progress")
        assert await process.end(signal.SIGTERM) == (0, "")


async def test_places_are_switched_and_each_shows_who_can_be_there() -> None:
    async with sandbox("--seconds", "1") as process, open_page(process.url) as page:
        discord = DiscordPage(page)
        await expect(discord.messages("Hi! I turn your words into songs")).to_be_visible()
        await page.get_by_role("button", name="#staff").click()
        await expect(page.locator("#channel-name")).to_have_text("staff")
        await expect(page.locator("#viewer-picker option")).to_have_text(["max", "olivia"])
        await page.get_by_role("button", name="DM with Songbot").click()
        await expect(page.locator("#viewer-picker option")).to_have_text(["ann"])
        await discord.say("hi")
        await expect(discord.last_message()).to_contain_text("I always ask before I make anything.")


async def test_the_owner_can_use_the_owners_commands() -> None:
    async with sandbox("--seconds", "1") as process, open_page(process.url) as page:
        discord = DiscordPage(page)
        await discord.become("olivia")
        await discord.run("owner status")
        await expect(discord.private("Bot status")).to_be_visible()


async def test_what_can_be_tried_is_listed_and_nothing_is_cut_off_at_either_width() -> None:
    async with sandbox("--seconds", "1") as process:
        for size in ((1280, 900), (390, 800)):
            async with open_page(process.url, size=size) as page:
                await page.get_by_text("What to try").click()
                for word in MEANINGS:
                    await expect(page.locator(".sandbox-words")).to_contain_text(f"[{word}]")
                await expect(page.locator("#sandbox-help")).to_contain_text("Make a song from this")
                assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]


async def test_the_newest_message_stays_in_sight() -> None:
    async with sandbox("--seconds", "1-2") as process, open_page(process.url, size=(390, 700)) as page:
        discord = DiscordPage(page)
        for _ in range(3):
            await discord.run("help")
        await discord.run("song", prompt=PROMPT)
        await expect(discord.card(PROMPT)).to_be_visible()
        await expect(discord.card(PROMPT).get_by_role("link", name="Listen")).to_be_in_viewport()


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
