"""Test looking up members: few requests, none twice, and no long waits."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import discord
import pytest

from cogs.quota import _members
from cogs.quota._members import MAX_LOOKUPS, MemberInfo, MemberLookup, stale_rules
from songbot.quotas.rules import LimitKind, Period, Rule


def http_error(kind: type[discord.HTTPException], status: int) -> discord.HTTPException:
    return kind(cast("aiohttp.ClientResponse", SimpleNamespace(status=status, reason="")), "")


class Guild:
    """Discord's server 7: `members` by id. If a value is an exception, it is raised."""

    id = 7
    unavailable = False

    def __init__(self, members: dict[int, Any]) -> None:
        self.members = members
        self.asked: list[int] = []

    async def fetch_member(self, user_id: int) -> Any:
        self.asked.append(user_id)
        found = self.members.get(user_id, http_error(discord.NotFound, 404))
        if isinstance(found, BaseException):
            raise found
        if found is None:
            await asyncio.Event().wait()
        return SimpleNamespace(display_name=found, _roles=[1])

    def get_role(self, role_id: int) -> object | None:
        return object() if role_id == 1 else None


class Watch:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


async def look_up(people: MemberLookup, guild: Guild, *user_ids: int) -> dict[int, MemberInfo]:
    return await people.look_up(cast("discord.Guild", guild), user_ids)


async def test_members_have_names_and_those_who_left_are_known_as_such():
    guild = Guild({1: "ann"})
    found = await look_up(MemberLookup(Watch()), guild, 1, 2)
    assert found == {
        1: MemberInfo("ann", is_member=True, role_ids=frozenset({1})),
        2: MemberInfo(None, is_member=False),
    }


async def test_nobody_is_asked_for_twice_within_ten_minutes():
    guild, watch = Guild({1: "ann"}), Watch()
    people = MemberLookup(watch)
    for _ in range(3):
        await look_up(people, guild, 1, 1)
    assert guild.asked == [1]
    watch.seconds = 601
    await look_up(people, guild, 1)
    assert guild.asked == [1, 1]


async def test_only_a_few_are_asked_for_at_a_time():
    guild = Guild(dict.fromkeys(range(100), "x"))
    people = MemberLookup(Watch())
    assert len(await look_up(people, guild, *range(100))) == MAX_LOOKUPS
    assert len(await look_up(people, guild, *range(100))) == 2 * MAX_LOOKUPS


async def test_an_error_tells_nothing_of_a_member_and_is_asked_again():
    guild = Guild(
        {1: http_error(discord.DiscordServerError, 503), 2: aiohttp.ClientConnectionError(), 3: "eve"}
    )
    people = MemberLookup(Watch())
    assert set(await look_up(people, guild, 1, 2, 3)) == {3}
    guild.members[1] = "ann"
    assert set(await look_up(people, guild, 1, 3)) == {1, 3}


async def test_discords_silence_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(_members, "LOOKUP_TIMEOUT", 0.02)
    assert set(await look_up(MemberLookup(Watch()), Guild({1: None, 2: "eve"}), 1, 2)) == {2}


async def test_what_is_remembered_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(_members, "_MAX_CACHED", 3)
    people = MemberLookup(Watch())
    for number in range(20):
        await look_up(people, Guild({}), number)
    assert len(people._cache) == 3


RULES = [
    Rule(LimitKind.SERVER, 1, Period.DAY),
    Rule(LimitKind.ROLE, 1, Period.DAY, 1),
    Rule(LimitKind.ROLE, 1, Period.DAY, 2),
    Rule(LimitKind.USER, 1, Period.DAY, 1),
    Rule(LimitKind.USER, 1, Period.DAY, 2),
]


async def nobodys(guild: Guild | None) -> frozenset[Rule]:
    return await stale_rules(cast("discord.Guild | None", guild), RULES, MemberLookup(Watch()))


async def test_rules_for_deleted_roles_and_people_who_left_are_found():
    assert await nobodys(Guild({1: "ann"})) == {RULES[4], RULES[2]}


async def test_in_an_outage_nobody_is_said_to_be_gone():
    guild = Guild({})
    guild.unavailable = True
    assert await nobodys(guild) == frozenset()
    assert await nobodys(None) == frozenset()
