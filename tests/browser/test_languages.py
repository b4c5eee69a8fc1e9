"""Songs in German and Japanese, in a real browser. What is expected comes from the catalogs."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from songbot.wording import buttons, cards, library, progress, server_language
from songbot.wording.language import ENGLISH, Language, find_language

from .discord_page import DiscordPage
from .visit import IN_CHROMIUM, visit

pytestmark = [IN_CHROMIUM, pytest.mark.slow]

PROMPT = "a slow lo-fi tune about rain"
REMIXED = "a fast synthwave chase"
GERMAN, JAPANESE = find_language("de"), find_language("ja")


def shown(text: str) -> str:
    """The text as the page shows it, without markdown."""
    return re.sub(r"[*`]", "", text)


def card(discord: DiscordPage, language: Language, prompt: str) -> Locator:
    """The newest finished song with this prompt in this language."""
    listen = discord.page.get_by_role("link", name=buttons.LISTEN(language))
    return discord.messages(prompt).filter(has=listen).last


@pytest.mark.parametrize("language", [GERMAN, JAPANESE], ids=lambda language: language.tag)
async def test_a_song_is_made_saved_remixed_and_found_in_the_persons_language(language: Language) -> None:
    assert buttons.SAVED(language) != buttons.SAVED(ENGLISH)
    async with visit("--seconds", "3-4") as discord:
        await discord.speak(language.tag)
        await discord.run("song", prompt=PROMPT)
        await expect(discord.last_message()).to_contain_text(progress.COMPOSING(language))
        made = card(discord, language, PROMPT)
        await expect(made).to_contain_text(cards.MADE_WITH(language))
        await discord.press(buttons.SAVE(language), made)
        await expect(discord.private(shown(buttons.SAVED(language)))).to_be_visible()
        await discord.press(buttons.REMIX(language), made)
        await expect(discord.form().get_by_role("heading")).to_have_text(buttons.REMIX_TITLE(language))
        await discord.submit(REMIXED)
        await expect(card(discord, language, REMIXED)).to_be_visible()
        await discord.run("library")
        page = discord.private(library.OWN(language))
        await expect(page).to_contain_text(library.page_of(language, 1, 1, 2))
        await discord.press(library.play(language, 1), page)
        await expect(discord.private(buttons.POST_HERE(language))).to_contain_text(REMIXED)


async def test_everyone_sees_songs_in_the_servers_language_and_the_rest_in_their_own() -> None:
    async with visit("--seconds", "1-2") as discord:
        await discord.become("max")
        await discord.speak("de")
        await discord.run("language", language="ja")
        await expect(discord.private(shown(server_language.changed(GERMAN, "ja")))).to_be_visible()
        await discord.become("ann")
        await expect(discord.page.locator("#sandbox-language")).to_have_value("en")
        await discord.run("song", prompt=PROMPT)
        made = card(discord, JAPANESE, PROMPT)
        await discord.press(buttons.SAVE(JAPANESE), made)
        await expect(discord.private(shown(buttons.SAVED(ENGLISH)))).to_be_visible()
        await discord.become("max")
        await expect(discord.page.locator("#sandbox-language")).to_have_value("de")
        await discord.press(buttons.SAVE(JAPANESE), made)
        await expect(discord.private(shown(buttons.SAVED(GERMAN)))).to_be_visible()
