"""Test direct messages with the bot in a real browser."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from .discord_page import DiscordPage
from .visit import IN_CHROMIUM, visit

pytestmark = [IN_CHROMIUM, pytest.mark.slow]

OFFER = "Make a song from this?"
SAID, COMMANDED = "a waltz for a cat", "sea shanty with an accordion"


async def test_a_plain_message_is_offered_as_a_song_and_only_make_it_makes_it() -> None:
    async with visit("--seconds", "1-2", "--dm") as discord:
        await _cancelled_nothing_is_made(discord)
        await _the_offer_becomes_the_card(discord)
        await discord.run("usage")
        await expect(discord.private("In DMs")).to_contain_text("1 of 20 songs used today")
        await discord.run("song", prompt=COMMANDED)
        await expect(discord.card(COMMANDED)).to_be_visible()


async def _cancelled_nothing_is_made(discord: DiscordPage) -> None:
    await discord.say(SAID)
    offer = discord.messages(OFFER)
    await expect(offer.locator(".embed-card")).to_have_text(SAID)
    await discord.press("Cancel", offer)
    await expect(offer).to_have_count(0)
    await expect(discord.last_message()).to_contain_text("nothing was charged")


async def _the_offer_becomes_the_card(discord: DiscordPage) -> None:
    await discord.say(SAID)
    offer = discord.messages(OFFER)
    await expect(offer).to_contain_text("It uses 1 of your 20 remaining songs today.")
    message_id = await offer.get_attribute("data-message-id")
    await discord.press("Make it", offer)
    await expect(offer).to_have_count(0)
    await expect(discord.card(SAID)).to_have_attribute("data-message-id", message_id or "none")
    await expect(discord.messages("@ann, your song is ready")).to_have_count(1)
