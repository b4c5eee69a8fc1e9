"""What `/quota` shows: the rules, one person's quota, the log, and the chart."""

from __future__ import annotations

import asyncio
import io

import discord

from songbot.discord_errors import retry_with_less_content
from songbot.quotas.repository import DailyUsage, GuildRules, GuildUsage, QuotaRepository
from songbot.quotas.rules import LimitKind, OperatorLimits, Period, zone_of
from songbot.songs.ports import Clock
from songbot.ui.quota.audit_log import PAGE, log_embed, log_view
from songbot.ui.quota.embeds import check_embed, show_embed
from songbot.ui.quota.usage import usage_embed
from songbot.wording import quota_admin as wording

from ._changes import quota_subject
from ._members import UNKNOWN, MemberLookup, stale_rules
from ._options import manager_guild_id

CHART_FILE = "songs.png"


class QuotaViews:
    """Each answers an interaction that is deferred already. All may raise StoreUnavailable."""

    def __init__(
        self, quotas: QuotaRepository, clock: Clock, operator_limits: OperatorLimits, members: MemberLookup
    ) -> None:
        self._quotas = quotas
        self._clock = clock
        self._operator_limits = operator_limits
        self._members = members

    async def show(self, interaction: discord.Interaction) -> None:
        guild_id, now = manager_guild_id(interaction), self._clock.now()
        rules = await self._quotas.rules(guild_id, now)
        stale = await stale_rules(interaction.client.get_guild(guild_id), rules.rules, self._members)
        embed = show_embed(rules, self._operator_limits, stale, zone_of(rules.timezone), now)
        await interaction.edit_original_response(embed=embed)

    async def check(self, interaction: discord.Interaction, user: discord.User | discord.Member) -> None:
        subject = quota_subject(user, manager_guild_id(interaction))
        decision = await self._quotas.check(subject, self._clock.now())
        embed = check_embed(user.id, decision, is_member=isinstance(user, discord.Member))
        await interaction.edit_original_response(embed=embed)

    async def audit_log(self, interaction: discord.Interaction, before_id: int | None) -> None:
        entries = await self._quotas.audit_log(manager_guild_id(interaction), before_id, PAGE + 1)
        first = before_id is None
        view = log_view(entries, first=first)
        await interaction.edit_original_response(embed=log_embed(entries, first=first), view=view)

    async def usage(self, interaction: discord.Interaction, days: int) -> None:
        guild_id, now = manager_guild_id(interaction), self._clock.now()
        usage = await self._quotas.usage(guild_id, days, now)
        limit = daily_limit(await self._quotas.rules(guild_id, now), self._operator_limits)
        top = await self._names(interaction.client.get_guild(guild_id), usage)
        picture = await asyncio.to_thread(_picture, usage.days, limit, top)
        words = wording.chart_words(usage.days, limit, top)
        file = discord.File(io.BytesIO(picture), CHART_FILE, description=words[:1024])
        embed = usage_embed(usage, limit)
        try:
            shown = embed.copy().set_image(url=f"attachment://{CHART_FILE}")
            await interaction.edit_original_response(embed=shown, attachments=[file])
        except discord.HTTPException as error:
            if not retry_with_less_content(error):
                raise
            await interaction.edit_original_response(embed=embed)

    async def _names(self, guild: discord.Guild | None, usage: GuildUsage) -> tuple[tuple[str, int], ...]:
        """Display names where Discord tells them, for those who made most."""
        known = await self._members.look_up(guild, [user_id for user_id, _ in usage.top]) if guild else {}
        members = ((known.get(user_id, UNKNOWN), made) for user_id, made in usage.top)
        return tuple(
            (wording.LEFT if one.is_member is False else one.name or wording.UNNAMED, made)
            for one, made in members
        )


def daily_limit(rules: GuildRules, operator_limits: OperatorLimits) -> int:
    """The most the server can make a day: its own limit where that is for days, never over the ceiling."""
    own = [rule.limit for rule in rules.rules if rule.kind is LimitKind.SERVER and rule.period is Period.DAY]
    return min([*own, operator_limits.server])


def _picture(days: tuple[DailyUsage, ...], limit: int, top: tuple[tuple[str, int], ...]) -> bytes:
    """Pillow is loaded only here: charts are rare, and it is large."""
    from songbot.ui.quota.chart import Chart, draw_chart

    return draw_chart(Chart(days, limit, top))
