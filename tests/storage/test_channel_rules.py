"""Test channel rules on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from songbot.quotas.channels import MAX_CHANNELS, ChannelRule, ChannelRules, TooManyChannels
from songbot.storage import Database
from tests.storage.builders import GUILD, NOW, OTHER_GUILD

ADMIN, ROOM, HALL = 9, 101, 102


async def changes(database: Database) -> list[tuple[str, str | None, str | None]]:
    entries = await database.quotas.audit_log(GUILD, None, 100)
    return [(entry.what, entry.old, entry.new) for entry in reversed(entries)]


async def test_a_server_without_rules_has_none(database: Database) -> None:
    assert await database.channel_rules.rules(GUILD) == ChannelRules()


async def test_each_change_is_kept_logged_and_given_back(database: Database) -> None:
    repository = database.channel_rules
    allowed = await repository.set_rule(GUILD, ADMIN, ROOM, ChannelRule.ALLOW, NOW)
    assert allowed == ChannelRules(allowed=frozenset({ROOM}))
    denied = await repository.set_rule(GUILD, ADMIN, ROOM, ChannelRule.DENY, NOW)
    assert denied == ChannelRules(denied=frozenset({ROOM}))
    assert await repository.rules(GUILD) == denied
    assert await repository.set_rule(GUILD, ADMIN, ROOM, None, NOW) == ChannelRules()
    assert await repository.rules(OTHER_GUILD) == ChannelRules()
    key = f"channel:{ROOM}"
    assert await changes(database) == [(key, None, "allow"), (key, "allow", "deny"), (key, "deny", None)]


async def test_a_list_takes_the_place_of_the_one_before(database: Database) -> None:
    repository = database.channel_rules
    await repository.set_channels(GUILD, ADMIN, ChannelRule.ALLOW, [ROOM], NOW)
    rules = await repository.set_channels(GUILD, ADMIN, ChannelRule.ALLOW, [HALL], NOW)
    assert rules == await repository.rules(GUILD) == ChannelRules(allowed=frozenset({HALL}))
    assert len(await changes(database)) == 3


async def test_nothing_is_logged_when_nothing_changes(database: Database) -> None:
    repository = database.channel_rules
    await repository.set_rule(GUILD, ADMIN, ROOM, ChannelRule.ALLOW, NOW)
    await repository.set_rule(GUILD, ADMIN, ROOM, ChannelRule.ALLOW, NOW)
    await repository.set_rule(GUILD, ADMIN, HALL, None, NOW)
    assert len(await changes(database)) == 1


async def test_too_many_channels_change_nothing(database: Database) -> None:
    many = range(1, MAX_CHANNELS + 2)
    with pytest.raises(TooManyChannels):
        await database.channel_rules.set_channels(GUILD, ADMIN, ChannelRule.DENY, many, NOW)
    assert await database.channel_rules.rules(GUILD) == ChannelRules()
    assert await changes(database) == []


async def test_the_rules_go_with_the_server(database: Database) -> None:
    await database.channel_rules.set_rule(GUILD, ADMIN, ROOM, ChannelRule.DENY, NOW)
    await database.quotas.guild_left(GUILD, NOW - timedelta(days=31))
    await database.privacy.purge(90)
    assert await database.channel_rules.rules(GUILD) == ChannelRules()
