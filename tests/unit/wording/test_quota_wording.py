"""What admins read: ceilings that will hold, why a limit counts, and the log."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songbot.quotas.repository import AuditEntry, DailyUsage
from songbot.quotas.rules import (
    MAX_LIMIT,
    LimitKind,
    LimitUsage,
    OperatorLimits,
    Period,
    Rule,
    RuleValue,
    Window,
    decide,
)
from songbot.wording import quota_admin as wording
from songbot.wording import quotas

NOW = datetime(2026, 5, 1, tzinfo=UTC)
DAYS = {Period.HOUR: 1, Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 31}


def limit_usage(kind: LimitKind, limit: int, used: int = 0, subject_id: int = 0) -> LimitUsage:
    return LimitUsage(Rule(kind, limit, Period.DAY, subject_id), used, Window(NOW, NOW + timedelta(days=1)))


@given(
    st.integers(0, MAX_LIMIT),
    st.sampled_from(Period),
    st.integers(0, 1000),
    st.none() | st.integers(0, 1000),
)
def test_a_ceiling_is_named_just_when_it_keeps_the_rule_from_ever_being_reached(limit, per, server, operator):
    rule = Rule(LimitKind.MEMBER, limit, per)
    notes = " ".join(wording.ceiling_notes(rule, OperatorLimits(server=server, operator=operator)))
    assert ("for one whole server" in notes) is (limit > server * DAYS[per])
    assert ("for everybody" in notes) is (operator is not None and limit > operator * DAYS[per])


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (LimitKind.USER, "one person goes before all"),
        (LimitKind.ROLE, "leaves most songs"),
        (LimitKind.MEMBER, "each member gets counts"),
        (LimitKind.DEFAULT, "bot's default"),
    ],
)
def test_why_a_limit_counts(who, said):
    assert said in wording.why(decide([limit_usage(who, 5)], [], 0))


def test_the_verdict_names_what_stops_a_song():
    own, spent = limit_usage(LimitKind.MEMBER, 5), limit_usage(LimitKind.SERVER_CEILING, 50, 50)
    assert wording.verdict(decide([own], [], 0)) == "**Yes**."
    assert "extra songs" in wording.verdict(decide([limit_usage(LimitKind.MEMBER, 5, 5)], [], 1))
    stopped = wording.verdict(decide([own], [spent], 0))
    assert stopped.startswith("**No**: this bot's ceiling for one server is used up (50 of 50 songs today)")
    assert "<t:" in stopped
    closed = wording.verdict(decide([limit_usage(LimitKind.ROLE, 0, subject_id=7)], [], 0))
    assert closed == "**No**: the rule for <@&7> is 0."


def per_hour(songs: int) -> RuleValue:
    return RuleValue(songs, Period.HOUR)


def per_day(songs: int) -> RuleValue:
    return RuleValue(songs, Period.DAY)


def per_week(songs: int) -> RuleValue:
    return RuleValue(songs, Period.WEEK)


def per_month(songs: int) -> RuleValue:
    return RuleValue(songs, Period.MONTH)


def audit_entry(
    what: str, old: RuleValue | str | None = None, new: RuleValue | str | None = None
) -> AuditEntry:
    return AuditEntry(1, NOW, 9, what, old, new)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            audit_entry("rule:member", None, per_hour(3)),
            "rule for each member: none → **3 songs an hour**",
        ),
        (
            audit_entry("rule:server", per_day(1), per_day(0)),
            "rule for everyone together: **1 song a day** → **no songs**",
        ),
        (
            audit_entry("rule:role:7", per_week(2), None),
            "rule for <@&7>: **2 songs a week** → none",
        ),
        (
            audit_entry("rule:user:8", None, per_month(5)),
            "rule for <@8>: none → **5 songs a month**",
        ),
        (audit_entry("grant:8", "0", "3"), "extra songs of <@8>: **0** → **3**"),
        (audit_entry("reset:8"), "gave back what <@8> had used"),
        (audit_entry("timezone", "UTC", "Asia/Tokyo"), "time zone: `UTC` → `Asia/Tokyo`"),
    ],
)
def test_a_change_says_when_who_what_and_from_what_to_what(row, said):
    assert wording.audit_line(row) == f"<t:{int(NOW.timestamp())}:f> <@9>: {said}"


@given(st.text(max_size=80), st.none() | st.text(max_size=80), st.none() | st.text(max_size=80))
def test_a_row_of_any_kind_is_one_harmless_line(what, old, new):
    line = wording.audit_line(audit_entry(what, old, new))
    assert "\n" not in line
    assert "@everyone" not in line
    assert len(line) < 400


def test_what_is_typed_for_a_zone_is_shown_plainly():
    said = wording.unknown_zone("**Mars** <@5> @everyone `x`")
    assert "\\*\\*Mars" in said
    assert "<@5>" not in said
    assert "@everyone" not in said


def test_the_limit_that_ends_first_is_the_one_told_of():
    own, server = limit_usage(LimitKind.MEMBER, 5, 1), limit_usage(LimitKind.SERVER, 10, 8)
    assert quotas.limiting(decide([own], [server], 0)) is server
    assert quotas.limiting(decide([own], [limit_usage(LimitKind.SERVER, 10)], 0)) is own
    spent = limit_usage(LimitKind.MEMBER, 1, 1)
    assert quotas.limiting(decide([spent], [server], 0)) is spent
    assert quotas.limiting(decide([spent], [server], 9)) is server


def test_a_chart_in_words():
    days = (DailyUsage(date(2026, 5, 1), 3, 1), DailyUsage(date(2026, 5, 2), 0, 0))
    said = wording.chart_words(days, 50, (("ann", 2), ("someone who left", 1)))
    assert "Songs in the last 2 days. 3 songs made, 1 failed" in said
    assert "Most on one day: 3, on 1 May." in said
    assert "1. ann: 2 songs; 2. someone who left: 1 song." in said
    assert "Most on one day" not in wording.chart_words(days[1:], 50, ())
