"""Do and see what a person does and sees on the sandbox's page."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from playwright.async_api import Locator, Page, expect

from tests.support.hang_guard import HANG_GUARD

# The page's own status: its visible messages vary with what was done, and come late.
READY = "() => window.simcordPreview.ready"
LAST_ACTION = "() => window.simcordPreview.lastAction?.requestId"
ACTIVE_OPTION = "() => document.activeElement?.getAttribute('aria-activedescendant')"
REFUSED = "() => window.simcordPreview.lastAction?.rejected"


class Pick(str):
    """A value to be chosen from the suggestions. Any other value is only typed."""

    __slots__ = ()


class DiscordPage:
    def __init__(self, page: Page) -> None:
        self.page = page

    async def become(self, name: str) -> None:
        """Choose whom to act as."""
        await self.page.locator("#viewer-picker").select_option(label=name)
        await self._done()

    async def speak(self, locale: str) -> None:
        """Choose the language in which one has Discord, by its locale."""
        select = self.page.locator("#sandbox-language")
        await select.select_option(locale)
        await expect(select).to_have_attribute("data-saved", locale)

    async def run(self, command: str, **options: str) -> None:
        """Type a command such as `song` or `quota show`, pick it, fill in its options, and send it."""
        await self.page.locator("#channel-composer-input").click()
        await self.page.keyboard.insert_text(f"/{command}")
        name = self.page.get_by_text(f"/{command}", exact=True)
        await self.page.locator(".command-entry", has=name).click()
        for option, value in options.items():
            await self._fill(option, value)
        await self._send()

    async def _act(self, button: Locator, is_taken: Callable[[], Awaitable[bool]]) -> None:
        """Click until the click is accepted, as a person would: the page ignores clicks while updating."""
        async with asyncio.timeout(HANG_GUARD):
            await self._done()
            await button.click()
            await self._done()
            while not await is_taken():
                await asyncio.sleep(0.3)
                await button.click()
                await self._done()

    async def _send(self) -> None:
        typed, send = self.page.locator(".command-row"), self.page.locator("#send-message")
        message = self.page.locator("#channel-composer-input")

        async def is_taken() -> bool:
            return not await typed.count() and not await message.input_value()

        await self._act(send, is_taken)

    async def _done(self) -> None:
        """Wait until the page has finished, and check that it rejected nothing."""
        await self.page.wait_for_function(READY)
        assert not await self.page.evaluate(REFUSED), "the page refused an action"

    async def _fill(self, option: str, value: str) -> None:
        field = self.page.locator(f'.command-option-input[data-option="{option}"]')
        if not await field.count():
            await self.page.locator(".command-ghost").click()
            await self.page.locator(f'.command-suggestion[data-value="{option}"]').click()
        await field.click()
        await self.page.keyboard.insert_text(value)
        if isinstance(value, Pick):
            await self.page.locator(".command-suggestion", has_text=value).first.click()

    async def say(self, text: str) -> None:
        """Send a message."""
        await self.page.locator("#channel-composer-input").fill(text)
        await self._send()

    async def press(self, label: str, on: Locator) -> None:
        """Press a button of a message."""
        button = on.locator(".component-button", has=self.page.get_by_text(label, exact=True))
        before = await self.page.evaluate(LAST_ACTION)

        async def is_taken() -> bool:
            return await self.page.evaluate(LAST_ACTION) != before

        await self._act(button, is_taken)

    async def send_form(self) -> None:
        """Submit the open form as it is."""

        async def is_taken() -> bool:
            return not await self.form().count()

        await self._act(self.form().get_by_role("button", name="Submit"), is_taken)

    async def choose(self, select: str, option: str, on: Locator) -> None:
        """Choose an option of a select in a message, using only the keyboard."""
        await self._done()
        await self._pick(
            on.locator(".preview-select", has=self.page.get_by_role("combobox", name=select)), option
        )
        await self._done()

    async def _pick(self, select: Locator, option: str) -> None:
        """Open a select, move to an option, and choose it, using only the keyboard."""
        await select.get_by_role("combobox").first.focus()
        await self.page.keyboard.press("Enter")
        await expect(select.locator("[aria-busy=true]")).to_have_count(0)  # people and roles are looked up
        await self._done()
        wanted = await select.get_by_role("option", name=option).first.get_attribute("id")
        await self.page.keyboard.press("Home")
        for _ in range(await select.get_by_role("option").count() + 1):
            if await self.page.evaluate(ACTIVE_OPTION) == wanted:
                break
            await self.page.keyboard.press("ArrowDown")
        await self.page.keyboard.press("Enter")

    async def fill_form(self, **values: str) -> None:
        """Fill in fields of the open form by their custom ids, and submit it."""
        for name, value in values.items():
            field = self.form().locator(f'.modal-field[data-custom-id="{name}"]')
            if isinstance(value, Pick):
                await self._pick(field.locator(".preview-select"), value)
            else:
                await field.get_by_role("textbox").fill(value)
        await self.send_form()

    async def submit(self, text: str) -> None:
        """Replace the text in the only field of the open form, and submit it."""
        await self.form().get_by_role("textbox").fill(text)
        await self.send_form()

    def form(self) -> Locator:
        return self.page.get_by_role("dialog")

    async def commands_offered(self) -> list[str]:
        """Return the commands that are offered after a `/`, and leave the field empty."""
        await self.page.locator("#channel-composer-input").fill("/")
        entries = self.page.locator(".command-entry")
        await expect(entries.first).to_be_visible()
        offered = await entries.all_inner_texts()
        await self.page.locator("#channel-composer-input").fill("")
        return offered

    def messages(self, text: str | re.Pattern[str] | None = None) -> Locator:
        """Return the visible messages with this text."""
        return self.page.locator(".channel-message", has_text=text)

    def private(self, text: str) -> Locator:
        """Return the messages with this text that only the viewer sees."""
        return self.messages(text).filter(has_text="Only you can see this")

    def card(self, *texts: str) -> Locator:
        """Return the newest card that contains all these texts."""
        cards = self.messages().filter(has=self.page.get_by_role("link", name="Listen"))
        for text in texts:
            cards = cards.filter(has_text=text)
        return cards.last

    def last_message(self) -> Locator:
        return self.messages().last

    def cover(self) -> Locator:
        return self.last_message().locator(".embed-image img")

    def audio(self) -> Locator:
        return self.last_message().locator("audio")

    async def press_play(self) -> None:
        await expect(self.last_message()).not_to_contain_text("Loading media")
        await self.last_message().locator(".media-player-button", has_text="Play").click()

    async def played(self) -> float:
        """Return the player's position in seconds."""
        return await self.audio().evaluate("audio => audio.currentTime")
