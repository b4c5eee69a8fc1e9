"""Test that no kind of limit and no period lacks a sentence."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from songbot.quotas.rules import (
    ADMIN_KINDS,
    PERSONAL_KINDS,
    Decision,
    LimitKind,
    LimitUsage,
    OperatorLimits,
    Period,
    Rule,
    decide,
)
from songbot.wording import (
    direct_messages,
    quota_changes,
    quota_check,
    quota_panel,
    quota_rules,
    quotas,
)
from songbot.wording.language import ENGLISH
from tests.support.quotas import DAY

LIMITS = OperatorLimits()


def usage(kind: LimitKind, period: Period, limit: int, used: int) -> LimitUsage:
    return LimitUsage(Rule(kind, limit, period, 7), used, DAY)


def decisions(kind: LimitKind, period: Period) -> Iterable[Decision]:
    """Yield decisions about this limit: none, one, two or three songs, unused, used up, or exceeded."""
    for limit, used in ((0, 0), (1, 0), (1, 1), (2, 2), (3, 3), (3, 4), (9, 8)):
        limiting = usage(kind, period, limit, used)
        if kind in PERSONAL_KINDS:
            yield decide([limiting], [], 0)
        else:
            yield decide([usage(LimitKind.MEMBER, period, 100, 0)], [limiting], 0)


@pytest.mark.parametrize("period", Period)
@pytest.mark.parametrize("kind", LimitKind)
def test_people_are_told_of_every_limit_how_much_is_left(kind: LimitKind, period: Period) -> None:
    for decision in decisions(kind, period):
        assert quotas.refused(ENGLISH, decision)
        assert quotas.left(ENGLISH, decision)
        assert quotas.own_usage(ENGLISH, decision)
        assert quota_check.verdict(ENGLISH, decision)


@pytest.mark.parametrize("period", Period)
@pytest.mark.parametrize("remaining", [1, 2])
def test_a_direct_message_is_offered_a_song_in_every_period(period: Period, remaining: int) -> None:
    assert direct_messages.offer(ENGLISH, remaining, period, DAY.end)


@pytest.mark.parametrize("period", Period)
@pytest.mark.parametrize("kind", ADMIN_KINDS)
def test_admins_are_told_of_every_limit_they_set_change_and_remove(kind: LimitKind, period: Period) -> None:
    rule, measured = Rule(kind, 3, period, 7), usage(kind, period, 3, 1)
    for said in (
        quota_rules.rule_heading(ENGLISH, rule),
        quota_rules.no_limit(ENGLISH, kind, 7),
        quota_rules.usage_lines(ENGLISH, measured),
        quota_rules.busiest_member_meter(ENGLISH, measured),
        quota_rules.busiest_in_server(ENGLISH, measured),
        quota_changes.rule_set(ENGLISH, rule, None, LIMITS),
        quota_changes.rule_set(ENGLISH, rule, rule, LIMITS),
        quota_changes.removed(ENGLISH, rule, kind, 7, LIMITS),
        quota_changes.removed(ENGLISH, None, kind, 7, LIMITS),
        quota_panel.ONE_PERIOD[period](ENGLISH),
    ):
        assert said
