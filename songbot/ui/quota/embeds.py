"""What admins see of the quotas: the rules in force, and what holds for one person and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import discord

from songbot.quotas.repository import GuildRules
from songbot.quotas.rules import Decision, LimitKind, LimitUsage, OperatorLimits, Period, Rule, window_at
from songbot.wording import quota_admin as wording
from songbot.wording import quotas, text

COLOUR = discord.Colour(0x4C8DDA)
_FIELD, _RULES = 1024, 2800
"""Ours for the rules: an embed holds 6,000 characters in all ("Embed Limits")."""
_ORDER = (LimitKind.SERVER, LimitKind.MEMBER, LimitKind.ROLE, LimitKind.USER)


def show_embed(
    rules: GuildRules,
    operator_limits: OperatorLimits,
    stale: Mapping[Rule, str],
    zone: ZoneInfo,
    now: datetime,
) -> discord.Embed:
    """`/quota show`. `gone`: why a rule counts for nobody now. `zone` is the zone that `held` names."""
    embed = discord.Embed(title=wording.SHOW_TITLE, colour=COLOUR)
    embed.description = f"**{wording.RULES}**\n{_rules(rules.rules, operator_limits, stale)}"
    shared = "\n".join(wording.usage_lines(usage) for usage in rules.shared)
    embed.add_field(name=wording.WHOLE_SERVER, value=text.clamp(shared, _FIELD), inline=False)
    embed.add_field(
        name=wording.OPERATOR_LIMITS,
        value="\n".join(wording.operator_limits_lines(operator_limits)),
        inline=False,
    )
    embed.add_field(name=wording.TIME, value=wording.zone_line(rules.timezone, now.astimezone(zone)))
    embed.add_field(name=wording.RESETS, value=_resets(zone, now), inline=False)
    return embed


def check_embed(user_id: int, decision: Decision, *, is_member: bool) -> discord.Embed:
    """`/quota check`: what the person would get, and why. `here`: they are a member now."""
    embed = discord.Embed(title=wording.CHECK_TITLE, colour=COLOUR)
    embed.description = f"<@{user_id}>" if is_member else f"<@{user_id}>\n{wording.NOT_A_MEMBER}"
    own = f"{wording.usage_lines(decision.effective)}\n{wording.why(decision)}"
    for name, value in (
        (wording.VERDICT, wording.verdict(decision)),
        (wording.OWN_LIMIT, own),
        (wording.OTHER_RULES, _usage_lines(decision.overridden)),
        (wording.EXTRA, wording.extra_songs(decision.grant_left)),
        (wording.SHARED, _usage_lines(decision.shared)),
    ):
        if value:
            embed.add_field(name=name, value=text.clamp(value, _FIELD), inline=False)
    return embed


def own_usage_embed(usages: Sequence[tuple[str, str]], in_progress: int) -> discord.Embed:
    """`/usage`: a name and a finished text for each place, and how many songs are not finished."""
    embed = discord.Embed(title=quotas.USAGE_TITLE, colour=COLOUR)
    for name, value in usages:
        embed.add_field(name=name, value=value, inline=False)
    return embed.add_field(name=quotas.IN_PROGRESS, value=quotas.in_progress(in_progress))


def _rules(rules: Sequence[Rule], operator_limits: OperatorLimits, stale: Mapping[Rule, str]) -> str:
    if not rules:
        return wording.no_rules(operator_limits)
    ordered = sorted(rules, key=lambda rule: (_ORDER.index(rule.kind), rule in stale, rule.subject_id))
    lines = list(_fitting([wording.rule_line(rule, stale.get(rule)) for rule in ordered], _RULES))
    if all(rule.kind is not LimitKind.MEMBER for rule in rules):
        lines.append(wording.else_default(operator_limits))
    return "\n".join(lines)


def _fitting(lines: Sequence[str], characters_left: int) -> Iterable[str]:
    """As many lines as fit, and how many more there are."""
    for number, line in enumerate(lines):
        characters_left -= len(line) + 1
        if characters_left < 0:
            yield wording.more_rules(len(lines) - number)
            return
        yield line


def _usage_lines(usages: Sequence[LimitUsage]) -> str:
    return "\n".join(_fitting([wording.usage_lines(usage) for usage in usages], _FIELD - 80))


def _resets(zone: ZoneInfo, now: datetime) -> str:
    return "\n".join(wording.reset_line(per, window_at(per, now, zone).end) for per in Period)
