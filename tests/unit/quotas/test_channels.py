"""Test which channels allow songs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songbot.quotas.channels import MAX_CHANNELS, ChannelRule, ChannelRules, TooManyChannels

ROOM, HALL, THREAD = 1, 2, 3


def allowing(*channels: int) -> ChannelRules:
    return ChannelRules(allowed=frozenset(channels))


def denying(*channels: int) -> ChannelRules:
    return ChannelRules(denied=frozenset(channels))


def test_without_rules_every_channel_is_open() -> None:
    assert ChannelRules().permits(ROOM)
    assert ChannelRules().permits(THREAD, ROOM)


def test_an_allowed_channel_closes_all_others() -> None:
    assert allowing(ROOM).permits(ROOM)
    assert not allowing(ROOM).permits(HALL)


def test_a_denied_channel_leaves_all_others_open() -> None:
    assert not denying(ROOM).permits(ROOM)
    assert denying(ROOM).permits(HALL)


def test_a_thread_goes_by_its_parent() -> None:
    assert allowing(ROOM).permits(THREAD, ROOM)
    assert not allowing(HALL).permits(THREAD, ROOM)
    assert not denying(ROOM).permits(THREAD, ROOM)


def test_a_rule_can_be_changed_and_removed() -> None:
    rules = ChannelRules().with_rule(ROOM, ChannelRule.ALLOW)
    assert rules.rule_for(ROOM) is ChannelRule.ALLOW
    rules = rules.with_rule(ROOM, ChannelRule.DENY)
    assert rules == denying(ROOM)
    assert rules.rule_for(ROOM) is ChannelRule.DENY
    assert rules.with_rule(ROOM, None) == ChannelRules()


def test_a_new_list_takes_its_channels_out_of_the_other_list() -> None:
    rules = allowing(ROOM, HALL).with_channels(ChannelRule.DENY, [HALL])
    assert rules == ChannelRules(allowed=frozenset({ROOM}), denied=frozenset({HALL}))
    assert rules.with_channels(ChannelRule.ALLOW, []) == denying(HALL)


def test_there_are_never_more_channels_than_a_select_holds() -> None:
    full = allowing(*range(MAX_CHANNELS))
    with pytest.raises(TooManyChannels):
        full.with_rule(999, ChannelRule.ALLOW)
    assert full.with_rule(999, ChannelRule.DENY).denied == {999}


channel_ids = st.integers(1, 6)


@given(st.lists(st.tuples(channel_ids, st.none() | st.sampled_from(ChannelRule))))
def test_the_latest_rule_for_a_channel_holds_and_no_channel_is_in_both_lists(changes) -> None:
    rules, latest = ChannelRules(), {}
    for channel_id, rule in changes:
        rules = rules.with_rule(channel_id, rule)
        latest[channel_id] = rule
    assert {channel_id: rules.rule_for(channel_id) for channel_id in latest} == latest
    assert not rules.allowed & rules.denied
