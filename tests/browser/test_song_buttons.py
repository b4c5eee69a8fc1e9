"""Test what can be pressed under a song, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from .discord_page import DiscordPage
from .visit import IN_CHROMIUM, visit

pytestmark = [IN_CHROMIUM, pytest.mark.slow]

PROMPT = "a slow lo-fi tune about rain"
REMIXED = "a fast synthwave chase"


async def test_a_song_is_waited_for_taken_again_remixed_saved_and_deleted() -> None:
    async with visit("--seconds", "3-4") as discord:
        await discord.run("song", prompt=PROMPT)
        await _ann_is_mentioned_when_the_song_is_there(discord)
        title = await discord.card(PROMPT).locator(".embed-title").inner_text()
        message_id = await discord.card(PROMPT).get_attribute("data-message-id")
        await discord.become("max")
        await discord.press("Another take", discord.card(PROMPT))
        await _max_remixes(discord)
        await _max_saves_the_song_and_takes_it_out_again(discord)
        await _the_new_cards_say_what_they_came_from(discord, title, f"/{message_id}")
        await _only_who_asked_for_it_deletes_it(discord)


async def _ann_is_mentioned_when_the_song_is_there(discord: DiscordPage) -> None:
    line = discord.messages("Whisul is composing your song")
    await discord.press("Notify me", line)
    await expect(discord.private("I'll ping you when it's ready.")).to_be_visible()
    await expect(discord.card(PROMPT)).to_be_visible()
    await expect(discord.messages("@ann, your song is ready")).to_have_count(1)


async def _max_remixes(discord: DiscordPage) -> None:
    await discord.press("Remix (edit prompt)", discord.card(PROMPT))
    await expect(discord.form().get_by_role("heading")).to_have_text("Remix: edit the prompt")
    await expect(discord.form().get_by_label("Prompt")).to_have_value(PROMPT)
    await discord.submit(REMIXED)
    await expect(discord.messages(REMIXED)).to_contain_text("Whisul is composing your song")


async def _max_saves_the_song_and_takes_it_out_again(discord: DiscordPage) -> None:
    await discord.press("Save", discord.card(PROMPT))
    await expect(discord.private("Saved to your /library.")).to_be_visible()
    await discord.press("Save", discord.card(PROMPT))
    await expect(discord.private("Removed from your /library.")).to_be_visible()


async def _the_new_cards_say_what_they_came_from(discord: DiscordPage, title: str, link_end: str) -> None:
    for prompt, origin in ((PROMPT, "Another take of"), (REMIXED, "Remix of")):
        card = discord.card(prompt, origin)
        await expect(card).to_contain_text(f"{origin} {title}")
        await expect(card).to_contain_text("@max")
        link = card.locator(".embed-description").get_by_role("link", name=title)
        await expect(link).to_have_attribute("href", re.compile(f"{link_end}$"))


async def _only_who_asked_for_it_deletes_it(discord: DiscordPage) -> None:
    own = discord.card(PROMPT, "@ann")
    await discord.press("Delete", own)
    await expect(discord.private("Only the person who made this song")).to_be_visible()
    await discord.become("ann")
    await discord.press("Delete", own)
    await expect(own).to_be_visible()
    question = discord.private("Delete this song? This can't be undone")
    await discord.press("Cancel", question)
    await expect(discord.private("OK, I kept the song.")).to_be_visible()
    await discord.press("Delete", own)
    await discord.press("Delete", question)
    await expect(own).to_have_count(0)
    await expect(question).to_have_count(0)
    await expect(discord.private("Song deleted.")).to_be_visible()
    await expect(discord.card(REMIXED)).to_be_visible()
