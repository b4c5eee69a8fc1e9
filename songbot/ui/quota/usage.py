"""The words beside the chart of a server's songs."""

from __future__ import annotations

import discord

from songbot.quotas.repository import GuildUsage
from songbot.wording import quota_admin as wording

from .embeds import COLOUR


def usage_embed(usage: GuildUsage, daily_limit: int) -> discord.Embed:
    """`/quota usage`: what the picture shows, for those who can't see it, and who made most by mention."""
    embed = discord.Embed(
        title=wording.chart_title(len(usage.days)),
        description=wording.usage_summary(usage.days, daily_limit),
        colour=COLOUR,
    )
    top = (wording.top_line(rank, f"<@{who}>", made) for rank, (who, made) in enumerate(usage.top, 1))
    return embed.add_field(name=wording.MADE_MOST, value="\n".join(top) or wording.CHART_NOBODY, inline=False)
