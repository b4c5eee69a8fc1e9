"""What admins see of the quotas: the rules in force, and what holds for one person and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import discord

from songbot.quotas.repository import GuildRules
from songbot.quotas.rules import Ceilings, Decision, Per, Rule, Standing, Who, window_at
from songbot.wording import quota_admin as wording
from songbot.wording import quotas, text

COLOUR = discord.Colour(0x4C8DDA)
_FIELD, _RULES = 1024, 2800
"""Ours for the rules: an embed holds 6,000 characters in all ("Embed Limits")."""
_ORDER = (Who.SERVER, Who.MEMBER, Who.ROLE, Who.USER)


def show_embed(
    held: GuildRules, ceilings: Ceilings, gone: Mapping[Rule, str], zone: ZoneInfo, now: datetime
) -> discord.Embed:
    """`/quota show`. `gone`: why a rule counts for nobody now. `zone` is the zone that `held` names."""
    embed = discord.Embed(title=wording.SHOW_TITLE, colour=COLOUR)
    embed.description = f"**{wording.RULES}**\n{_rules(held.rules, ceilings, gone)}"
    shared = "\n".join(wording.standing_lines(standing) for standing in held.shared)
    embed.add_field(name=wording.WHOLE_SERVER, value=text.clamp(shared, _FIELD), inline=False)
    embed.add_field(name=wording.CEILINGS, value="\n".join(wording.ceilings(ceilings)), inline=False)
    embed.add_field(name=wording.TIME, value=wording.zone_line(held.timezone, now.astimezone(zone)))
    embed.add_field(name=wording.RESETS, value=_resets(zone, now), inline=False)
    return embed


def check_embed(user_id: int, decision: Decision, *, here: bool) -> discord.Embed:
    """`/quota check`: what the person would get, and why. `here`: they are a member now."""
    embed = discord.Embed(title=wording.CHECK_TITLE, colour=COLOUR)
    embed.description = f"<@{user_id}>" if here else f"<@{user_id}>\n{wording.NOT_HERE}"
    own = f"{wording.standing_lines(decision.own)}\n{wording.why(decision)}"
    for name, value in (
        (wording.VERDICT, wording.verdict(decision)),
        (wording.OWN_LIMIT, own),
        (wording.OTHER_RULES, _standings(decision.also)),
        (wording.EXTRA, wording.extra_songs(decision.grant_left)),
        (wording.SHARED, _standings(decision.shared)),
    ):
        if value:
            embed.add_field(name=name, value=text.clamp(value, _FIELD), inline=False)
    return embed


def own_usage_embed(usages: Sequence[tuple[str, str]], in_the_works: int) -> discord.Embed:
    """`/usage`: a name and a finished text for each place, and how many songs are not finished."""
    embed = discord.Embed(title=quotas.USAGE_TITLE, colour=COLOUR)
    for name, value in usages:
        embed.add_field(name=name, value=value, inline=False)
    return embed.add_field(name=quotas.IN_THE_WORKS, value=quotas.in_the_works(in_the_works))


def _rules(rules: Sequence[Rule], ceilings: Ceilings, gone: Mapping[Rule, str]) -> str:
    if not rules:
        return wording.no_rules(ceilings)
    ordered = sorted(rules, key=lambda rule: (_ORDER.index(rule.who), rule in gone, rule.subject_id))
    lines = list(_fitting([wording.rule_line(rule, gone.get(rule)) for rule in ordered], _RULES))
    if all(rule.who is not Who.MEMBER for rule in rules):
        lines.append(wording.else_default(ceilings))
    return "\n".join(lines)


def _fitting(lines: Sequence[str], room: int) -> Iterable[str]:
    """As many lines as fit, and how many more there are."""
    for number, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            yield wording.more_rules(len(lines) - number)
            return
        yield line


def _standings(standings: Sequence[Standing]) -> str:
    return "\n".join(_fitting([wording.standing_lines(standing) for standing in standings], _FIELD - 80))


def _resets(zone: ZoneInfo, now: datetime) -> str:
    return "\n".join(wording.reset_line(per, window_at(per, now, zone).end) for per in Per)
