"""Test /quota panel: everything about quotas in one private message, usable with the keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest
import simcord.interactions
from simcord.components import walk_components
from simcord.results import InteractionResult

from songbot.wording import quota_panel as wording
from songbot.wording.language import ENGLISH

from .environment import BotEnvironment
from .helpers import restart
from .quotas import PRESS, ask, quota, read, send


async def open_panel(bot_env: BotEnvironment, admin: Any = None) -> InteractionResult:
    result = await (admin or bot_env.max).slash(bot_env.channel, "quota panel")
    assert result.ephemeral
    assert result.response is not None
    return result


def controls(panel: InteractionResult) -> dict[str, dict[str, Any]]:
    """Find buttons by label and selects by placeholder."""
    assert panel.response is not None
    found = [part for part in walk_components(panel.response.components) if part.get("custom_id")]
    return {part.get("label") or part.get("placeholder"): part for part in found}


def id_of(panel: InteractionResult, name: str) -> str:
    return controls(panel)[name]["custom_id"]


async def choose(
    bot_env: BotEnvironment, panel: InteractionResult, select: str, *values: Any
) -> InteractionResult:
    return await bot_env.max.select(panel.response, list(values), custom_id=id_of(panel, select))


async def press(bot_env: BotEnvironment, panel: InteractionResult, label: str) -> InteractionResult:
    return await bot_env.max.click(panel.response, label=label)


async def submit(bot_env: BotEnvironment, form: InteractionResult, **values: Any) -> InteractionResult:
    listed = {name: [values[name]] for name in ("per", "applies_to", "language") if name in values}
    return await bot_env.max.submit_modal(form, values | listed)


async def fill(
    bot_env: BotEnvironment, panel: InteractionResult, label: str, **values: Any
) -> InteractionResult:
    return await submit(bot_env, await press(bot_env, panel, label), **values)


async def test_it_shows_each_rule_with_a_meter_and_what_the_bot_allows_once(bot_env: BotEnvironment):
    await quota(bot_env, "limit", songs=4, per="day", applies_to="server")
    await ask(bot_env, bot_env.ann)
    said = read(await open_panel(bot_env))
    assert "**Server-wide** · 4 songs per day\n-# `█░░░░░` 1 / 4 today · resets <t:1767312000:R>" in said
    assert "**Everyone else** · 5 songs per member per day (default)" in said
    assert said.count("50 songs per day in this server (1 used today)") == 1
    assert "Time zone: `UTC` · Language: automatic · Songs: in all channels" in said
    assert wording.NOTHING_SELECTED(ENGLISH) in said


async def test_a_limit_for_each_member_has_the_meter_of_the_busiest_one(bot_env: BotEnvironment):
    await quota(bot_env, "limit", songs=4, per="day")
    for who, songs in ((bot_env.ann, 2), (bot_env.max, 1)):
        for _ in range(songs):
            await ask(bot_env, who)
    panel = await open_panel(bot_env)
    assert "-# `███░░░` busiest member: 2 / 4 today · resets <t:1767312000:R>" in read(panel)
    dj = bot_env.guild.create_role("DJ")
    await quota(bot_env, "limit", songs=9, per="day", role=dj)
    said = "-# per person · busiest in the server: 2 today · resets <t:1767312000:R>"
    assert read(panel).count(said) == 2
    assert "busiest member" not in read(panel)


async def test_a_limit_is_added_edited_and_removed(bot_env: BotEnvironment):
    panel = await open_panel(bot_env)
    assert controls(panel)["Edit"]["disabled"]
    await fill(bot_env, panel, "Add limit", songs="25", per="day", applies_to="server")
    assert "Server-wide limit set to 25 songs per day, starting now." in read(panel)
    assert "0 / 25 today" in read(panel)

    form = await press(bot_env, panel, "Edit")
    assert form.modal is not None
    filled_in = [part for part in walk_components(form.modal["components"]) if "custom_id" in part]
    assert filled_in[0]["value"] == "25"
    assert [option["value"] for option in filled_in[1]["options"] if option.get("default")] == ["day"]
    await submit(bot_env, form, songs="1,000", per="week")
    assert "set to 1,000 songs per week (was 25 songs per day)" in read(panel)
    assert "so that cap applies first" in read(panel)

    await press(bot_env, panel, "Remove")
    assert "Removed the server-wide limit (1,000 songs per week)." in read(panel)
    assert "No limits yet. Default: 5 songs per member per day." in read(panel)
    assert controls(panel)["Remove"]["disabled"]


async def test_a_role_or_a_member_is_chosen_and_filled_into_the_form(bot_env: BotEnvironment):
    dj = bot_env.guild.create_role("DJ")
    panel = await open_panel(bot_env)
    await choose(bot_env, panel, "Choose a role", dj)
    assert f"{dj.mention} · no limit set" in read(panel)
    await fill(bot_env, panel, "Add limit", for_whom=[dj], applies_to="member", songs="3", per="week")
    assert f"Limit for {dj.mention} set to 3 songs per week, starting now." in read(panel)
    assert "-# per person · busiest in the server: 0 this week · resets <t:" in read(panel)

    await choose(bot_env, panel, "Choose a member", bot_env.ann)
    assert "Can make a song now: ✅ Yes" in read(panel)
    await fill(bot_env, panel, "Edit", songs="0", per="day")
    assert f"Limit for {bot_env.ann.mention} set to no songs, starting now." in read(panel)
    assert "Can make a song now: ❌ No. Personal limit: no songs" in read(panel)
    options = controls(panel)["Choose a limit"]["options"]
    assert [(option["label"], option.get("default", False)) for option in options] == [
        ("Server-wide", False),
        ("Each member", False),
        ("DJ", False),
        ("ann", True),
    ]
    await choose(bot_env, panel, "Choose a limit", f"role.{dj.id}")
    await press(bot_env, panel, "Remove")
    assert f"Removed the limit for {dj.mention} (3 songs per week)." in read(panel)


async def test_bonus_songs_and_resets_are_for_a_chosen_member(bot_env: BotEnvironment):
    await quota(bot_env, "limit", songs=1, per="day")
    await ask(bot_env, bot_env.ann)
    panel = await open_panel(bot_env)
    assert controls(panel)["Bonus songs"]["disabled"]
    assert controls(panel)["Reset usage"]["disabled"]
    await choose(bot_env, panel, "Choose a member", bot_env.ann)
    assert "❌ No. Member limit: used up (1 / 1 today)" in read(panel)
    await fill(bot_env, panel, "Bonus songs", songs="5")
    assert f"{bot_env.ann.mention} now has 5 bonus songs." in read(panel)
    assert "✅ Yes, as a bonus song" in read(panel)
    await press(bot_env, panel, "Reset usage")
    assert f"Reset {bot_env.ann.mention}'s usage: 1 of 1 song left." in read(panel)


async def test_what_cannot_be_used_is_said_in_the_panel_and_changes_nothing(bot_env: BotEnvironment):
    robot = bot_env.guild.add_member(bot_env.env.create_user("robot", bot=True))
    panel = await open_panel(bot_env)
    await fill(bot_env, panel, "Add limit", songs="lots", per="day", applies_to="member")
    assert wording.bad_number(ENGLISH) in read(panel)
    await fill(bot_env, panel, "Add limit", songs="1", per="day", for_whom=[robot], applies_to="member")
    assert "Bots don't have quotas" in read(panel)
    everyone = bot_env.guild.default_role
    await fill(bot_env, panel, "Add limit", songs="1", per="day", for_whom=[everyone], applies_to="member")
    assert "To limit everyone" in read(panel)
    await choose(bot_env, panel, "Choose a member", robot)
    assert "Bots don't have quotas" in read(panel)
    await fill(bot_env, panel, "Time zone", zone="America/Indiana")
    assert "Did you mean" in read(panel)
    assert "Nothing has been changed yet" in await quota(bot_env, "log")


async def test_the_time_zone_is_set_and_the_present_one_is_filled_in(bot_env: BotEnvironment):
    panel = await open_panel(bot_env)
    form = await press(bot_env, panel, "Time zone")
    assert form.modal is not None
    [zone] = [part for part in walk_components(form.modal["components"]) if "custom_id" in part]
    assert zone["value"] == "UTC"
    await submit(bot_env, form, zone="berlin")
    assert "Time zone changed from `UTC` to `Europe/Berlin`." in read(panel)
    assert "Time zone: `Europe/Berlin`" in read(panel)


async def test_the_language_is_set_and_the_present_one_is_chosen(bot_env: BotEnvironment):
    panel = await open_panel(bot_env)
    await fill(bot_env, panel, "Language", language="pt-BR")
    assert "songs here is now in **Português (Brasil)**." in read(panel)
    assert "Language: Português (Brasil)" in read(panel)

    form = await press(bot_env, panel, "Language")
    assert form.modal is not None
    [select] = [part for part in walk_components(form.modal["components"]) if "custom_id" in part]
    assert [option["value"] for option in select["options"] if option.get("default")] == ["pt-BR"]
    await submit(bot_env, form, language="automatic")
    assert "now in the language of the person who requested the song" in read(panel)
    assert "Language: automatic" in read(panel)

    await press(bot_env, panel, "Log")
    assert "changed the language from **automatic** to **Português (Brasil)**" in read(panel)
    assert "changed the language from **Português (Brasil)** to **automatic**" in read(panel)


async def test_channels_have_a_page_of_their_own(bot_env: BotEnvironment):
    other = bot_env.guild.create_text_channel("songs")
    panel = await open_panel(bot_env)
    await press(bot_env, panel, "Channels")
    assert "in all channels" in read(panel)
    await choose(bot_env, panel, "Only in these channels (none: everywhere)", other)
    assert f"Channels updated. Songs can now be made only in <#{other.id}>." in read(panel)
    chosen = controls(panel)["Only in these channels (none: everywhere)"]["default_values"]
    assert [int(value["id"]) for value in chosen] == [other.id]
    assert f"try <#{other.id}>" in await ask(bot_env, bot_env.ann)
    await press(bot_env, panel, "Back")
    assert f"Songs: only in <#{other.id}>" in read(panel)


async def test_the_log_turns_its_pages_inside_the_panel(bot_env: BotEnvironment):
    for limit in range(12):
        await quota(bot_env, "limit", songs=limit, per="day")
    panel = await open_panel(bot_env)
    await press(bot_env, panel, "Log")
    first = read(panel)
    assert "from **10 songs per day** to **11 songs per day**" in first
    await press(bot_env, panel, "Older")
    assert "set the member limit to **no songs**" in read(panel)
    await press(bot_env, panel, "Newest")
    assert read(panel) == first
    await press(bot_env, panel, "Back")
    assert "Each member" in read(panel)


async def test_the_chart_is_a_page_with_a_picture_in_words_too(bot_env: BotEnvironment):
    await ask(bot_env, bot_env.ann)
    panel = await open_panel(bot_env)
    await press(bot_env, panel, "Usage chart")
    assert "Songs in the last 7 days" in read(panel)
    assert controls(panel)["7 days"]["disabled"]
    await press(bot_env, panel, "13 weeks")
    assert "Songs in the last 13 weeks" in read(panel)
    assert panel.response is not None
    [picture] = panel.response.attachments
    assert "Songs in the last 13 weeks. 1 song made." in (picture.description or "")
    [gallery] = [part for part in walk_components(panel.response.components) if part["type"] == 12]
    assert gallery["items"][0]["description"].startswith("Bar chart.")
    await press(bot_env, panel, "Back")
    assert "Song quotas" in read(panel)
    assert panel.response.attachments == []


async def test_another_admins_change_is_seen_at_once(bot_env: BotEnvironment):
    roles = bot_env.guild._guild.members[bot_env.max.id].role_ids
    eve = bot_env.guild.add_member(bot_env.env.create_user("eve"))
    bot_env.guild._guild.members[eve.id].role_ids.extend(roles)
    mine, hers = await open_panel(bot_env), await open_panel(bot_env, eve)
    await fill(bot_env, mine, "Add limit", songs="7", per="day", applies_to="server")
    assert "0 / 7 today" in read(hers)
    assert "limit set to" not in read(hers)
    result = await eve.slash(bot_env.channel, "quota remove", applies_to="server")
    assert "Removed" in read(result)
    assert "No limits yet" in read(mine)


async def test_a_change_by_another_process_and_a_song_made_are_seen_soon(bot_env: BotEnvironment):
    panel = await open_panel(bot_env)
    await ask(bot_env, bot_env.ann)
    await bot_env.wait(11)
    assert "(1 used today)" in read(panel)


async def test_nothing_is_edited_while_nothing_changes(bot_env: BotEnvironment):
    await open_panel(bot_env)
    before = len(bot_env.env.http_requests)
    await bot_env.wait(25)
    assert len(bot_env.env.http_requests) == before


async def test_when_the_token_is_dead_the_panel_is_left_alone(bot_env: BotEnvironment):
    panel = await open_panel(bot_env)
    before = read(panel)
    bot_env.env.backend.clock.advance(15 * 60)
    await quota(bot_env, "limit", songs=7, per="day", applies_to="server")
    assert read(panel) == before


async def test_it_no_longer_follows_along_for_someone_who_lost_manage_server(bot_env: BotEnvironment):
    panel = await open_panel(bot_env)
    roles = bot_env.guild._guild.members[bot_env.max.id].role_ids
    kept = list(roles)
    roles.clear()
    before = read(panel)
    await ask(bot_env, bot_env.ann)
    await bot_env.wait(11)
    assert read(panel) == before
    roles.extend(kept)
    await ask(bot_env, bot_env.ann)
    await bot_env.wait(11)
    assert read(panel) == before
    await press(bot_env, panel, "Channels")
    await press(bot_env, panel, "Back")
    assert "(2 used today)" in read(panel)


async def test_it_no_longer_follows_along_for_someone_who_left(bot_env: BotEnvironment):
    panel = await open_panel(bot_env)
    before = read(panel)
    del bot_env.guild._guild.members[bot_env.max.id]
    await ask(bot_env, bot_env.ann)
    await bot_env.wait(11)
    assert read(panel) == before


async def test_it_works_after_a_restart(bot_env: BotEnvironment):
    panel = await open_panel(bot_env)
    await restart(bot_env)
    await fill(bot_env, panel, "Add limit", songs="7", per="day", applies_to="server")
    assert "0 / 7 today" in read(panel)


async def test_manage_server_is_checked_with_each_press_choice_and_form(bot_env: BotEnvironment):
    panel = await open_panel(bot_env)
    form = await press(bot_env, panel, "Add limit")
    bot_env.guild._guild.members[bot_env.max.id].role_ids.clear()
    before = read(panel)
    for result in (
        await press(bot_env, panel, "Log"),
        await press(bot_env, panel, "Time zone"),
        await choose(bot_env, panel, "Choose a limit", "server.0"),
        await submit(bot_env, form, songs="1", per="day", applies_to="server"),
    ):
        assert "Manage Server" in read(result) or "manage the server" in read(result)
    assert read(panel) == before


@pytest.mark.parametrize(
    "custom_id",
    [
        "quota:v1:panel:remove:role.9223372036854775808:",
        "quota:v1:panel:explode:none.0:",
        "quota:v1:panel:edit:role.0:",
        "quota:v1:panel:bonus:server.0:",
        "quota:v1:panel:chart:none.0:9999",
        "quota:v1:panel:reset:role.5:",
    ],
)
async def test_forged_ids_change_nothing_and_are_answered(bot_env: BotEnvironment, custom_id: str):
    panel = await open_panel(bot_env)
    assert panel.response is not None
    stored = bot_env.env.backend.get_message(bot_env.channel.id, panel.response.id)
    button = next(part for part in walk_components(stored.components) if part.get("label") == "Log")
    button["custom_id"] = custom_id
    message = dict(simcord.interactions.serializers.message_payload(bot_env.env.backend, stored))
    forged = send(bot_env, bot_env.max, PRESS, {"custom_id": custom_id, "component_type": 2}, message=message)
    forged._interaction.source_message_id = panel.response.id
    await bot_env.env.settle()
    assert forged.acknowledged
    assert await bot_env.database.quotas.audit_log(bot_env.guild.id, None, 5) == []
