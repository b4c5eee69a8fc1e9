"""/quota, for those who may manage the server."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import discord
from discord import app_commands
from discord.ext import commands

from songbot.interactions.component_router import ComponentRouter
from songbot.interactions.replies import send_ephemeral
from songbot.quotas.repository import QuotaRepository
from songbot.quotas.rules import LimitKind, OperatorLimits, Period, Rule
from songbot.songs.errors import StoreUnavailable
from songbot.songs.ports import Clock
from songbot.ui.custom_ids import id_route
from songbot.ui.quota.audit_log import NEWEST

from ._changes import QuotaChanges
from ._members import MemberLookup
from ._options import (
    KIND_CHOICES,
    PERIOD_CHOICES,
    Days,
    Extra,
    InvalidOption,
    Limit,
    TimeZones,
    manager_guild_id,
    require_human,
    role_id,
    rule_target,
)
from ._views import QuotaViews

log = logging.getLogger(__name__)


@app_commands.default_permissions(manage_guild=True)
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
class QuotaCog(
    commands.GroupCog,
    name="quota",
    group_name="quota",
    group_description="How many songs people here can make",
):
    """Every answer is for the admin alone. Discord's permission set is not relied on: the right is checked
    with each call and each press."""

    def __init__(
        self,
        bot: commands.AutoShardedBot,
        quotas: QuotaRepository,
        clock: Clock,
        operator_limits: OperatorLimits,
    ) -> None:
        super().__init__()
        self._bot = bot
        self._quotas = quotas
        self._clock = clock
        self._zones = TimeZones()
        self._changes = QuotaChanges(quotas, clock, operator_limits, self._zones)
        self._views = QuotaViews(quotas, clock, operator_limits, MemberLookup(clock.monotonic))

    def register(self, router: ComponentRouter) -> None:
        router.register(id_route("quota:log"), self.turn_log)

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        """Before each command. Raises what the command tree puts into words."""
        manager_guild_id(interaction)
        return True

    @app_commands.command(description="The rules in force, and what they have left")
    async def show(self, interaction: discord.Interaction) -> None:
        await _defer(interaction)
        await self._views.show(interaction)

    @app_commands.command(name="set", description="A limit for everyone together, or for each member")
    @app_commands.describe(who="For whom", limit="How many songs; 0 closes", per="In which time")
    @app_commands.choices(who=KIND_CHOICES, per=PERIOD_CHOICES)
    async def set_rule(self, interaction: discord.Interaction, who: str, limit: Limit, per: str) -> None:
        await self._set(interaction, Rule(LimitKind(who), limit, Period(per)))

    @app_commands.command(
        description="A limit for each member with a role, in place of the one for each member"
    )
    @app_commands.describe(role="Which role", limit="How many songs; 0 closes", per="In which time")
    @app_commands.choices(per=PERIOD_CHOICES)
    async def role(
        self, interaction: discord.Interaction, role: discord.Role, limit: Limit, per: str
    ) -> None:
        async with reporting_bad_options(interaction):
            await self._set(interaction, Rule(LimitKind.ROLE, limit, Period(per), role_id(role)))

    @app_commands.command(description="A limit for one person, in place of all others of theirs")
    @app_commands.describe(user="Which person", limit="How many songs; 0 closes", per="In which time")
    @app_commands.choices(per=PERIOD_CHOICES)
    async def user(
        self, interaction: discord.Interaction, user: discord.User, limit: Limit, per: str
    ) -> None:
        async with reporting_bad_options(interaction):
            await self._set(interaction, Rule(LimitKind.USER, limit, Period(per), require_human(user)))

    @app_commands.command(description="Take a rule out; name one of the three")
    @app_commands.describe(who="A rule for many", role="The rule for a role", user="The rule for a person")
    @app_commands.choices(who=KIND_CHOICES)
    async def clear(
        self,
        interaction: discord.Interaction,
        who: str | None = None,
        role: discord.Role | None = None,
        user: discord.User | None = None,
    ) -> None:
        async with reporting_bad_options(interaction):
            subject = rule_target(who, role, user)
            await _defer(interaction)
            await _say(interaction, self._changes.clear(interaction, *subject))

    @app_commands.command(description="What one person would get now, and why")
    @app_commands.describe(user="Which person")
    async def check(self, interaction: discord.Interaction, user: discord.User) -> None:
        async with reporting_bad_options(interaction):
            require_human(user)
            await _defer(interaction)
            await self._views.check(interaction, user)

    @app_commands.command(description="Give a person extra songs, which last until used")
    @app_commands.describe(user="Which person", songs="How many")
    async def grant(self, interaction: discord.Interaction, user: discord.User, songs: Extra) -> None:
        async with reporting_bad_options(interaction):
            require_human(user)
            await _defer(interaction)
            await _say(interaction, self._changes.grant(interaction, user, songs))

    @app_commands.command(description="Give back what a person has used of their own limit")
    @app_commands.describe(user="Which person")
    async def reset(self, interaction: discord.Interaction, user: discord.User) -> None:
        async with reporting_bad_options(interaction):
            require_human(user)
            await _defer(interaction)
            await _say(interaction, self._changes.reset(interaction, user))

    @app_commands.command(description="By which clock days, weeks and months begin")
    @app_commands.describe(zone="A city near you, such as Europe/Berlin")
    async def timezone(self, interaction: discord.Interaction, zone: app_commands.Range[str, 1, 100]) -> None:
        async with reporting_bad_options(interaction):
            name = self._changes.zone(zone)
            await _defer(interaction)
            await _say(interaction, self._changes.set_timezone(interaction, name))

    @timezone.autocomplete("zone")
    async def _zones_like(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        del interaction
        return [app_commands.Choice(name=zone, value=zone) for zone in self._zones.matching(current)]

    @app_commands.command(name="log", description="The last changes: who, when, from what to what")
    async def show_log(self, interaction: discord.Interaction) -> None:
        await _defer(interaction)
        await self._views.audit_log(interaction, None)

    @app_commands.command(description="A chart of the songs made and failed, day by day")
    @app_commands.describe(days="How many days back")
    async def usage(self, interaction: discord.Interaction, days: Days) -> None:
        await _defer(interaction)
        await self._views.usage(interaction, days)

    async def turn_log(self, interaction: discord.Interaction, before_id: int) -> None:
        """Handle a press on a page of the log: by whoever, whatever they may do by now."""
        manager_guild_id(interaction)
        await interaction.response.defer()
        await self._views.audit_log(interaction, None if before_id == NEWEST else before_id)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was taken out; an outage comes as `guild_unavailable`."""
        await _log_unavailable(self._quotas.guild_left(guild.id, self._clock.now()))

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        await _log_unavailable(self._quotas.guild_joined(guild.id))

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Discord does not tell what happened while the process was down."""
        bot, now = self._bot, self._clock.now()
        present = {guild.id for guild in bot.guilds}
        await _log_unavailable(
            self._quotas.reconcile_guilds(present, bot.shard_count or 1, tuple(bot.shards), now)
        )

    async def _set(self, interaction: discord.Interaction, rule: Rule) -> None:
        await _defer(interaction)
        await _say(interaction, self._changes.set_rule(interaction, rule))


@asynccontextmanager
async def reporting_bad_options(interaction: discord.Interaction) -> AsyncIterator[None]:
    """Around a command whose input is checked before anything is done."""
    try:
        yield
    except InvalidOption as error:
        await send_ephemeral(interaction, error.sentence)


async def _defer(interaction: discord.Interaction) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)


async def _say(interaction: discord.Interaction, sentence: Awaitable[str]) -> None:
    nobody = discord.AllowedMentions.none()
    await interaction.edit_original_response(content=await sentence, allowed_mentions=nobody)


async def _log_unavailable(update: Awaitable[None]) -> None:
    try:
        await update
    except StoreUnavailable as error:
        log.error("coming to or leaving a server was not written down: %s", error)  # noqa: TRY400
