"""Apply the changes made with `/quota` and its panel. Each change returns sentences in the
admin's language."""

from __future__ import annotations

import discord

from songbot.interactions.channel_policy import ChannelPolicy
from songbot.interactions.errors import UserFacingError
from songbot.interactions.languages import Languages, own_language
from songbot.quotas.channels import ChannelRule, ChannelRuleRepository, TooManyChannels
from songbot.quotas.repository import QuotaRepository, QuotaSubject
from songbot.quotas.rules import OperatorLimits, Period, Rule
from songbot.songs.ports import Clock
from songbot.ui.quota.panel_ids import Target
from songbot.wording import quota_changes as wording
from songbot.wording import quota_channels, server_language

from ._options import TimeZones, manager_guild_id, require_human


class QuotaChanges:
    """Changes rules. Every method checks that the person may manage the server. If a method raises
    StoreUnavailable, nothing was changed."""

    def __init__(
        self,
        quotas: QuotaRepository,
        channels: ChannelRuleRepository,
        policy: ChannelPolicy,
        *,
        clock: Clock,
        operator_limits: OperatorLimits,
        languages: Languages,
    ) -> None:
        self._quotas = quotas
        self._channels = channels
        self._policy = policy
        self._clock = clock
        self._operator_limits = operator_limits
        self._languages = languages
        self.zones = TimeZones()

    async def set_limit(
        self, interaction: discord.Interaction, target: Target, limit: int, period: Period
    ) -> str:
        rule = Rule(target.kind, limit, period, target.subject_id)
        guild_id, actor_id = manager_guild_id(interaction), interaction.user.id
        before = await self._quotas.set_rule(guild_id, actor_id, rule, self._clock.now())
        return wording.rule_set(own_language(interaction), rule, before, self._operator_limits)

    async def remove_limit(self, interaction: discord.Interaction, target: Target) -> str:
        guild_id, actor_id = manager_guild_id(interaction), interaction.user.id
        kind, subject_id = target.kind, target.subject_id
        before = await self._quotas.clear_rule(guild_id, actor_id, kind, subject_id, self._clock.now())
        return wording.removed(own_language(interaction), before, kind, subject_id, self._operator_limits)

    async def grant(self, interaction: discord.Interaction, user_id: int, songs: int) -> str:
        guild_id, actor_id = manager_guild_id(interaction), interaction.user.id
        left = await self._quotas.grant(guild_id, actor_id, user_id, songs, self._clock.now())
        return wording.granted(own_language(interaction), user_id, left)

    async def reset(self, interaction: discord.Interaction, subject: QuotaSubject) -> str:
        guild_id, actor_id = manager_guild_id(interaction), interaction.user.id
        await self._quotas.reset(guild_id, actor_id, subject.user_id, self._clock.now())
        decision = await self._quotas.check(subject, self._clock.now())
        return wording.reset_done(own_language(interaction), subject.user_id, decision)

    async def set_timezone(self, interaction: discord.Interaction, zone: str) -> str:
        """Set the time zone. `zone` is an IANA name as returned by TimeZones.find."""
        guild_id, actor_id = manager_guild_id(interaction), interaction.user.id
        before = await self._quotas.set_timezone(guild_id, actor_id, zone, self._clock.now())
        return wording.timezone_set(own_language(interaction), zone, before)

    async def set_language(self, interaction: discord.Interaction, tag: str | None) -> str:
        """Set the server's language, one of NAMES, or with None, let it follow each person's own."""
        guild_id, actor_id = manager_guild_id(interaction), interaction.user.id
        await self._languages.set_guild_language(guild_id, actor_id, tag)
        return server_language.changed(own_language(interaction), tag)

    async def set_channel(
        self, interaction: discord.Interaction, channel_id: int, rule: ChannelRule | None
    ) -> str:
        guild_id, actor_id, now = manager_guild_id(interaction), interaction.user.id, self._clock.now()
        try:
            rules = await self._channels.set_rule(guild_id, actor_id, channel_id, rule, now)
        except TooManyChannels:
            raise UserFacingError(quota_channels.too_many) from None
        self._policy.forget(guild_id)
        return quota_channels.rule_set(own_language(interaction), channel_id, rule, rules)

    async def set_channels(
        self, interaction: discord.Interaction, rule: ChannelRule, channel_ids: list[int]
    ) -> str:
        guild_id, actor_id, now = manager_guild_id(interaction), interaction.user.id, self._clock.now()
        try:
            rules = await self._channels.set_channels(guild_id, actor_id, rule, channel_ids, now)
        except TooManyChannels:
            raise UserFacingError(quota_channels.too_many) from None
        self._policy.forget(guild_id)
        return quota_channels.changed(own_language(interaction), rules)


def quota_subject(user: discord.User | discord.Member, guild_id: int) -> QuotaSubject:
    """Return the named person as the subject of a quota check. Raise UserFacingError if it is a bot.

    The roles come with the interaction. Somebody who is not a member has none.
    """
    roles = frozenset(user._roles) if isinstance(user, discord.Member) else frozenset[int]()
    return QuotaSubject(require_human(user), guild_id, roles)
