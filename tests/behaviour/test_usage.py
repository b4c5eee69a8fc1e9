"""/usage: everyone's own, wherever they ask."""

from __future__ import annotations

from typing import Any

import pytest
import simcord.interactions

from .environment import House
from .test_quota import ask, quota, read

HERE, DIRECT = "In this server: ", "In direct messages, and where I am no member: "


async def test_made_left_and_when_the_count_begins_anew(house: House):
    await ask(house, house.ann)
    result = await house.ann.slash(house.channel, "usage")
    assert result.ephemeral
    said = read(result)
    assert f"{HERE}Made today: 1 song.\nYou have 4 songs left today." in said
    assert "A new count begins <t:1767312000:R> (<t:1767312000:f>)." in said
    assert f"{DIRECT}Made today: 0 songs.\nYou have 3 songs left today." in said
    assert "Being made now: 1 song" in said
    await house.wait(120)
    assert "Being made now: None" in read(await house.ann.slash(house.channel, "usage"))


async def test_the_limit_that_ends_first_is_the_one_that_is_told(house: House):
    await quota(house, "set", who="server", limit=3, per="hour")
    await ask(house, house.max)
    said = read(await house.ann.slash(house.channel, "usage"))
    assert "2 songs left this hour; that's the limit of the whole server." in said
    assert "A new count begins <t:1767229200:R>" in said


async def test_a_spent_limit_says_so(house: House):
    await quota(house, "set", who="member", limit=1, per="day")
    await ask(house, house.ann)
    said = read(await house.ann.slash(house.channel, "usage"))
    assert "You have used 1 of 1 song today" in said
    assert "<t:1767312000:R>" in said


async def test_in_direct_messages_there_is_no_server_to_tell_of(house: House):
    house.ann.user.dm_channel  # noqa: B018  # opens it
    result = await house.ann.user.slash("usage")
    said = read(result)
    assert HERE not in said
    assert f"{DIRECT}Made today: 0 songs." in said


@pytest.fixture
def installed_by_ann_alone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Discord tells it: the command is there by user install, and the bot is no member."""
    original = simcord.interactions.base_payload

    def payload(*arguments: Any, **options: Any) -> Any:
        record, sent = original(*arguments, **options)
        sent["authorizing_integration_owners"] = {"1": str(options["user_id"])}
        return record, sent

    monkeypatch.setattr(simcord.interactions, "base_payload", payload)


@pytest.mark.settings(dm_songs_per_day=1)
@pytest.mark.usefixtures("installed_by_ann_alone")
async def test_by_user_install_the_persons_own_quota_is_charged(house: House):
    assert await ask(house, house.ann) == ""
    refusal = await ask(house, house.ann)
    assert "You have used 1 of 1 song today; that's your limit outside of servers." in refusal
    said = read(await house.ann.slash(house.channel, "usage"))
    assert HERE not in said
    assert f"{DIRECT}Made today: 1 song." in said
