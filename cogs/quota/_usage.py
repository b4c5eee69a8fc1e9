"""Show the usage chart as the response to a command or as a page of the panel."""

from __future__ import annotations

import io
import logging

import discord

from songbot.discord_errors import retry_with_less_content
from songbot.interactions.languages import own_language
from songbot.quotas.repository import GuildUsage, QuotaRepository
from songbot.quotas.rules import OperatorLimits
from songbot.songs.ports import Clock
from songbot.ui.quota.draw_chart import ChartNotDrawn, draw_chart
from songbot.ui.quota.panel_pages import CHART_FILE, PanelPage, chart_layout
from songbot.wording import usage_chart as wording
from songbot.wording.language import Language

from ._options import manager_guild_id
from ._pages import daily_limit

log = logging.getLogger(__name__)


class UsageChart:
    def __init__(self, quotas: QuotaRepository, clock: Clock, operator_limits: OperatorLimits) -> None:
        self._quotas = quotas
        self._clock = clock
        self._operator_limits = operator_limits

    async def show(self, interaction: discord.Interaction, days: int, page: PanelPage | None) -> None:
        """Edit the deferred response or the pressed panel. Show only text if the chart can't be drawn or
        attached. Raise StoreUnavailable if the usage can't be read."""
        guild_id, now = manager_guild_id(interaction), self._clock.now()
        language = own_language(interaction)
        usage = await self._quotas.usage(guild_id, days, now)
        limit = daily_limit(await self._quotas.rules(guild_id, now), self._operator_limits)
        picture = await _picture(language, usage, limit)
        layout = chart_layout(language, usage, limit, page, has_picture=picture is not None)
        try:
            await interaction.edit_original_response(view=layout, attachments=[picture] if picture else [])
        except discord.HTTPException as error:
            if picture is None or not retry_with_less_content(error):
                raise
            layout = chart_layout(language, usage, limit, page, has_picture=False)
            await interaction.edit_original_response(view=layout, attachments=[])


async def _picture(language: Language, usage: GuildUsage, limit: int) -> discord.File | None:
    try:
        picture = await draw_chart(language, usage.days, limit)
    except ChartNotDrawn as error:
        log.warning("a chart was not drawn: %s", error)
        return None
    described = wording.alternative_text(language, usage.days, limit)
    return discord.File(io.BytesIO(picture), CHART_FILE, description=described)
