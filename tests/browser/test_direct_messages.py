"""The direct messages with the bot, in a real browser."""

from __future__ import annotations

from playwright.async_api import expect

from .visit import IN_CHROMIUM, visit

pytestmark = IN_CHROMIUM

PROMPT = "a waltz for a cat"


async def test_a_plain_message_is_offered_as_a_song_and_only_make_it_makes_it() -> None:
    async with visit("--seconds", "1-2", "--dm") as discord:
        await discord.say("sea shanty with an accordion")
        offer = discord.messages("I would send this prompt to Whisul.")
        await expect(offer).to_contain_text("You have 20 songs left today.")
        await expect(offer.locator(".embed-card")).to_have_text("sea shanty with an accordion")
        await discord.press("Cancel", offer)
        await expect(discord.last_message()).to_contain_text("nothing was made, and nothing was charged")
        await expect(offer).to_have_count(0)

        await discord.say(PROMPT)
        await expect(offer).to_contain_text("You have 20 songs left today.")
        await expect(offer).to_contain_text("Nothing is charged until you press Make it.")
        answered = await offer.get_attribute("data-message-id")
        await discord.press("Make it", offer)
        await expect(discord.messages("Whisul is composing your song")).to_have_count(1)

        card = discord.card(PROMPT)
        await expect(card).to_have_attribute("data-message-id", answered or "")
        await expect(card).to_contain_text("Made with Whisul")
        await expect(discord.messages("@ann your song is here")).to_have_count(1)


async def test_commands_work_there_too() -> None:
    async with visit("--seconds", "1-2", "--dm") as discord:
        await discord.run("song", prompt=PROMPT)
        await expect(discord.card(PROMPT)).to_be_visible()
        await discord.run("usage")
        await expect(discord.private("In direct messages")).to_contain_text("You have 19 songs left today.")
