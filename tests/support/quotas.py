"""Limits as they stand, and what /quota knows about a server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from songbot.quotas.channels import ChannelRules
from songbot.quotas.repository import GuildRules
from songbot.quotas.rules import MAX_LIMIT, LimitKind, LimitUsage, OperatorLimits, Period, Rule, Window
from songbot.ui.quota.rule_list import QuotaState

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ZONE = ZoneInfo("America/Argentina/ComodRivadavia")
DAY = Window(NOW, NOW + timedelta(days=1))
CAPS = OperatorLimits(server=MAX_LIMIT, member=MAX_LIMIT, direct=MAX_LIMIT, operator=MAX_LIMIT)


def usage(kind: LimitKind, limit: int = MAX_LIMIT, used: int = 0, subject_id: int = 0) -> LimitUsage:
    return LimitUsage(Rule(kind, limit, Period.MONTH, subject_id), used, DAY)


SHARED = tuple(usage(kind) for kind in (LimitKind.SERVER, LimitKind.SERVER_CEILING, LimitKind.OPERATOR))


def quota_state(*rules: Rule, channels: ChannelRules | None = None, **changes: Any) -> QuotaState:
    per_person = (rule for rule in rules if rule.kind in (LimitKind.MEMBER, LimitKind.ROLE))
    highest = tuple(LimitUsage(rule, MAX_LIMIT, DAY) for rule in per_person)
    held = GuildRules(rules, SHARED, ZONE.key, highest)
    return QuotaState(held, CAPS, channels or ChannelRules(), ZONE, NOW, **changes)
