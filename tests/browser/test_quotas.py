"""An admin's whole journey with `/quota`, and what a member meets of it, in a real browser."""

from __future__ import annotations

import re

from playwright.async_api import expect

from .discord_page import DiscordPage, Pick
from .visit import IN_CHROMIUM, visit

pytestmark = IN_CHROMIUM

FIRST, SECOND = "a slow lo-fi tune about rain", "a fast synthwave chase"
# By the month, so that no midnight comes between a song and the refusal of the next.
REFUSED = "You have used 1 of 1 song this month; that's the limit for each member of this server."


async def test_an_admin_shares_out_songs_and_sees_what_became_of_them() -> None:
    async with visit("--seconds", "1-2") as discord:
        await discord.become("max")
        await _max_sets_rules(discord)
        await discord.become("ann")
        await _ann_is_refused_her_second_song(discord)
        await discord.become("max")
        await expect(discord.messages(REFUSED)).to_have_count(0)
        await _max_sees_why_and_grants_extra_songs(discord)
        await discord.become("ann")
        await discord.run("song", prompt=SECOND)
        await expect(discord.card(SECOND)).to_be_visible()
        await discord.become("max")
        await _max_sees_what_was_made_and_changed(discord)


async def _max_sets_rules(discord: DiscordPage) -> None:
    await discord.run("quota set", who=Pick("everyone together"), limit="25", per=Pick("day"))
    await expect(discord.private("Done: 25 songs a day for everyone together.")).to_be_visible()
    await discord.run("quota set", who=Pick("each member"), limit="1", per=Pick("month"))
    await expect(discord.private("Done: 1 song a month for each member.")).to_be_visible()
    await discord.run("quota role", role=Pick("Managers"), limit="3", per=Pick("week"))
    await expect(discord.private("Done: 3 songs a week for @Managers.")).to_be_visible()
    await discord.run("quota show")
    rules = discord.private("Song quotas of this server")
    for line in ("Everyone together: 25 songs a day", "Each member: 1 song a month", "0 of 25 songs today"):
        await expect(rules).to_contain_text(line)


async def _ann_is_refused_her_second_song(discord: DiscordPage) -> None:
    offered = " ".join(await discord.commands_offered())
    assert "/song" in offered
    assert "/quota" not in offered
    await discord.run("song", prompt=FIRST)
    await discord.run("song", prompt=SECOND)
    refusal = discord.private(REFUSED)
    await expect(refusal).to_contain_text(re.compile(r"You can make songs again .+ \("))
    await expect(refusal).to_contain_text("An admin of this server can change that with /quota.")


async def _max_sees_why_and_grants_extra_songs(discord: DiscordPage) -> None:
    await discord.run("quota check", user=Pick("ann"))
    check = discord.private("Quota of one person")
    await expect(check).to_contain_text("No: the rule for each member is used up (1 of 1 song this month)")
    await expect(check).to_contain_text("No rule names them or one of their roles")
    await discord.run("quota grant", user=Pick("ann"), songs="2")
    await expect(discord.private("@ann got 2 songs extra and has 2 now.")).to_be_visible()


async def _max_sees_what_was_made_and_changed(discord: DiscordPage) -> None:
    await discord.run("quota usage", days=Pick("7"))
    usage = discord.private("Songs in the last 7 days")
    await expect(usage).to_contain_text("2 songs made, 0 failed")
    await expect(usage).to_contain_text("@ann: 2 songs")
    chart = usage.locator(".embed-image img")
    await expect(chart).to_be_visible()
    await expect(chart).to_have_js_property("naturalWidth", 1000)
    await discord.run("quota log")
    log = discord.private("Changes to the quotas")
    for line in (
        "@max: extra songs of @ann: 0 → 2",
        "@max: rule for @Managers: none → 3 songs a week",
        "@max: rule for everyone together: none → 25 songs a day",
    ):
        await expect(log).to_contain_text(line)
