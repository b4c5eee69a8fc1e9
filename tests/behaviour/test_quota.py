"""Test /quota as an admin uses it, and what members notice of it."""

from __future__ import annotations

import pytest
import simcord.interactions
from discord import app_commands

from cogs.quota._cog import QuotaCog
from songbot.app import create_app
from songbot.interactions.errors import UserFacingError
from songbot.songs.errors import StoreUnavailable
from songbot.songs.provider import JobReport, JobState
from songbot.ui.quota.draw_chart import ChartNotDrawn
from songbot.wording import general
from songbot.wording.language import ENGLISH
from tests.support.songs import COMPLETED

from .environment import BotEnvironment
from .quotas import COMMAND, PRESS, ask, buttons_in, command, quota, read, send, words

DAY = 86400.0


async def test_a_server_without_rules_says_what_holds(bot_env: BotEnvironment):
    shown = await quota(bot_env, "show")
    assert "No limits yet. Default: 5 songs per member per day." in shown
    assert "50 songs per day in this server (0 used today)" in shown
    assert "Time zone: `UTC` · Language: automatic · Songs: in all channels" in shown


async def test_rules_are_made_shown_changed_and_taken_out(bot_env: BotEnvironment):
    dj = bot_env.guild.create_role("DJ")
    for options, said in (
        ({"songs": 20, "per": "day", "applies_to": "server"}, "Server-wide limit set to 20 songs per day"),
        ({"songs": 2, "per": "hour"}, "Member limit set to 2 songs per hour, starting now."),
        ({"songs": 4, "per": "week", "role": dj}, f"Limit for {dj.mention} set to 4 songs per week"),
        (
            {"songs": 0, "per": "month", "user": bot_env.ann},
            f"Limit for {bot_env.ann.mention} set to no songs",
        ),
        ({"songs": 3, "per": "day", "applies_to": "member"}, "set to 3 songs per day (was 2 songs per hour)"),
    ):
        assert said in await quota(bot_env, "limit", **options)

    shown = await quota(bot_env, "show")
    for line in (
        "**Server-wide** · 20 songs per day\n-# `░░░░░░` 0 / 20 today · resets <t:1767312000:R>",
        "**Each member** · 3 songs per day\n"
        "-# per person · busiest in the server: 0 today · resets <t:1767312000:R>",
        f"{dj.mention} · 4 songs per week\n"
        "-# per person · busiest in the server: 0 this week · resets <t:1767571200:R>",
        f"{bot_env.ann.mention} · no songs",
    ):
        assert line in shown

    for options, said in (
        ({"user": bot_env.ann}, "(no songs). Their role or member limit applies now."),
        ({"role": dj}, f"Removed the limit for {dj.mention} (4 songs per week)."),
        ({"applies_to": "member"}, "The default applies now: 5 songs per member per day."),
        ({"applies_to": "server"}, "This bot's cap of 50 songs per day applies now."),
        ({"applies_to": "server"}, "There is no server-wide limit. Nothing changed."),
    ):
        assert said in await quota(bot_env, "remove", **options)
    assert "No limits yet" in await quota(bot_env, "show")


async def test_a_rule_above_a_ceiling_is_taken_and_the_ceiling_is_named(bot_env: BotEnvironment):
    said = await quota(bot_env, "limit", applies_to="member", songs=100_000, per="week")
    assert "set to 100,000 songs per week" in said
    assert "at most 50 songs per day in one server, so that cap applies first" in said
    assert "at most" not in await quota(bot_env, "limit", applies_to="member", songs=50, per="day")


@pytest.mark.settings(operator_songs_per_day=40)
async def test_the_ceiling_for_everybody_is_named_too(bot_env: BotEnvironment):
    said = await quota(bot_env, "limit", applies_to="server", songs=45, per="day")
    assert "at most 40 songs per day in all servers together" in said
    assert "in one server" not in said
    assert "40 per day in all servers together" in await quota(bot_env, "show")


async def test_what_can_not_be_used_gets_a_clear_sentence(bot_env: BotEnvironment):
    robot = bot_env.guild.add_member(bot_env.env.create_user("robot", bot=True))
    for command_name, options in (
        ("limit", {"songs": 1, "per": "day"}),
        ("check", {}),
        ("grant", {"songs": 1}),
        ("reset", {}),
    ):
        assert "Bots don't have quotas" in await quota(bot_env, command_name, user=robot, **options)
    everyone = bot_env.guild.default_role
    assert "applies_to:each member" in await quota(bot_env, "limit", role=everyone, songs=1, per="day")
    assert "Choose one of" in await quota(bot_env, "remove")
    assert "Choose one of" in await quota(bot_env, "remove", applies_to="member", user=bot_env.ann)
    both = await quota(bot_env, "limit", songs=1, per="day", applies_to="member", user=bot_env.ann)
    assert "Choose only one of" in both
    unknown = await quota(bot_env, "timezone", zone="Mars/**Crater**")
    assert "I don't know the time zone" in unknown
    assert "**Crater**" not in unknown
    assert all(isinstance(error.__cause__, UserFacingError) for error in bot_env.env.errors)
    assert "Nothing has been changed yet" in await quota(bot_env, "log")


async def test_a_member_is_refused_by_their_limit_and_told_which_and_until_when(bot_env: BotEnvironment):
    await quota(bot_env, "limit", applies_to="member", songs=1, per="day")
    assert await ask(bot_env, bot_env.ann) == ""
    refusal = await ask(bot_env, bot_env.ann)
    assert (
        "You've used your 1 song for today. Your limit resets <t:1767312000:R> (<t:1767312000:f>)." in refusal
    )
    assert "Server admins can change it with `/quota panel`." in refusal
    assert bot_env.whisul.posts == ["rain"]
    await bot_env.wait(90)
    bot_env.env.backend.clock.advance(DAY)
    assert await ask(bot_env, bot_env.ann) == ""


async def test_the_servers_own_limit_is_said_to_be_the_whole_servers(bot_env: BotEnvironment):
    await quota(bot_env, "limit", applies_to="server", songs=1, per="hour")
    assert await ask(bot_env, bot_env.max) == ""
    refusal = await ask(bot_env, bot_env.ann)
    assert "This server has used its 1 song for this hour." in refusal
    assert "This limit is shared by everyone in the server." in refusal
    assert len(bot_env.whisul.posts) == 1


async def test_the_most_generous_role_wins_and_a_role_taken_away_counts_at_once(bot_env: BotEnvironment):
    few, many = bot_env.guild.create_role("Few"), bot_env.guild.create_role("Many")
    eve = bot_env.guild.add_member(bot_env.env.create_user("eve"), roles=[few, many])
    await quota(bot_env, "limit", applies_to="member", songs=0, per="day")
    await quota(bot_env, "limit", role=few, songs=1, per="day")
    await quota(bot_env, "limit", role=many, songs=2, per="day")

    checked = await quota(bot_env, "check", user=eve)
    assert "eve's quota" in checked
    assert "Can make a song now: ✅ Yes" in checked
    assert f"Active limit: Limit for {many.mention}: **2 songs per day**" in checked
    assert "With several roles, the one with the most songs left applies." in checked
    assert f"Limit for {few.mention}: **1 song per day**" in checked
    assert "0 / 2 today" in checked

    assert await ask(bot_env, eve) == ""
    bot_env.guild._guild.members[eve.id].role_ids.remove(many.id)
    refusal = await ask(bot_env, eve)
    assert f"You've used your 1 song for today. That's the limit for {few.mention}." in refusal
    assert "❌ No. Limit for" in await quota(bot_env, "check", user=eve)


async def test_a_rule_for_a_person_goes_before_all(bot_env: BotEnvironment):
    await quota(bot_env, "limit", user=bot_env.ann, songs=0, per="day")
    assert "Song-making is turned off for you in this server." in await ask(bot_env, bot_env.ann)
    checked = await quota(bot_env, "check", user=bot_env.ann)
    assert "❌ No. Personal limit: no songs" in checked
    assert "A personal limit overrides all others." in checked


async def test_extra_songs_come_after_the_own_limit(bot_env: BotEnvironment):
    await quota(bot_env, "limit", applies_to="member", songs=1, per="day")
    assert "now has 2 bonus songs. They don't expire" in await quota(
        bot_env, "grant", user=bot_env.ann, songs=2
    )
    for _ in range(3):
        assert await ask(bot_env, bot_env.ann) == ""
    assert "You've used your 1 song for today." in await ask(bot_env, bot_env.ann)
    assert "Bonus songs" not in await quota(bot_env, "check", user=bot_env.ann)


async def test_a_reset_gives_back_what_was_used(bot_env: BotEnvironment):
    await quota(bot_env, "limit", applies_to="member", songs=1, per="week")
    assert await ask(bot_env, bot_env.ann) == ""
    said = await quota(bot_env, "reset", user=bot_env.ann)
    assert "usage: 1 of 1 song left. Server-wide usage is unchanged." in said
    assert await ask(bot_env, bot_env.ann) == ""
    assert await ask(bot_env, bot_env.ann) != ""


async def test_a_reset_does_not_hide_that_the_whole_server_is_done(bot_env: BotEnvironment):
    await quota(bot_env, "limit", applies_to="server", songs=1, per="day")
    await ask(bot_env, bot_env.ann)
    assert "still can't make a song. Server-wide limit: used up" in await quota(
        bot_env, "reset", user=bot_env.ann
    )


async def test_another_time_zone_moves_the_windows_and_loses_no_count(bot_env: BotEnvironment):
    await quota(bot_env, "limit", applies_to="member", songs=1, per="day")
    assert await ask(bot_env, bot_env.ann) == ""
    said = await quota(bot_env, "timezone", zone="asia/tokyo")
    assert said.strip() == "Time zone changed from `UTC` to `Asia/Tokyo`. Days now start at midnight there."
    refusal = await ask(bot_env, bot_env.ann)
    assert "<t:1767279600:R>" in refusal  # midnight in Tokyo: 15:00 UTC
    assert "Time zone: `Asia/Tokyo`" in await quota(bot_env, "show")
    assert "already" in await quota(bot_env, "timezone", zone="Asia/Tokyo")


async def test_time_zones_are_offered_while_typing(bot_env: BotEnvironment):
    offered = await bot_env.max.autocomplete(bot_env.channel, "quota timezone", "zone", "berl")
    assert [choice["value"] for choice in offered] == ["Europe/Berlin"]
    assert len(await bot_env.max.autocomplete(bot_env.channel, "quota timezone", "zone", "a")) == 25


async def test_a_failed_song_is_given_back(bot_env: BotEnvironment):
    await quota(bot_env, "limit", applies_to="member", songs=1, per="day")
    bot_env.whisul.ending = JobReport(JobState.FAILED)
    assert await ask(bot_env, bot_env.ann) == ""
    assert "1 / 1 today" in await quota(bot_env, "check", user=bot_env.ann)
    await bot_env.wait(90)
    assert "doesn't count" in words(bot_env.channel.last_message.embeds[0])
    assert "0 / 1 today" in await quota(bot_env, "check", user=bot_env.ann)
    bot_env.whisul.ending = COMPLETED
    assert await ask(bot_env, bot_env.ann) == ""


async def test_twenty_orders_at_the_same_instant_on_a_limit_of_five_give_five_songs(bot_env: BotEnvironment):
    await quota(bot_env, "limit", applies_to="member", songs=5, per="day")
    data = command(bot_env, "song", prompt=(3, "rain"))
    results = [send(bot_env, bot_env.ann, COMMAND, data) for _ in range(20)]
    await bot_env.env.settle()
    assert sum(result.response is not None for result in results) == 5
    refusals = [answer.content for result in results for answer in result.followups]
    assert len(refusals) == 15
    assert all("You've used all 5 of your songs for today." in refusal for refusal in refusals)
    await bot_env.wait(300)
    assert len(bot_env.whisul.posts) == 5


async def test_members_do_not_see_the_command_and_forging_it_changes_nothing(bot_env: BotEnvironment):
    assert not any(name.startswith("quota") for name in bot_env.ann.available_commands(bot_env.channel))
    for path, options in (
        (("quota", "show"), {}),
        (("quota", "log"), {}),
        (("quota", "usage"), {"days": (4, 7)}),
        (("quota", "timezone"), {"zone": (3, "Asia/Tokyo")}),
        (("quota", "panel"), {}),
        (("quota", "channels"), {}),
        (("quota", "remove"), {}),
        (("quota", "limit"), {"applies_to": (3, "server"), "songs": (4, 0), "per": (3, "day")}),
    ):
        forged = send(bot_env, bot_env.ann, COMMAND, command(bot_env, *path, **options))
        await bot_env.env.settle()
        assert forged.ephemeral
        assert read(forged).strip() == "You need the **Manage Server** permission for that."
    assert all(isinstance(error, app_commands.MissingPermissions) for error in bot_env.env.errors)
    assert "Nothing has been changed yet" in await quota(bot_env, "log")


async def many_changes(bot_env: BotEnvironment, count: int) -> None:
    for limit in range(count):
        await quota(bot_env, "limit", applies_to="member", songs=limit, per="day")


async def test_the_log_has_pages_that_also_turn_after_a_restart(bot_env: BotEnvironment):
    await many_changes(bot_env, 13)
    result = await bot_env.max.slash(bot_env.channel, "quota log")
    assert result.response is not None
    first = read(result)
    assert (
        f"{bot_env.max.mention} changed the member limit from **11 songs per day** to **12 songs per day**"
        in first
    )
    assert "from **2 songs per day** to **3 songs per day**" in first
    assert "to **2 songs per day**" not in first
    assert "<t:1767225600:f>" in first

    await bot_env.env.restart_bot((await create_app(bot_env.app.dependencies)).bot)
    older = await bot_env.max.click(result.response, label="Older")
    page = read(older)
    assert "set the member limit to **no songs**" in page
    assert "to **3 songs per day**" not in page
    assert [button["label"] for button in buttons_in(result.response.components)] == ["Newest"]
    newest = await bot_env.max.click(result.response, label="Newest")
    assert read(newest) == first


async def test_a_press_of_someone_without_the_right_shows_nothing(bot_env: BotEnvironment):
    await many_changes(bot_env, 11)
    result = await bot_env.max.slash(bot_env.channel, "quota log")
    assert result.response is not None
    stored = bot_env.env.backend.get_message(bot_env.channel.id, result.response.id)
    message = dict(simcord.interactions.serializers.message_payload(bot_env.env.backend, stored))
    before = read(result)
    [button] = buttons_in(stored.components)
    data = {"custom_id": button["custom_id"], "component_type": 2}
    forged = send(bot_env, bot_env.ann, PRESS, data, message=message)
    await bot_env.env.settle()
    assert "You need the **Manage Server** permission" in read(forged)
    bot_env.guild._guild.members[bot_env.max.id].role_ids.clear()
    lost = await bot_env.max.click(result.response, label="Older")
    assert "You need the **Manage Server** permission" in read(lost)
    assert read(result) == before


async def test_the_chart_says_the_same_in_words(bot_env: BotEnvironment):
    for actor in (bot_env.ann, bot_env.ann, bot_env.max):
        await ask(bot_env, actor)
    bot_env.whisul.ending = JobReport(JobState.FAILED)
    await bot_env.wait(120)
    await quota(bot_env, "limit", applies_to="server", songs=20, per="day")
    result = await bot_env.max.slash(bot_env.channel, "quota usage", days=30)
    said = read(result)
    assert "Songs in the last 30 days" in said
    assert "0 songs made. 3 failed (not counted)." in said
    assert "Server limit: 20 per day." in said
    bot_env.whisul.ending = COMPLETED
    await ask(bot_env, bot_env.ann)
    result = await bot_env.max.slash(bot_env.channel, "quota usage")
    assert result.response is not None
    assert f"**Top creators**\n1. {bot_env.ann.mention}: 1 song" in read(result)
    [picture] = result.response.attachments
    assert picture.filename == "songs.png"
    assert "Songs in the last 7 days. 1 song made. 3 failed" in (picture.description or "")


async def test_without_the_right_to_attach_the_words_come_alone(bot_env: BotEnvironment):
    bot_env.env.inject_error("PATCH", "/webhooks/*", status=403, code=50013)
    said = await quota(bot_env, "usage", days=7)
    assert "0 songs made. 0 failed" in said
    assert "The chart couldn't be drawn." in said


async def test_where_no_chart_can_be_drawn_the_words_come_alone(
    bot_env: BotEnvironment, monkeypatch: pytest.MonkeyPatch
):
    async def fail(language: object, days: object, daily_limit: int) -> bytes:
        raise ChartNotDrawn("no renderer")

    monkeypatch.setattr("cogs.quota._usage.draw_chart", fail)
    assert "0 songs made. 0 failed" in await quota(bot_env, "usage", days=91)


async def test_rules_of_deleted_roles_and_of_people_who_left_are_shown_as_such(bot_env: BotEnvironment):
    gone_role = bot_env.guild.create_role("Old")
    kept_role = bot_env.guild.create_role("New")
    for role in (gone_role, kept_role):
        await quota(bot_env, "limit", role=role, songs=9, per="day")
    eve = bot_env.guild.add_member(bot_env.env.create_user("eve"), roles=[gone_role])
    await quota(bot_env, "limit", user=eve, songs=9, per="day")
    await quota(bot_env, "limit", user=bot_env.ann, songs=8, per="day")
    bot_env.env.backend.delete_role(bot_env.guild.id, gone_role.id)
    bot_env.guild.remove_member(eve)
    await bot_env.env.settle()

    shown = await quota(bot_env, "show")
    assert "A deleted role · 9 songs per day" in shown
    assert f"{kept_role.mention} · 9 songs per day" in shown
    assert f"{eve.mention} (left the server) · 9 songs per day" in shown
    assert f"{bot_env.ann.mention} · 8 songs per day" in shown
    asked = [entry.path for entry in bot_env.env.http_requests if "/members/" in entry.path]
    assert len(asked) == 2
    await quota(bot_env, "show")
    assert len([entry for entry in bot_env.env.http_requests if "/members/" in entry.path]) == 2

    assert "They're not in this server, so role limits don't apply." in await quota(
        bot_env, "check", user=eve.user
    )
    assert "Removed" in await quota(bot_env, "remove", user=eve.user)


async def test_discord_not_answering_about_a_member_does_not_stop_the_list(bot_env: BotEnvironment):
    await quota(bot_env, "limit", user=bot_env.ann, songs=8, per="day")
    bot_env.env.inject_error("GET", "/guilds/*/members/*", status=403, code=50001)
    assert f"{bot_env.ann.mention} · 8 songs per day" in await quota(bot_env, "show")


class Comings:
    """Records the calls about joining and leaving servers."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int]] = []

    async def guild_left(self, guild_id: int, now: object) -> None:
        self.heard.append(("left", guild_id))

    async def guild_joined(self, guild_id: int) -> None:
        self.heard.append(("joined", guild_id))


async def test_an_outage_is_not_taken_for_leaving_a_server(bot_env: BotEnvironment):
    cog, comings = bot_env.app.bot.get_cog("quota"), Comings()
    assert isinstance(cog, QuotaCog)
    cog._quotas = comings  # pyright: ignore[reportAttributeAccessIssue]
    backend = bot_env.env.backend
    backend.emit("GUILD_DELETE", {"id": str(bot_env.guild.id), "unavailable": True})
    await bot_env.env.settle()
    assert comings.heard == []
    backend.emit("GUILD_DELETE", {"id": str(bot_env.guild.id)})
    await bot_env.env.settle()
    assert comings.heard == [("left", bot_env.guild.id)]
    guild = backend.get_guild(bot_env.guild.id)
    back = dict(simcord.interactions.serializers.guild_create_payload(backend, guild))
    backend.emit("GUILD_CREATE", back)  # after an outage, `unavailable` is present and false
    await bot_env.env.settle()
    assert len(comings.heard) == 1
    backend.emit("GUILD_DELETE", {"id": str(bot_env.guild.id)})
    del back["unavailable"]
    backend.emit("GUILD_CREATE", back)
    await bot_env.env.settle()
    assert comings.heard[1:] == [("left", bot_env.guild.id), ("joined", bot_env.guild.id)]


async def test_the_command_is_for_servers_and_for_those_who_manage_them(bot_env: BotEnvironment):
    registered = bot_env.env.backend.find_command("quota", bot_env.guild.id, type=1)
    assert registered is not None
    assert int(registered["default_member_permissions"]) == 32  # MANAGE_GUILD
    assert registered["contexts"] == [0]  # GUILD
    assert registered["integration_types"] == [0]  # GUILD_INSTALL
    names = " ".join(option["name"] for option in registered["options"])
    assert names == "panel show limit remove check grant reset channels timezone log usage"


async def test_a_forged_page_that_cannot_be_is_answered_and_shows_nothing(bot_env: BotEnvironment):
    await many_changes(bot_env, 11)
    result = await bot_env.max.slash(bot_env.channel, "quota log")
    assert result.response is not None
    first = read(result)
    stored = bot_env.env.backend.get_message(bot_env.channel.id, result.response.id)
    [button] = buttons_in(stored.components)
    button["custom_id"] = f"quota:v1:log:{10**19 - 1}"
    assert read(await bot_env.max.click(result.response, label="Older")) == general.UNKNOWN_BUTTON(ENGLISH)
    assert read(result) == first


async def test_while_the_database_is_away_the_admin_is_told(
    bot_env: BotEnvironment, monkeypatch: pytest.MonkeyPatch
):
    async def away(*_: object) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(bot_env.database.quotas, "rules", away)
    monkeypatch.setattr(bot_env.database.quotas, "audit_log", away)
    assert "can't reach my database" in await quota(bot_env, "show")
    assert "can't reach my database" in await quota(bot_env, "log")
    assert len(bot_env.env.errors) == 2
