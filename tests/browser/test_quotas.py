"""Test all of `/quota panel` as an admin uses it, and what a member sees of it, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from .discord_page import DiscordPage, Pick
from .visit import IN_CHROMIUM, visit

pytestmark = [IN_CHROMIUM, pytest.mark.slow]

FIRST, SECOND = "a slow lo-fi tune about rain", "a fast synthwave chase"
# Per month, so that midnight can't come between a song and the refusal of the next.
REFUSED = "You've used your 1 song for this month."


async def test_an_admin_shares_out_songs_in_the_panel_and_sees_what_became_of_them() -> None:
    async with visit("--seconds", "1-2") as discord:
        await discord.become("max")
        await _max_sets_limits(discord)
        await discord.become("ann")
        await _ann_is_refused_her_second_song(discord)
        await discord.become("max")
        await expect(discord.messages(REFUSED)).to_have_count(0)
        await _max_sees_why_and_gives_bonus_songs(discord)
        await discord.become("ann")
        await discord.run("song", prompt=SECOND)
        await expect(discord.card(SECOND)).to_be_visible()
        await discord.become("max")
        await _max_sees_what_was_made_and_changed(discord)


def _panel(discord: DiscordPage) -> Locator:
    return discord.private(re.compile("Song quotas|Quota log|Songs in the last"))


async def _max_sets_limits(discord: DiscordPage) -> None:
    await discord.run("quota panel")
    panel = _panel(discord)
    await expect(panel).to_contain_text("No limits yet.")
    await discord.press("Add limit", on=panel)
    await discord.fill_form(songs="25", applies_to=Pick("Server-wide"))
    await expect(panel).to_contain_text("Server-wide limit set to 25 songs per day, starting now.")
    await discord.press("Add limit", on=panel)
    await discord.fill_form(songs="1", applies_to=Pick("Each member"), per=Pick("Month"))
    await expect(panel).to_contain_text("Member limit set to 1 song per month, starting now.")
    for line in ("Server-wide · 25 songs per day", "Each member · 1 song per month", "0 / 25 today"):
        await expect(panel).to_contain_text(line)


async def _ann_is_refused_her_second_song(discord: DiscordPage) -> None:
    offered = " ".join(await discord.commands_offered())
    assert "/song" in offered
    assert "/quota" not in offered
    await discord.run("song", prompt=FIRST)
    await discord.run("song", prompt=SECOND)
    refusal = discord.private(REFUSED)
    await expect(refusal).to_contain_text(re.compile(r"Your limit resets .+ \("))
    await expect(refusal).to_contain_text("Server admins can change it with /quota panel.")


async def _max_sees_why_and_gives_bonus_songs(discord: DiscordPage) -> None:
    panel = _panel(discord)
    await discord.choose("Choose a member", "ann", on=panel)
    await expect(panel).to_contain_text("No. Member limit: used up (1 / 1 this month)")
    await discord.press("Bonus songs", on=panel)
    await discord.fill_form(songs="2")
    await expect(panel).to_contain_text("@ann now has 2 bonus songs.")
    await expect(panel).to_contain_text("Yes, as a bonus song")


async def _max_sees_what_was_made_and_changed(discord: DiscordPage) -> None:
    panel = _panel(discord)
    await discord.press("Usage chart", on=panel)
    await expect(panel).to_contain_text("2 songs made. 0 failed")
    await expect(panel).to_contain_text("@ann: 2 songs")
    chart = panel.locator("img[src^='blob:']").last
    await expect(chart).to_have_js_property("naturalWidth", 1000)
    await discord.press("Back", on=panel)
    await discord.press("Log", on=panel)
    for line in (
        "@max gave @ann 2 bonus songs (2 in total)",
        "@max set the member limit to 1 song per month",
        "@max set the server-wide limit to 25 songs per day",
    ):
        await expect(panel).to_contain_text(line)
