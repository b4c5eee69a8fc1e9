"""Test the quota panel over the wire: all of it fits Discord's schema, and it works after a restart."""

from __future__ import annotations

import pytest

from .discord_server import permissions
from .discord_server.interaction_record import InteractionRecord
from .discord_server.messages import StoredMessage
from .orders import answer_to, order
from .process import Stage

COMPONENTS_V2 = 1 << 15


@pytest.fixture
def admin(stage: Stage) -> None:
    """Let max manage the server."""
    role = stage.discord.state.add_role(stage.guild, "Managers", permissions.MANAGE_GUILD)
    stage.guild.member(stage.max).roles.append(role)


async def open_panel(stage: Stage) -> StoredMessage:
    record = await stage.discord.slash(stage.max, stage.channel, "quota panel")
    panel = await record.message_matching("Song quotas")
    assert panel.ephemeral
    assert panel.flags & COMPONENTS_V2
    return panel


async def pressed(stage: Stage, panel: StoredMessage, button: str, said: str) -> InteractionRecord:
    record = await stage.discord.click(stage.max, panel, button)
    await shows(stage, panel, said)
    return record


async def shows(stage: Stage, panel: StoredMessage, said: str) -> None:
    await stage.discord.wait_until(lambda: said in panel.text, timeout=20)


async def filled(stage: Stage, panel: StoredMessage, button: str, said: str, **values: str) -> None:
    record = await (await stage.discord.click(stage.max, panel, button)).acknowledged()
    await stage.discord.submit_modal(record, values)
    await shows(stage, panel, said)


def select_named(panel: StoredMessage, placeholder: str) -> str:
    return next(part["custom_id"] for part in panel.components if part.get("placeholder") == placeholder)


@pytest.mark.usefixtures("admin")
async def test_an_admin_does_everything_in_one_message(stage: Stage):
    bot = await stage.start_ready()
    panel = await open_panel(stage)
    await filled(stage, panel, "Add limit", "0 / 25 today", songs="25", applies_to="server", per="day")
    await filled(
        stage, panel, "Edit", "set to 30 songs per week (was 25 songs per day)", songs="30", per="week"
    )

    await stage.discord.select(stage.max, panel, select_named(panel, "Choose a member"), str(stage.ann.id))
    await shows(stage, panel, "Can make a song now: ✅ Yes")
    await filled(stage, panel, "Bonus songs", "now has 3 bonus songs", songs="3")
    await pressed(stage, panel, "Reset usage", f"Reset {stage.ann.mention}'s usage")
    await filled(stage, panel, "Time zone", "to `Europe/Berlin`", zone="berlin")
    await filled(stage, panel, "Language", "is now in **Deutsch**", language="de")

    await pressed(stage, panel, "Channels", "These rules cover commands")
    denied = select_named(panel, "Never in these channels")
    await stage.discord.select(stage.max, panel, denied, str(stage.channel.id))
    await shows(stage, panel, f"everywhere except <#{stage.channel.id}>")
    refused = await stage.discord.slash(stage.ann, stage.channel, "song", prompt="rain")
    await refused.message_matching("Songs are turned off in this channel")

    await pressed(stage, panel, "Back", "Song quotas")
    await pressed(stage, panel, "Log", "turned songs off in")
    await pressed(stage, panel, "Back", "Song quotas")
    await pressed(stage, panel, "Usage chart", "Songs in the last 7 days")
    [picture] = panel.files
    assert picture.name == "songs.png"
    assert picture.data.startswith(b"\x89PNG")
    await pressed(stage, panel, "Back", "Song quotas")
    assert "Traceback" not in bot.log


@pytest.mark.usefixtures("admin")
async def test_an_open_panel_works_with_the_next_process(stage: Stage):
    bot = await stage.start_ready()
    panel = await open_panel(stage)
    form = await (await stage.discord.click(stage.max, panel, "Add limit")).acknowledged()
    await bot.kill()
    await stage.start_ready()
    await stage.discord.submit_modal(form, {"songs": "7", "applies_to": "server", "per": "day"})
    await shows(stage, panel, "0 / 7 today")
    await pressed(stage, panel, "Remove", "Removed the server-wide limit")


@pytest.mark.usefixtures("admin", "on_one_day")
async def test_a_song_made_meanwhile_and_a_typed_command_are_seen_in_the_open_panel(stage: Stage):
    await stage.start_ready()
    panel = await open_panel(stage)
    await stage.discord.slash(
        stage.max, stage.channel, "quota limit", songs=9, per="day", applies_to="server"
    )
    await shows(stage, panel, "0 / 9 today")
    await answer_to(await order(stage, "rain"))
    await shows(stage, panel, "1 / 9 today")


@pytest.mark.usefixtures("admin")
async def test_the_other_answers_of_quota_fit_discords_schema(stage: Stage):
    bot = await stage.start_ready()
    for command, said in (
        ("quota show", "Song quotas"),
        ("quota log", "Quota log"),
        ("quota usage", "Songs in the last 7 days"),
        ("quota channels", "in all channels"),
    ):
        record = await stage.discord.slash(stage.max, stage.channel, command)
        await record.message_matching(said, timeout=20)
        assert record.ephemeral
    assert "Traceback" not in bot.log
