"""Test /usage: everyone sees their own, wherever they ask."""

from __future__ import annotations

from typing import Any

import pytest
import simcord.interactions

from .environment import BotEnvironment
from .quotas import ask, quota, read

HERE, DIRECT = "In this server: ", "In DMs and servers I haven't joined: "


def in_progress(result: Any) -> str | None:
    return (
        result.followups[0].embeds[0].footer.text
        if result.followups
        else result.response.embeds[0].footer.text
    )


async def test_made_left_and_when_the_count_begins_anew(bot_env: BotEnvironment):
    await ask(bot_env, bot_env.ann)
    result = await bot_env.ann.slash(bot_env.channel, "usage")
    assert result.ephemeral
    said = read(result)
    assert f"{HERE}1 of 5 songs used today · resets <t:1767312000:R>" in said
    assert f"{DIRECT}0 of 3 songs used today · resets <t:1767312000:R>" in said
    assert in_progress(result) == "In progress: 1"
    await bot_env.wait(120)
    assert in_progress(await bot_env.ann.slash(bot_env.channel, "usage")) is None


async def test_the_limit_that_ends_first_is_the_one_that_is_told(bot_env: BotEnvironment):
    await quota(bot_env, "limit", applies_to="server", songs=3, per="hour")
    await ask(bot_env, bot_env.max)
    said = read(await bot_env.ann.slash(bot_env.channel, "usage"))
    assert "2 songs left in this server this hour, shared by everyone." in said


async def test_a_spent_limit_says_so(bot_env: BotEnvironment):
    await quota(bot_env, "limit", applies_to="member", songs=1, per="day")
    await ask(bot_env, bot_env.ann)
    said = read(await bot_env.ann.slash(bot_env.channel, "usage"))
    assert "1 of 1 song used today" in said
    assert "You've used your 1 song for today." in said
    assert "<t:1767312000:R>" in said


async def test_in_direct_messages_there_is_no_server_to_tell_of(bot_env: BotEnvironment):
    bot_env.ann.user.dm_channel  # noqa: B018  # opens it
    result = await bot_env.ann.user.slash("usage")
    said = read(result)
    assert HERE not in said
    assert f"{DIRECT}0 of 3 songs used today" in said


@pytest.fixture
def installed_by_ann_alone(bot_env: BotEnvironment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Build the interaction as Discord sends it if only ann has installed the bot, for herself."""
    original = simcord.interactions.base_payload

    def payload(*arguments: Any, **options: Any) -> Any:
        record, sent = original(*arguments, **options)
        sent["authorizing_integration_owners"] = {"1": str(options["user_id"])}
        return record, sent

    monkeypatch.setattr(simcord.interactions, "base_payload", payload)


@pytest.mark.settings(dm_songs_per_day=1)
@pytest.mark.usefixtures("installed_by_ann_alone")
async def test_by_user_install_the_persons_own_quota_is_charged(bot_env: BotEnvironment):
    assert await ask(bot_env, bot_env.ann) == ""
    refusal = await ask(bot_env, bot_env.ann)
    assert "You've used your 1 song for today outside servers." in refusal
    said = read(await bot_env.ann.slash(bot_env.channel, "usage"))
    assert HERE not in said
    assert f"{DIRECT}1 of 1 song used today" in said
