"""Test what admins read: caps that apply, why a limit applies, and the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songbot.quotas.repository import AuditEntry
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
from songbot.wording import audit_log, quota_changes, quota_check, quotas
from songbot.wording.language import ENGLISH, NAMES, find_language
from songbot.wording.quota_rules import METER_SEGMENTS, meter, usage_name

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
    notes = " ".join(
        quota_changes.ceiling_notes(ENGLISH, rule, OperatorLimits(server=server, operator=operator))
    )
    assert ("in one server" in notes) is (limit > server * DAYS[per])
    assert ("in all servers together" in notes) is (operator is not None and limit > operator * DAYS[per])


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (LimitKind.USER, "overrides all others"),
        (LimitKind.ROLE, "most songs left"),
        (LimitKind.MEMBER, "no personal or role limit"),
        (LimitKind.DEFAULT, "bot's default"),
    ],
)
def test_why_a_limit_counts(who, said):
    assert said in quota_check.why(ENGLISH, decide([limit_usage(who, 5)], [], 0))


@pytest.mark.parametrize("kind", LimitKind)
def test_every_kind_of_limit_has_a_name_in_usage_lines(kind):
    assert usage_name(ENGLISH, limit_usage(kind, 5, subject_id=7))


def test_the_verdict_names_what_stops_a_song():
    own, spent = limit_usage(LimitKind.MEMBER, 5), limit_usage(LimitKind.SERVER_CEILING, 50, 50)
    assert quota_check.verdict(ENGLISH, decide([own], [], 0)) == "✅ Yes"
    assert "bonus song" in quota_check.verdict(ENGLISH, decide([limit_usage(LimitKind.MEMBER, 5, 5)], [], 1))
    stopped = quota_check.verdict(ENGLISH, decide([own], [spent], 0))
    assert stopped.startswith("❌ No. This bot's cap per server: used up (50 / 50 today), resets <t:")
    closed = quota_check.verdict(ENGLISH, decide([limit_usage(LimitKind.ROLE, 0, subject_id=7)], [], 0))
    assert closed == "❌ No. Limit for <@&7>: no songs"


def per(limit: int, period: Period) -> RuleValue:
    return RuleValue(limit, period)


def audit_entry(
    what: str, old: RuleValue | str | None = None, new: RuleValue | str | None = None
) -> AuditEntry:
    return AuditEntry(1, NOW, 9, what, old, new)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            audit_entry("rule:member", None, per(3, Period.HOUR)),
            "set the member limit to **3 songs per hour**",
        ),
        (
            audit_entry("rule:server", per(1, Period.DAY), per(0, Period.DAY)),
            "changed the server-wide limit from **1 song per day** to **no songs**",
        ),
        (
            audit_entry("rule:role:7", per(2, Period.WEEK)),
            "removed the limit for <@&7> (**2 songs per week**)",
        ),
        (
            audit_entry("rule:user:8", None, per(5, Period.MONTH)),
            "set the limit for <@8> to **5 songs per month**",
        ),
        (
            audit_entry("rule:user:-8", None, per(5, Period.DAY)),
            "set the limit for someone who deleted their data to **5 songs per day**",
        ),
        (audit_entry("grant:8", "2", "5"), "gave <@8> 3 bonus songs (5 in total)"),
        (audit_entry("reset:8"), "reset the usage of <@8>"),
        (audit_entry("timezone", "UTC", "Asia/Tokyo"), "changed the time zone from `UTC` to `Asia/Tokyo`"),
        (audit_entry("language", None, "de"), "changed the language from **automatic** to **Deutsch**"),
        (audit_entry("language", "ja"), "changed the language from **日本語** to **automatic**"),
        (audit_entry("channel:6", None, "allow"), "allowed songs in <#6>"),
        (audit_entry("channel:6", "allow", "deny"), "turned songs off in <#6>"),
        (audit_entry("channel:6", "deny"), "removed the channel rule for <#6>"),
    ],
)
def test_a_change_says_when_who_what_and_from_what_to_what(row, said):
    assert audit_log.audit_line(ENGLISH, row).startswith(f"<t:{int(NOW.timestamp())}:f> <@9> {said}")


@given(st.text(max_size=80), st.none() | st.text(max_size=80), st.none() | st.text(max_size=80))
def test_a_row_of_any_kind_is_one_harmless_line(what, old, new):
    line = audit_log.audit_line(ENGLISH, audit_entry(what, old, new))
    assert "\n" not in line
    assert "@everyone" not in line
    assert len(line) < 400


def test_what_is_typed_for_a_zone_is_shown_plainly():
    said = quota_changes.unknown_zone(ENGLISH, "**Mars** <@5> @everyone `x`")
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


@given(st.integers(0, 200), st.integers(1, 100))
def test_the_meter_is_empty_for_nothing_and_full_only_when_all_is_used(used, most):
    bar = meter(used, most)
    assert len(bar) == METER_SEGMENTS
    assert ("█" in bar) is (used > 0)
    assert (bar == "█" * METER_SEGMENTS) is (used >= most)


@pytest.mark.parametrize(
    ("kind", "limit", "used", "said"),
    [
        (LimitKind.MEMBER, 1, 1, "You've used your 1 song for today. Your limit resets <t:"),
        (LimitKind.MEMBER, 2, 2, "You've used both of your songs for today."),
        (LimitKind.DEFAULT, 5, 5, "You've used all 5 of your songs for today."),
        (LimitKind.USER, 5, 9, "You've used 9 of 5 songs today."),
        (
            LimitKind.ROLE,
            5,
            5,
            "You've used all 5 of your songs for today. That's the limit for <@&7>. Your limit",
        ),
        (LimitKind.DIRECT, 3, 3, "You've used all 3 of your songs for today outside servers."),
        (LimitKind.SERVER, 2, 2, "This server has used both of its songs for today."),
        (LimitKind.SERVER, 9, 9, "This server has used all 9 of its songs for today."),
        (LimitKind.SERVER_CEILING, 50, 50, "That's this bot's daily maximum per server"),
        (LimitKind.OPERATOR, 500, 500, "I've reached my daily maximum across all servers."),
        (LimitKind.SERVER, 0, 0, "Song-making is turned off in this server."),
        (LimitKind.MEMBER, 0, 0, "Song-making is turned off for members of this server."),
        (LimitKind.ROLE, 0, 0, "Song-making is turned off for <@&7>."),
        (LimitKind.USER, 0, 0, "Song-making is turned off for you in this server."),
        (LimitKind.DIRECT, 0, 0, "This bot only makes songs in servers it has joined."),
    ],
)
def test_a_refusal_says_what_is_used_up_and_who_can_change_it(kind, limit, used, said):
    own = limit_usage(LimitKind.MEMBER, 5)
    blocking = limit_usage(kind, limit, used, subject_id=7 if kind is LimitKind.ROLE else 0)
    refusal = quotas.refused(ENGLISH, replace(decide([own], [], 0), blocked_by=blocking))
    assert said in refusal
    caps = (LimitKind.SERVER_CEILING, LimitKind.OPERATOR, LimitKind.DIRECT)
    advice = "Server admins can change it" if limit else "Server admins can turn it on"
    assert (advice in refusal) is (kind not in caps)
    assert refusal.count("Server admins") == (kind not in caps)
    assert ("resets" in refusal) is (limit > 0)


def test_admins_are_not_named_while_the_owners_cap_refuses_too():
    own, server = limit_usage(LimitKind.MEMBER, 2, 2), limit_usage(LimitKind.SERVER, 50, 50)
    cap = limit_usage(LimitKind.SERVER_CEILING, 50, 50)
    assert "Server admins" in quotas.refused(ENGLISH, decide([own], [server], 0))
    assert "Server admins" not in quotas.refused(ENGLISH, decide([own], [cap], 0))
    assert "Server admins" not in quotas.refused(
        ENGLISH, decide([limit_usage(LimitKind.MEMBER, 2)], [server, cap], 0)
    )


def test_own_usage_says_what_is_used_and_what_else_limits():
    own, server = limit_usage(LimitKind.MEMBER, 20, 8), limit_usage(LimitKind.SERVER, 9, 8)
    assert quotas.own_usage(ENGLISH, decide([own], [], 0)).startswith("8 of 20 songs used today · resets <t:")
    assert "2 bonus songs left" in quotas.own_usage(ENGLISH, decide([own], [], 2))
    assert "1 song left in this server today, shared by everyone." in quotas.own_usage(
        ENGLISH, decide([own], [server], 0)
    )


@pytest.mark.parametrize("tag", NAMES)
def test_numbers_and_dates_in_sentences_are_the_readers(tag):
    language = find_language(tag)
    own = limit_usage(LimitKind.MEMBER, 12_345, 12_345)
    for said in (
        quotas.refused(language, decide([own], [], 0)),
        quotas.own_usage(language, decide([own], [], 0)),
        quota_check.verdict(language, decide([own], [], 0)),
        quota_changes.rule_set(language, own.rule, None, OperatorLimits(server=100_000)),
    ):
        assert language.number(12_345) in said


def test_no_space_follows_a_sentence_in_chinese_and_japanese():
    assert find_language("ja").paragraph("曲です。", "", "はい。") == "曲です。はい。"
    assert find_language("ko").paragraph("네.", "곡.") == "네. 곡."
