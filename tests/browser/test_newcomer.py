"""A newcomer's journey in a real browser: from the greeting to a song played from the library."""

from __future__ import annotations

from playwright.async_api import expect

from songbot.songs.examples import SHOWN

from .discord_page import DiscordPage
from .visit import IN_CHROMIUM, visit

pytestmark = IN_CHROMIUM

EXAMPLE = SHOWN[0].prompt


async def test_a_newcomer_goes_from_the_greeting_to_the_library() -> None:
    async with visit("--seconds", "2-3") as discord:
        await _an_example_of_the_greeting_becomes_a_song(discord)
        await _help_explains_and_surprises(discord)
        await _the_library_plays_the_song(discord)


async def _an_example_of_the_greeting_becomes_a_song(discord: DiscordPage) -> None:
    greeting = discord.messages("Hi! I turn your words into songs")
    await expect(greeting).to_contain_text("/quota panel")  # although ann can't use it
    await discord.press(EXAMPLE, greeting)
    await expect(discord.form().get_by_label("Prompt")).to_have_value(EXAMPLE)
    await discord.send_form()
    await expect(discord.card(EXAMPLE)).to_be_visible()


async def _help_explains_and_surprises(discord: DiscordPage) -> None:
    await discord.run("help")
    help_message = discord.private("Turn your words into songs")
    await expect(help_message).to_contain_text("browse, search and export your songs")
    await discord.press("Surprise me", help_message)
    await expect(discord.form().get_by_label("Prompt")).not_to_have_value("")
    await discord.submit("a calm piano piece")
    await expect(discord.card("a calm piano piece")).to_be_visible()


async def _the_library_plays_the_song(discord: DiscordPage) -> None:
    await discord.run("library")
    page = discord.private("Your library")
    await expect(page).to_contain_text("2 songs, newest first")
    await discord.press("Play 2", page)
    opened = discord.private("Post here")
    await expect(opened).to_contain_text(EXAMPLE)
    await expect(opened.locator(".embed-image img")).to_have_js_property("naturalWidth", 512)
    await expect(opened.locator("audio")).to_have_count(1)
