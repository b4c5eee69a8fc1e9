"""Test calendar windows and which limit applies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songbot.quotas.rules import (
    PERSONAL_KINDS,
    LimitKind,
    LimitUsage,
    OperatorLimits,
    Period,
    Rule,
    Window,
    decide,
    effective_limit,
    personal_rules,
    shared_rules,
    window_at,
    zone_of,
)

ZONES = st.sampled_from(sorted(zone for zone in available_timezones() if "/" in zone)).map(ZoneInfo)
MOMENTS = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
PERS = st.sampled_from(Period)
BERLIN = ZoneInfo("Europe/Berlin")


@given(PERS, MOMENTS, ZONES)
def test_a_moment_is_in_its_window(per, moment, zone):
    window = window_at(per, moment, zone)
    assert window.start <= moment < window.end


@given(PERS, MOMENTS, ZONES)
def test_windows_meet_without_gap_or_overlap(per, moment, zone):
    window = window_at(per, moment, zone)
    assert window_at(per, window.end, zone).start == window.end
    last = window.end - timedelta(microseconds=1)
    assert window_at(per, last, zone) == window
    assert window_at(per, window.start, zone) == window


@pytest.mark.parametrize(
    ("zone", "start"),
    [("UTC", (17, 0)), ("Asia/Kolkata", (16, 30)), ("Asia/Kathmandu", (17, 15)), ("Europe/Berlin", (17, 0))],
)
def test_hours_begin_at_the_full_hour_on_the_servers_own_clock(zone, start):
    moment = datetime(2026, 3, 18, 17, 20, 30, 5, tzinfo=UTC)
    began = datetime(2026, 3, 18, *start, tzinfo=UTC)
    assert window_at(Period.HOUR, moment, ZoneInfo(zone)) == Window(began, began + timedelta(hours=1))


@given(MOMENTS, ZONES)
def test_days_begin_at_midnight_or_at_the_first_instant_of_a_day_that_has_none(moment, zone):
    start = window_at(Period.DAY, moment, zone).start
    before = start - timedelta(microseconds=1)
    assert before.astimezone(zone).date() < start.astimezone(zone).date()


@given(MOMENTS, ZONES)
def test_weeks_begin_on_monday(moment, zone):
    assert window_at(Period.WEEK, moment, zone).start.astimezone(zone).weekday() == 0


@given(MOMENTS, ZONES)
def test_months_begin_on_the_first(moment, zone):
    assert window_at(Period.MONTH, moment, zone).start.astimezone(zone).day == 1


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 7, 1), 24)])
def test_days_of_23_and_25_hours_are_right(day, hours):
    window = window_at(Period.DAY, datetime(*day, 12, tzinfo=BERLIN), BERLIN)
    assert window.end - window.start == timedelta(hours=hours)


def test_the_hour_that_comes_twice_is_two_windows():
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    windows = {window_at(Period.HOUR, first + timedelta(hours=n), BERLIN) for n in (0, 1)}
    assert len(windows) == 2


def limit_usage(kind: LimitKind, limit: int, used: int = 0, subject_id: int = 0) -> LimitUsage:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    return LimitUsage(
        Rule(kind, limit, Period.DAY, subject_id), used, Window(moment, moment + timedelta(days=1))
    )


COUNTS = st.integers(0, 20)
PERSONAL_USAGES = st.lists(
    st.builds(limit_usage, st.sampled_from(sorted(PERSONAL_KINDS)), COUNTS, COUNTS, st.integers(0, 5)),
    min_size=1,
)
SHARED = st.lists(
    st.builds(
        limit_usage,
        st.sampled_from([LimitKind.SERVER, LimitKind.SERVER_CEILING, LimitKind.OPERATOR]),
        COUNTS,
        COUNTS,
    )
)


@given(PERSONAL_USAGES)
def test_nobody_is_refused_while_one_of_their_roles_lets_them_through(own):
    if any(s.rule.kind is LimitKind.USER for s in own):
        return
    roles = [s for s in own if s.rule.kind is LimitKind.ROLE]
    if any(s.remaining for s in roles):
        assert decide(own, [], 0).blocked_by is None


@given(PERSONAL_USAGES)
def test_a_user_rule_wins_over_roles_over_the_member_rule_over_the_default(own):
    order = [LimitKind.USER, LimitKind.ROLE, LimitKind.MEMBER, LimitKind.DEFAULT, LimitKind.DIRECT]
    present = {s.rule.kind for s in own}
    assert effective_limit(own).rule.kind is next(kind for kind in order if kind in present)


@given(PERSONAL_USAGES, SHARED, COUNTS)
def test_an_order_passes_just_when_every_limit_that_holds_has_room(own, shared, grant_left):
    decision = decide(own, shared, grant_left)
    passes = (decision.effective.remaining > 0 or grant_left > 0) and all(s.remaining for s in shared)
    assert (decision.blocked_by is None) is passes
    assert {decision.effective, *decision.overridden} == set(own)


@given(PERSONAL_USAGES, SHARED, COUNTS)
def test_a_grant_is_used_only_once_the_own_limit_is_spent_and_by_a_song_that_is_made(own, shared, grant):
    decision = decide(own, shared, grant)
    if decision.uses_grant:
        assert decision.effective.remaining == 0
        assert grant > 0
        assert decision.blocked_by is None


def test_rules_of_other_people_and_of_roles_one_does_not_have_do_not_apply():
    rules = [
        Rule(LimitKind.USER, 9, Period.DAY, 7),
        Rule(LimitKind.ROLE, 9, Period.DAY, 8),
        Rule(LimitKind.SERVER, 9, Period.DAY),
    ]
    assert personal_rules(rules, 1, frozenset({2}), OperatorLimits(member=4)) == [
        Rule(LimitKind.DEFAULT, 4, Period.DAY)
    ]
    assert personal_rules(rules, 7, frozenset({8}), OperatorLimits()) == rules[:2]


def test_the_operators_ceilings_hold_besides_whatever_an_admin_sets():
    rules = [Rule(LimitKind.SERVER, 1000, Period.DAY)]
    held = shared_rules(rules, OperatorLimits(server=50, operator=200), in_guild=True)
    assert [(rule.kind, rule.limit) for rule in held] == [
        (LimitKind.SERVER, 1000),
        (LimitKind.SERVER_CEILING, 50),
        (LimitKind.OPERATOR, 200),
    ]
    assert shared_rules([], OperatorLimits(), in_guild=False) == []


@pytest.mark.parametrize("name", ["Mars/Crater", "../etc/passwd", "", None])
def test_a_zone_that_is_gone_counts_as_utc(name):
    assert zone_of(name).key == "UTC"


def test_a_zone_goes_by_its_iana_name():
    assert zone_of("Asia/Tokyo").key == "Asia/Tokyo"
