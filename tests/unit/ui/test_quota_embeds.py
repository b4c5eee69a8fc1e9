"""What admins see fits into Discord's embeds, however much they have set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import discord
from hypothesis import given
from hypothesis import strategies as st
from songbot.ui.quota.audit_log import NEWEST, PAGE, log_embed, log_view
from songbot.ui.quota.usage import usage_embed

from songbot.quotas.repository import AuditEntry, GuildRules, GuildUsage
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
from songbot.ui.quota.embeds import check_embed, own_usage_embed, show_embed

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ZONE = ZoneInfo("America/Argentina/ComodRivadavia")
BIG = 2**63 - 1
DAY = Window(NOW, NOW + timedelta(days=1))


def limit_usage(kind: LimitKind, limit: int = MAX_LIMIT, used: int = 0, subject_id: int = 0) -> LimitUsage:
    return LimitUsage(Rule(kind, limit, Period.MONTH, subject_id), used, DAY)


SHARED = tuple(limit_usage(who) for who in (LimitKind.SERVER, LimitKind.SERVER_CEILING, LimitKind.OPERATOR))
CEILINGS = OperatorLimits(server=MAX_LIMIT, operator=MAX_LIMIT)


def fits(embed) -> bool:
    sizes = [len(field.value) <= 1024 and field.value != "" for field in embed.fields]
    return len(embed) <= 6000 and len(embed.description or "") <= 4096 and all(sizes)


@given(st.integers(0, 250), st.integers(0, 400))
def test_any_number_of_rules_fits_and_what_is_left_out_is_counted(roles, users):
    rules = [Rule(LimitKind.USER, MAX_LIMIT, Period.MONTH, BIG - number) for number in range(users)]
    rules += [Rule(LimitKind.ROLE, MAX_LIMIT, Period.MONTH, BIG - number) for number in range(roles)]
    gone = {rules[0]: "someone who left"} if rules else {}
    embed = show_embed(GuildRules(tuple(rules), SHARED, ZONE.key), CEILINGS, gone, ZONE, NOW)
    assert fits(embed)
    lines = (embed.description or "").splitlines()[1:]
    shown = sum(": **" in line for line in lines)
    left_out = [line for line in lines if "more." in line]
    assert [line.split(".")[0] for line in left_out] == (
        [f"… and {len(rules) - shown} more"] if shown < len(rules) else []
    )
    assert not rules or "each member gets" in lines[-1]


def test_rules_for_many_come_first_and_those_of_nobody_last():
    rules = (
        Rule(LimitKind.USER, 1, Period.DAY, 5),
        Rule(LimitKind.ROLE, 2, Period.DAY, 6),
        Rule(LimitKind.ROLE, 3, Period.DAY, 7),
        Rule(LimitKind.MEMBER, 4, Period.DAY),
        Rule(LimitKind.SERVER, 6, Period.DAY),
    )
    embed = show_embed(
        GuildRules(rules, (), "UTC"), OperatorLimits(), {rules[1]: "a deleted role"}, ZONE, NOW
    )
    assert (embed.description or "").splitlines()[1:] == [
        "Everyone together: **6 songs a day**",
        "Each member: **4 songs a day**",
        "<@&7>: **3 songs a day**",
        "A deleted role: **2 songs a day**",
        "<@5>: **1 song a day**",
    ]


def test_without_a_rule_for_each_member_the_default_is_told():
    held = GuildRules((Rule(LimitKind.SERVER, 6, Period.DAY),), (), "UTC")
    assert "each member gets 5 songs a day" in (
        show_embed(held, OperatorLimits(), {}, ZONE, NOW).description or ""
    )


@given(st.integers(0, 250))
def test_a_check_fits_whatever_applies(roles):
    own = [limit_usage(LimitKind.ROLE, subject_id=BIG - number) for number in range(roles)] + [
        limit_usage(LimitKind.USER)
    ]
    embed = check_embed(BIG, decide(own, list(SHARED), MAX_LIMIT), is_member=False)
    assert fits(embed)
    assert "not in this server" in (embed.description or "")


def changes(count: int) -> list[AuditEntry]:
    """As long as rows get."""
    row = "rule:role:" + str(BIG), RuleValue(100_000, Period.MONTH), RuleValue(99_999, Period.MONTH)
    return [AuditEntry(BIG - number, NOW, BIG, *row) for number in range(count)]


def test_a_page_of_the_log_fits_and_leads_on():
    assert fits(log_embed(changes(PAGE + 1), first=True))
    view = log_view(changes(PAGE + 1), first=False)
    assert view is not None
    ids = [item.custom_id for item in view.children if isinstance(item, discord.ui.Button)]
    assert ids == [f"quota:v1:log:{NEWEST}", f"quota:v1:log:{BIG - PAGE + 1}"]


def test_the_only_page_leads_nowhere():
    assert log_view(changes(PAGE), first=True) is None
    assert "Nothing has been changed" in (log_embed([], first=True).description or "")
    assert "No older changes" in (log_embed([], first=False).description or "")


def test_a_chart_of_nothing_has_words_all_the_same():
    assert fits(usage_embed(GuildUsage((), ()), 0))
    assert fits(usage_embed(GuildUsage((), tuple((BIG - n, MAX_LIMIT) for n in range(5))), MAX_LIMIT))
    assert fits(own_usage_embed([("Here", "none")], 0))
