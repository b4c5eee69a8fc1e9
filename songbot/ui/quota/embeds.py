"""Render one person's quota, for an admin (`/quota check`) and for themselves (`/usage`)."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from songbot.quotas.rules import Decision, LimitUsage
from songbot.ui.colours import BRAND
from songbot.wording import quota_check as wording
from songbot.wording import quota_rules, quotas, text
from songbot.wording.language import Language

from .rule_list import fitting

_FIELD = 1024


def check_embed(
    language: Language, user_id: int, name: str, decision: Decision, *, is_member: bool
) -> discord.Embed:
    """Return what the person would get, and why. `name` is their unescaped display name."""
    embed = discord.Embed(title=wording.title(language, name), colour=BRAND)
    embed.description = f"<@{user_id}>" if is_member else f"<@{user_id}>\n{wording.NOT_A_MEMBER(language)}"
    active = f"{quota_rules.usage_lines(language, decision.effective)}\n{wording.why(language, decision)}"
    for field, value in (
        (wording.VERDICT, wording.verdict(language, decision)),
        (wording.ACTIVE_LIMIT, active),
        (wording.OVERRIDDEN_LIMITS, _usage_lines(language, decision.overridden)),
        (wording.BONUS_SONGS, wording.bonus_left(language, decision.grant_left)),
        (wording.SHARED_LIMITS, _usage_lines(language, decision.shared)),
    ):
        if value:
            embed.add_field(name=field(language), value=text.clamp(value, _FIELD), inline=False)
    return embed


def own_usage_embed(language: Language, usages: Sequence[tuple[str, str]], in_progress: int) -> discord.Embed:
    """Return the usage in each place and the number of unfinished songs. `usages` are (name, text) pairs."""
    embed = discord.Embed(title=quotas.USAGE_TITLE(language), colour=BRAND)
    for name, value in usages:
        embed.add_field(name=name, value=value, inline=False)
    if in_progress:
        embed.set_footer(text=quotas.in_progress(language, in_progress))
    return embed


def _usage_lines(language: Language, usages: Sequence[LimitUsage]) -> str:
    lines = [quota_rules.usage_lines(language, usage) for usage in usages]
    return "\n".join(fitting(language, lines, _FIELD - len(quota_rules.more_rules(language, len(lines))) - 1))
