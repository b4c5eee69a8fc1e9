"""Handle `/quota`, for people who may manage the server."""

from __future__ import annotations

import logging
from collections.abc import Awaitable

import discord
from discord import app_commands
from discord.ext import commands

from songbot.interactions.channel_policy import ChannelPolicy
from songbot.interactions.component_router import ComponentRouter
from songbot.interactions.errors import UserFacingError
from songbot.interactions.languages import Languages, own_language
from songbot.interactions.replies import defer_ephemeral, send_ephemeral
from songbot.quotas.channels import ChannelRule, ChannelRuleRepository
from songbot.quotas.repository import QuotaRepository
from songbot.quotas.rules import OperatorLimits, Period
from songbot.songs.errors import StoreUnavailable
from songbot.songs.ports import Clock
from songbot.ui.custom_ids import id_route
from songbot.ui.quota.embeds import check_embed
from songbot.wording import quota_channels

from ._changes import QuotaChanges, quota_subject
from ._members import MemberLookup
from ._open_panels import OpenPanels
from ._options import (
    CHANNEL_CHOICES,
    DAYS_CHOICES,
    KIND_CHOICES,
    PERIOD_CHOICES,
    REMOVE_CHANNEL_RULE,
    BonusSongs,
    Limit,
    SongChannel,
    limit_target,
    manager_guild_id,
    removal_target,
    require_human,
)
from ._pages import PanelPages
from ._panel import QuotaPanel
from ._usage import UsageChart

log = logging.getLogger(__name__)


@app_commands.default_permissions(manage_guild=True)
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
class QuotaCog(
    commands.GroupCog, name="quota", group_name="quota", group_description="Song limits for this server"
):
    """Sends every response ephemerally. The Manage Server permission is checked on each command and each
    press, since a server can override Discord's command permissions."""

    def __init__(
        self,
        bot: commands.AutoShardedBot,
        *,
        quotas: QuotaRepository,
        channels: ChannelRuleRepository,
        policy: ChannelPolicy,
        clock: Clock,
        operator_limits: OperatorLimits,
        languages: Languages,
    ) -> None:
        super().__init__()
        self._bot = bot
        self._quotas = quotas
        self._clock = clock
        members = MemberLookup(clock.monotonic)
        self._channels = channels
        self._changes = QuotaChanges(
            quotas,
            channels,
            policy,
            clock=clock,
            operator_limits=operator_limits,
            languages=languages,
        )
        self._pages = PanelPages(
            quotas,
            channels,
            clock=clock,
            operator_limits=operator_limits,
            members=members,
            languages=languages,
        )
        self._chart = UsageChart(quotas, clock, operator_limits)
        self._panels = OpenPanels(self._pages.build, clock.monotonic)
        self._panel = QuotaPanel(self._changes, self._pages, self._panels, self._chart, members)

    def register(self, router: ComponentRouter) -> None:
        router.register(id_route("quota:log"), self.turn_log)
        self._panel.register(router)

    async def cog_unload(self) -> None:
        await self._panels.close()

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        """Check the permission before each command. The command tree reports what this raises to the user."""
        manager_guild_id(interaction)
        return True

    @app_commands.command(description="See and change all quota settings in one place")
    async def panel(self, interaction: discord.Interaction) -> None:
        await defer_ephemeral(interaction)
        await self._panel.open(interaction)

    @app_commands.command(description="Current limits and how much of each is used")
    async def show(self, interaction: discord.Interaction) -> None:
        await defer_ephemeral(interaction)
        language, guild_id = own_language(interaction), manager_guild_id(interaction)
        layout = await self._pages.show(language, interaction.client, guild_id)
        await interaction.edit_original_response(view=layout)

    @app_commands.command(
        name="limit", description="Set a limit for the server, each member, a role or one person"
    )
    @app_commands.describe(
        songs="Number of songs (0 = none)",
        per="Hour, day, week or month",
        applies_to="The server as a whole, or each member (default)",
        role="Each member with this role instead",
        user="This person instead",
    )
    @app_commands.choices(per=PERIOD_CHOICES, applies_to=KIND_CHOICES)
    async def set_limit(
        self,
        interaction: discord.Interaction,
        *,
        songs: Limit,
        per: str,
        applies_to: str | None = None,
        role: discord.Role | None = None,
        user: discord.User | None = None,
    ) -> None:
        target = limit_target(applies_to, role, user)
        await defer_ephemeral(interaction)
        await self._finish(interaction, self._changes.set_limit(interaction, target, songs, Period(per)))

    @app_commands.command(description="Remove a limit")
    @app_commands.describe(
        applies_to="The server's limit, or each member's",
        role="The limit for this role",
        user="The limit for this person",
    )
    @app_commands.choices(applies_to=KIND_CHOICES)
    async def remove(
        self,
        interaction: discord.Interaction,
        applies_to: str | None = None,
        role: discord.Role | None = None,
        user: discord.User | None = None,
    ) -> None:
        target = removal_target(applies_to, role, user)
        await defer_ephemeral(interaction)
        await self._finish(interaction, self._changes.remove_limit(interaction, target))

    @app_commands.command(description="Why someone can or can't make a song right now")
    @app_commands.describe(user="Who to check")
    async def check(self, interaction: discord.Interaction, user: discord.User) -> None:
        subject = quota_subject(user, manager_guild_id(interaction))
        await defer_ephemeral(interaction)
        decision = await self._quotas.check(subject, self._clock.now())
        is_member = isinstance(user, discord.Member)
        embed = check_embed(
            own_language(interaction), user.id, user.display_name, decision, is_member=is_member
        )
        await interaction.edit_original_response(embed=embed)

    @app_commands.command(description="Give someone bonus songs that don't expire")
    @app_commands.describe(user="Who gets them", songs="How many")
    async def grant(self, interaction: discord.Interaction, user: discord.User, songs: BonusSongs) -> None:
        require_human(user)
        await defer_ephemeral(interaction)
        await self._finish(interaction, self._changes.grant(interaction, user.id, songs))

    @app_commands.command(description="Reset someone's usage to zero")
    @app_commands.describe(user="Whose usage to reset")
    async def reset(self, interaction: discord.Interaction, user: discord.User) -> None:
        subject = quota_subject(user, manager_guild_id(interaction))
        await defer_ephemeral(interaction)
        await self._finish(interaction, self._changes.reset(interaction, subject))

    @app_commands.command(
        description="Choose where songs can be made, or leave both options out to see where"
    )
    @app_commands.describe(channel="The channel", rule="What applies there")
    @app_commands.choices(rule=CHANNEL_CHOICES)
    async def channels(
        self,
        interaction: discord.Interaction,
        channel: app_commands.Transform[app_commands.AppCommandChannel, SongChannel] | None = None,
        rule: str | None = None,
    ) -> None:
        if channel is None and rule is None:
            await defer_ephemeral(interaction)
            rules = await self._channels.rules(manager_guild_id(interaction))
            await send_ephemeral(interaction, lambda language: quota_channels.summary(language, rules))
            return
        if channel is None or rule is None:
            raise UserFacingError(quota_channels.CHOOSE_BOTH)
        chosen = None if rule == REMOVE_CHANNEL_RULE else ChannelRule(rule)
        await defer_ephemeral(interaction)
        await self._finish(interaction, self._changes.set_channel(interaction, channel.id, chosen))

    @app_commands.command(
        description="Set the server's time zone, which decides when days, weeks and months start"
    )
    @app_commands.describe(zone="A city near you, such as Europe/Berlin")
    async def timezone(self, interaction: discord.Interaction, zone: app_commands.Range[str, 1, 100]) -> None:
        name = self._changes.zones.find(zone)
        await defer_ephemeral(interaction)
        await self._finish(interaction, self._changes.set_timezone(interaction, name))

    @timezone.autocomplete("zone")
    async def _zones_like(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        del interaction
        return [app_commands.Choice(name=zone, value=zone) for zone in self._changes.zones.matching(current)]

    @app_commands.command(name="log", description="Recent quota changes: who changed what, and when")
    async def show_log(self, interaction: discord.Interaction) -> None:
        await defer_ephemeral(interaction)
        layout = await self._pages.log(own_language(interaction), manager_guild_id(interaction), None, None)
        await interaction.edit_original_response(view=layout)

    @app_commands.command(description="Usage chart: songs made and failed, and the top creators")
    @app_commands.describe(days="How far back")
    @app_commands.choices(days=DAYS_CHOICES)
    async def usage(self, interaction: discord.Interaction, days: int = 7) -> None:
        await defer_ephemeral(interaction)
        await self._chart.show(interaction, days, None)

    async def turn_log(self, interaction: discord.Interaction, before_id: int) -> None:
        """Show another page of the log to whoever pressed the button."""
        guild_id = manager_guild_id(interaction)
        await interaction.response.defer()
        layout = await self._pages.log(own_language(interaction), guild_id, before_id or None, None)
        await interaction.edit_original_response(content=None, embeds=[], view=layout)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Record that the bot was removed. For an outage Discord sends `guild_unavailable` instead."""
        await _log_unavailable(self._quotas.guild_left(guild.id, self._clock.now()))

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        await _log_unavailable(self._quotas.guild_joined(guild.id))

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Record joins and removals that happened while the process was down. Discord sends no events for
        them."""
        bot, now = self._bot, self._clock.now()
        present = {guild.id for guild in bot.guilds}
        await _log_unavailable(
            self._quotas.reconcile_guilds(present, bot.shard_count or 1, tuple(bot.shards), now)
        )

    async def _finish(self, interaction: discord.Interaction, change: Awaitable[str]) -> None:
        """Make a change, report it, and refresh the open panels. The interaction must be deferred."""
        await send_ephemeral(interaction, await change)
        await self._panels.refresh(manager_guild_id(interaction))


async def _log_unavailable(update: Awaitable[None]) -> None:
    try:
        await update
    except StoreUnavailable as error:
        log.error("joining or leaving a server was not recorded: %s", error)  # noqa: TRY400
