"""What `/quota` shows: the rules, one person's quota, the log, and the chart."""

from __future__ import annotations

import asyncio
import io

import discord

from songbot.discord_errors import less_may_do
from songbot.quotas.repository import DayUsage, GuildRules, QuotaBook, Usage
from songbot.quotas.rules import Ceilings, Per, Who
from songbot.songs.ports import Clock
from songbot.ui.quota.audit_log import PAGE, log_embed, log_view
from songbot.ui.quota.embeds import check_embed, show_embed
from songbot.ui.quota.usage import usage_embed
from songbot.wording import quota_admin as wording

from ._changes import asker_of
from ._members import UNKNOWN, People, rules_of_nobody
from ._options import manager_guild_id, zone_of

PICTURE = "songs.png"


class QuotaViews:
    """Each answers an interaction that is deferred already. All may raise StoreUnavailable."""

    def __init__(self, book: QuotaBook, clock: Clock, ceilings: Ceilings, people: People) -> None:
        self._book = book
        self._clock = clock
        self._ceilings = ceilings
        self._people = people

    async def show(self, interaction: discord.Interaction) -> None:
        guild_id, now = manager_guild_id(interaction), self._clock.now()
        held = await self._book.rules(guild_id, now)
        gone = await rules_of_nobody(interaction.client.get_guild(guild_id), held.rules, self._people)
        embed = show_embed(held, self._ceilings, gone, zone_of(held.timezone), now)
        await interaction.edit_original_response(embed=embed)

    async def check(self, interaction: discord.Interaction, user: discord.User | discord.Member) -> None:
        asker = asker_of(user, manager_guild_id(interaction))
        decision = await self._book.check(asker, self._clock.now())
        embed = check_embed(user.id, decision, here=isinstance(user, discord.Member))
        await interaction.edit_original_response(embed=embed)

    async def log(self, interaction: discord.Interaction, before_id: int | None) -> None:
        changes = await self._book.log(manager_guild_id(interaction), before_id, PAGE + 1)
        first = before_id is None
        view = log_view(changes, first=first)
        await interaction.edit_original_response(embed=log_embed(changes, first=first), view=view)

    async def usage(self, interaction: discord.Interaction, days: int) -> None:
        guild_id, now = manager_guild_id(interaction), self._clock.now()
        usage = await self._book.usage(guild_id, days, now)
        limit = daily_limit(await self._book.rules(guild_id, now), self._ceilings)
        top = await self._names(interaction.client.get_guild(guild_id), usage)
        picture = await asyncio.to_thread(_picture, usage.days, limit, top)
        words = wording.chart_words(usage.days, limit, top)
        file = discord.File(io.BytesIO(picture), PICTURE, description=words[:1024])
        embed = usage_embed(usage, limit)
        try:
            shown = embed.copy().set_image(url=f"attachment://{PICTURE}")
            await interaction.edit_original_response(embed=shown, attachments=[file])
        except discord.HTTPException as error:
            if not less_may_do(error):
                raise
            await interaction.edit_original_response(embed=embed)

    async def _names(self, guild: discord.Guild | None, usage: Usage) -> tuple[tuple[str, int], ...]:
        """Display names where Discord tells them, for those who made most."""
        known = await self._people.look_up(guild, [user_id for user_id, _ in usage.top]) if guild else {}
        people = ((known.get(user_id, UNKNOWN), made) for user_id, made in usage.top)
        return tuple(
            (wording.LEFT if one.here is False else one.name or wording.UNNAMED, made) for one, made in people
        )


def daily_limit(held: GuildRules, ceilings: Ceilings) -> int:
    """The most the server can make a day: its own limit where that is for days, never over the ceiling."""
    own = [rule.limit for rule in held.rules if rule.who is Who.SERVER and rule.per is Per.DAY]
    return min([*own, ceilings.server])


def _picture(days: tuple[DayUsage, ...], limit: int, top: tuple[tuple[str, int], ...]) -> bytes:
    """Pillow is loaded only here: charts are rare, and it is large."""
    from songbot.ui.quota.chart import Chart, draw_chart

    return draw_chart(Chart(days, limit, top))
