"""Test what admins pass to /quota: zones as people type them, people, roles, and exactly one target."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import available_timezones

import discord
import pytest
from discord import app_commands
from hypothesis import given
from hypothesis import strategies as st

from cogs.quota._options import (
    TimeZones,
    limit_target,
    manager_guild_id,
    removal_target,
    require_human,
    role_id,
)
from songbot.interactions.errors import UserFacingError
from songbot.quotas.rules import LimitKind
from songbot.ui.quota.panel_ids import Target
from songbot.wording.language import ENGLISH

ZONES = TimeZones()
NAMES = sorted(available_timezones() - {"Factory", "localtime"})


@contextmanager
def refused(said: str) -> Iterator[None]:
    with pytest.raises(UserFacingError) as caught:
        yield
    assert said in caught.value.sentence(ENGLISH)


@given(st.sampled_from(NAMES), st.sampled_from([str.lower, str.upper, lambda text: text.replace("_", " ")]))
def test_a_zone_is_found_however_it_is_written(name, way):
    assert ZONES.find(f" {way(name)} ") == name


@given(st.text(max_size=60))
def test_any_text_gives_at_most_25_known_zones_each_once(text):
    offered = ZONES.matching(text)
    assert len(offered) <= 25
    assert len(set(offered)) == len(offered)
    assert set(offered) <= set(NAMES)


@given(st.sampled_from(NAMES))
def test_a_name_typed_in_full_is_offered_first(name):
    assert ZONES.matching(name)[0] == name


def test_what_begins_so_comes_before_what_only_holds_it():
    offered = ZONES.matching("york")
    assert offered == ["America/New_York"]
    offered = ZONES.matching("os")
    assert offered[0] == "Europe/Oslo"
    assert "America/Los_Angeles" in offered


def test_before_anything_is_typed_there_is_a_choice_of_cities_from_all_over():
    offered = ZONES.matching("")
    assert len(offered) == 25
    assert {"UTC", "Europe/Berlin", "Asia/Tokyo", "America/New_York"} <= set(offered)


@pytest.mark.parametrize("text", ["", "Mars", "Europe", "../etc/passwd", "Factory"])
def test_what_is_no_zone_is_not_found(text):
    with refused("I don't know th"):
        ZONES.find(text)


def test_the_only_zone_with_a_city_is_found_and_of_several_a_few_are_named():
    assert ZONES.find("berlin") == "Europe/Berlin"
    with refused("Did you mean `America/Indiana"):
        ZONES.find("indiana")


def named(**values: Any) -> Any:
    return SimpleNamespace(**values)


EVERYONE = named(id=1, is_default=lambda: True)
ROLE = named(id=2, is_default=lambda: False)
ANN, ROBOT = named(id=3, bot=False), named(id=4, bot=True)


def test_bots_and_the_role_of_all_are_no_subjects():
    assert require_human(ANN) == 3
    assert role_id(ROLE) == 2
    with refused("Bots"):
        require_human(ROBOT)
    with refused("each member"):
        role_id(EVERYONE)


@pytest.mark.parametrize(
    ("given_to_it", "target"),
    [
        (("server", None, None), Target(LimitKind.SERVER)),
        (("member", None, None), Target(LimitKind.MEMBER)),
        ((None, ROLE, None), Target(LimitKind.ROLE, 2)),
        ((None, None, ANN), Target(LimitKind.USER, 3)),
    ],
)
def test_one_named_subject_is_taken(given_to_it, target):
    assert limit_target(*given_to_it) == removal_target(*given_to_it) == target


def test_a_limit_without_a_subject_is_each_members_and_a_removal_needs_one():
    assert limit_target(None, None, None) == Target(LimitKind.MEMBER)
    with refused("Choose one of"):
        removal_target(None, None, None)


@pytest.mark.parametrize("given_to_it", [("member", ROLE, None), (None, ROLE, ANN), ("server", None, ANN)])
@pytest.mark.parametrize("target_of", [limit_target, removal_target])
def test_several_subjects_are_not(given_to_it, target_of):
    with refused("Choose"):
        target_of(*given_to_it)


def test_a_bot_gets_no_limit_but_an_old_one_can_be_removed():
    with refused("Bots"):
        limit_target(None, None, ROBOT)
    assert removal_target(None, None, ROBOT) == Target(LimitKind.USER, 4)


def asked(guild_id: int | None, **rights: bool) -> discord.Interaction:
    return cast("discord.Interaction", named(guild_id=guild_id, permissions=discord.Permissions(**rights)))


def test_the_right_to_manage_the_server_is_asked_of_the_interaction_itself():
    assert manager_guild_id(asked(7, manage_guild=True)) == 7
    assert manager_guild_id(asked(7, administrator=True)) == 7
    with pytest.raises(app_commands.MissingPermissions):
        manager_guild_id(asked(7, manage_messages=True, manage_roles=True))
    with pytest.raises(app_commands.NoPrivateMessage):
        manager_guild_id(asked(None, manage_guild=True))
