"""Render a server's rules as lines, each with a meter and the time of its reset."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from songbot.quotas.channels import ChannelRules
from songbot.quotas.repository import GuildRules
from songbot.quotas.rules import ADMIN_KINDS, LimitKind, LimitUsage, OperatorLimits, Rule, window_at
from songbot.wording import quota_rules as wording
from songbot.wording.language import Language
from songbot.wording.quotas import resets

from .panel_ids import Target

MAX_RULES_TEXT = 2000
"""Characters, out of the 4,000 that all text in a message may have (Discord, "Component Reference")."""


@dataclass(frozen=True, slots=True)
class QuotaState:
    """What the panel shows of a server.

    `usages` holds the usage of people with their own limit, as far as it was counted. `stale` holds the
    rules that no longer apply to anybody. `names` are Discord's names of roles and people. `language` is the
    server's as Discord's locale, or None if it follows each person's own.
    """

    rules: GuildRules
    operator_limits: OperatorLimits
    channels: ChannelRules
    zone: ZoneInfo
    now: datetime
    usages: Mapping[Rule, LimitUsage] = field(default_factory=dict)
    stale: Collection[Rule] = frozenset()
    names: Mapping[Target, str] = field(default_factory=dict)
    language: str | None = None

    def rule_for(self, target: Target) -> Rule | None:
        """Return the target's rule, or None."""
        rules = (rule for rule in self.rules.rules if Target(rule.kind, rule.subject_id) == target)
        return next(rules, None)


def ordered_rules(state: QuotaState) -> list[Rule]:
    """Return the rules ordered from the server's to single people's, with stale ones last."""
    return sorted(
        state.rules.rules,
        key=lambda rule: (rule in state.stale, ADMIN_KINDS.index(rule.kind), rule.subject_id),
    )


def rule_list(language: Language, state: QuotaState) -> str:
    """Return all rules in Markdown, or the default limit if there are none."""
    rules = ordered_rules(state)
    if not rules:
        return wording.no_rules(language, state.operator_limits)
    lines = list(fitting(language, [rule_lines(language, state, rule) for rule in rules], MAX_RULES_TEXT))
    if all(rule.kind is not LimitKind.MEMBER for rule in rules):
        lines.append(wording.everyone_else(language, state.operator_limits))
    return "\n".join(lines)


def rule_lines(language: Language, state: QuotaState, rule: Rule) -> str:
    """Return the rule's target and limit, and below it the meter and the reset time."""
    heading = wording.rule_heading(language, rule, is_stale=rule in state.stale)
    if rule.limit == 0 or rule in state.stale:
        return heading
    usage = next((usage for usage in state.rules.shared if usage.rule == rule), state.usages.get(rule))
    if usage is not None:
        return f"{heading}\n-# {wording.usage_meter(language, usage)}"
    highest = next((usage for usage in state.rules.highest if usage.rule == rule), None)
    if highest is not None:
        return f"{heading}\n-# {_highest(language, state, highest)}"
    return f"{heading}\n-# {resets(language, window_at(rule.period, state.now, state.zone).end)}"


def _highest(language: Language, state: QuotaState, usage: LimitUsage) -> str:
    """Return a meter only if everyone who was counted is under this limit, that is, if no role has one."""
    if all(rule.kind is not LimitKind.ROLE for rule in state.rules.rules):
        return wording.busiest_member_meter(language, usage)
    return wording.busiest_in_server(language, usage)


def operator_line(language: Language, state: QuotaState) -> str:
    """Return the maximum that the bot's owner allows."""
    caps = (usage for usage in state.rules.shared if usage.rule.kind is LimitKind.SERVER_CEILING)
    return wording.operator_limits_line(language, state.operator_limits, next((cap.used for cap in caps), 0))


def fitting(language: Language, lines: Sequence[str], characters_left: int) -> Iterable[str]:
    """Yield as many lines as fit, then how many are left out."""
    for number, line in enumerate(lines):
        characters_left -= len(line) + 1
        if characters_left < 0:
            yield wording.more_rules(language, len(lines) - number)
            return
        yield line
