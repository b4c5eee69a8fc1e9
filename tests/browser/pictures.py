"""Take the documents' pictures from the sandbox: `python -m tests.browser.pictures [NAME ...]`.

They go to docs/pictures, at twice the resolution, with few enough colours to stay small.
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from PIL import Image, ImageChops
from playwright.async_api import FloatRect, expect

from tests.support.hang_guard import HANG_GUARD

from .chromium import HOUSE, open_page, sandbox
from .discord_page import DiscordPage, Pick

FOLDER = HOUSE / "docs" / "pictures"
PROMPT = "a slow lo-fi tune about rain on a tin roof"
PROMPTS = (
    PROMPT,
    "a fast synthwave chase",
    "a waltz for a cat",
    "sea shanty with an accordion",
    "calm piano",
)
QUESTIONS = {"panel": {}, "check": {"user": Pick("ann")}, "usage": {"days": Pick("7 days")}}
MARGIN = 12
SCALE = 2
FAINT = [0] * 4 + [255] * 252
"""Differences in light under 4 are none."""
MOST_BYTES = 300_000

Scene = Callable[[], Awaitable[None]]


async def progress() -> None:
    """Show a half-finished song, and then its card."""
    async with AsyncExitStack() as stack:
        discord = await _page(stack, "--seconds", "18-19")
        await discord.run("song", prompt=PROMPT)
        await expect(discord.last_message()).to_contain_text("▰▰", timeout=30_000)
        await _take(discord, "progress")
        await expect(discord.last_message().get_by_role("link", name="Listen")).to_be_visible(timeout=30_000)
        await expect(discord.last_message()).not_to_contain_text("Loading media")
        await _take(discord, "card")


async def quotas() -> None:
    """Show what an admin sets, what a member sees, and how much is used."""
    async with AsyncExitStack() as stack:
        discord = await _page(stack, "--seconds", "1-2")
        for number, prompt in enumerate(PROMPTS):
            await discord.become(("ann", "max")[number % 2])
            await discord.run("song", prompt=prompt)
        await expect(discord.last_message().get_by_role("link", name="Listen")).to_be_visible()
        await discord.become("max")
        await discord.run("quota limit", songs="25", per=Pick("day"), applies_to=Pick("server-wide"))
        await discord.run("quota limit", songs="5", per=Pick("day"))
        await discord.run("quota limit", songs="30", per=Pick("week"), user=Pick("ann"))
        for command, options in QUESTIONS.items():
            await discord.run(f"quota {command}", **options)
            await _take(discord, f"quota-{command}")


SCENES: dict[str, Scene] = {"progress": progress, "quotas": quotas}


async def _page(stack: AsyncExitStack, *arguments: str) -> DiscordPage:
    process = await stack.enter_async_context(sandbox(*arguments))
    page = await stack.enter_async_context(open_page(process.url, scale=SCALE, size=(1120, 1700)))
    return DiscordPage(page)


async def _take(discord: DiscordPage, name: str) -> None:
    """Return a picture of the last message, as wide as its content."""
    await discord.page.mouse.move(1, 1)
    box = await _at_rest(discord)
    # Playwright's screenshot of the element would scroll, and the page would scroll back.
    picture = Image.open(io.BytesIO(await discord.page.screenshot()))
    left, top = box["x"] * SCALE, box["y"] * SCALE
    picture = picture.crop((left, top, left + box["width"] * SCALE, top + box["height"] * SCALE))
    into = FOLDER / f"{name}.png"
    trimmed = _trimmed(picture.convert("RGB"))
    _with_few_colours(trimmed).save(into, optimize=True)
    size = into.stat().st_size
    sys.stdout.write(f"{into.relative_to(HOUSE)}: {size // 1000} kB\n")
    assert size < MOST_BYTES, "too large for a page that loads quickly"


async def _at_rest(discord: DiscordPage) -> FloatRect:
    """Return where the last message is once it is scrolled to and everything above it has loaded."""
    await discord.last_message().evaluate("message => message.scrollIntoView({block: 'end'})")
    async with asyncio.timeout(HANG_GUARD):
        before, here = None, await discord.last_message().bounding_box()
        while here is None or before != here:
            await asyncio.sleep(1.5)
            before, here = here, await discord.last_message().bounding_box()
    return here


def _trimmed(picture: Image.Image) -> Image.Image:
    """Cut off the empty right side. The last row of pixels may belong to the message below."""
    picture = picture.crop((0, 0, picture.width, picture.height - 1))
    ground = Image.new("RGB", picture.size, picture.getpixel((2, 2)) or "black")
    box = ImageChops.difference(picture, ground).convert("L").point(FAINT).getbbox()
    right = min(picture.width, (box[2] if box else picture.width) + 2 * MARGIN)
    return picture.crop((0, 0, right, picture.height))


def _with_few_colours(picture: Image.Image) -> Image.Image:
    """Reduce to at most 256 colours: keep the page's flat colours, and approximate the others."""
    counted = sorted(picture.getcolors(picture.width * picture.height) or [], reverse=True)
    flat = [channel for _, colour in counted[:64] if isinstance(colour, tuple) for channel in colour]
    others = picture.quantize(192, Image.Quantize.MAXCOVERAGE, kmeans=2).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette(flat + others[: 3 * 192])
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


async def main(names: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in names or SCENES:
        await SCENES[name]()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
