"""Test sentences for everybody: what is left, what is paused, what is too long."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from songbot.quotas.rules import Decision, LimitKind, LimitUsage, OperatorLimits, Period, Rule, Window, decide
from songbot.wording import cards, general, quotas
from songbot.wording.language import ENGLISH

NOW = datetime(2026, 5, 1, tzinfo=UTC)
END = NOW + timedelta(days=1)
RESETS = f"<t:{int(END.timestamp())}:R>"


def limit_usage(kind: LimitKind, limit: int, used: int, period: Period = Period.DAY) -> LimitUsage:
    return LimitUsage(Rule(kind, limit, period, 9), used, Window(NOW, END))


def decision(effective: LimitUsage, *shared: LimitUsage, grant: int = 0) -> Decision:
    return decide([effective], list(shared), grant)


OWN = limit_usage(LimitKind.DEFAULT, OperatorLimits().member, 1)


def test_what_is_left_is_told_by_the_limit_that_ends_first() -> None:
    assert quotas.left(ENGLISH, decision(OWN)) == "You have 4 songs left today."
    assert "1 song left" in quotas.left(ENGLISH, decision(OWN, limit_usage(LimitKind.SERVER, 50, 49)))
    with_bonus = quotas.left(ENGLISH, decision(OWN, grant=2))
    assert with_bonus == "You have 6 songs left today. 2 of them are bonus songs."
    refused = decision(limit_usage(LimitKind.MEMBER, 5, 5))
    assert quotas.left(ENGLISH, refused) == quotas.refused(ENGLISH, refused)
    assert quotas.refused(ENGLISH, replace(refused, blocked_by=None)).startswith("You have 0 songs")


def test_closed_says_why_and_never_pings() -> None:
    assert general.closed(ENGLISH, None) == general.STOPPING(ENGLISH)
    assert "@everyone" not in general.closed(ENGLISH, "@everyone maintenance")


def test_a_prompt_that_is_too_long_is_told_its_length() -> None:
    assert "1,234" in general.prompt_too_long(ENGLISH, 1234, 1000)


def test_direct_messages_say_where_the_song_was_asked_for() -> None:
    assert "<#5>" in cards.by_direct_message(ENGLISH, 5, failed=False)
    assert "<#" not in cards.by_direct_message(ENGLISH, None, failed=True)
