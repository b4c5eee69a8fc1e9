"""What `/quota` changes, and what the admin is told of it."""

from __future__ import annotations

import discord

from songbot.quotas.repository import QuotaRepository, QuotaSubject
from songbot.quotas.rules import LimitKind, OperatorLimits, Rule
from songbot.songs.ports import Clock
from songbot.wording import quota_admin as wording

from ._options import InvalidOption, TimeZones, manager_guild_id, require_human


class QuotaChanges:
    """Each gives the sentence for the admin. All may raise StoreUnavailable: then nothing has changed."""

    def __init__(
        self, quotas: QuotaRepository, clock: Clock, operator_limits: OperatorLimits, zones: TimeZones
    ) -> None:
        self._quotas = quotas
        self._clock = clock
        self._operator_limits = operator_limits
        self._zones = zones

    async def set_rule(self, interaction: discord.Interaction, rule: Rule) -> str:
        guild_id, actor_id = manager_guild_id(interaction), interaction.user.id
        before = await self._quotas.set_rule(guild_id, actor_id, rule, self._clock.now())
        return wording.rule_set(rule, before, self._operator_limits)

    async def clear(self, interaction: discord.Interaction, kind: LimitKind, subject_id: int) -> str:
        guild_id, actor_id = manager_guild_id(interaction), interaction.user.id
        before = await self._quotas.clear_rule(guild_id, actor_id, kind, subject_id, self._clock.now())
        return wording.cleared(before, kind, subject_id, self._operator_limits)

    async def grant(
        self, interaction: discord.Interaction, user: discord.User | discord.Member, songs: int
    ) -> str:
        guild_id, actor_id = manager_guild_id(interaction), interaction.user.id
        left = await self._quotas.grant(guild_id, actor_id, user.id, songs, self._clock.now())
        return wording.granted(user.id, songs, left)

    async def reset(self, interaction: discord.Interaction, user: discord.User | discord.Member) -> str:
        guild_id, actor_id = manager_guild_id(interaction), interaction.user.id
        await self._quotas.reset(guild_id, actor_id, user.id, self._clock.now())
        subject = quota_subject(user, guild_id)
        return wording.reset_done(user.id, await self._quotas.check(subject, self._clock.now()))

    async def set_timezone(self, interaction: discord.Interaction, zone: str) -> str:
        guild_id, actor_id = manager_guild_id(interaction), interaction.user.id
        before = await self._quotas.set_timezone(guild_id, actor_id, zone, self._clock.now())
        return wording.timezone_set(zone, before)

    def zone(self, text: str) -> str:
        """The zone's own name. Raises InvalidOption."""
        found = self._zones.find(text)
        if found is None:
            raise InvalidOption(wording.unknown_zone(text))
        return found


def quota_subject(user: discord.User | discord.Member, guild_id: int) -> QuotaSubject:
    """The named person as they would ask. Raises InvalidOption for a bot.

    Roles are read off what Discord sent with the interaction; one who is no member has none.
    """
    roles = frozenset(user._roles) if isinstance(user, discord.Member) else frozenset[int]()
    return QuotaSubject(require_human(user), guild_id, roles)
