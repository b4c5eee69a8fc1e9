"""What `/quota` changes, and what the admin is told of it."""

from __future__ import annotations

import discord

from songbot.quotas.repository import Asker, QuotaBook
from songbot.quotas.rules import Ceilings, Rule, Who
from songbot.songs.ports import Clock
from songbot.wording import quota_admin as wording

from ._options import BadInput, TimeZones, manager_guild_id, person


class QuotaChanges:
    """Each gives the sentence for the admin. All may raise StoreUnavailable: then nothing has changed."""

    def __init__(self, book: QuotaBook, clock: Clock, ceilings: Ceilings, zones: TimeZones) -> None:
        self._book = book
        self._clock = clock
        self._ceilings = ceilings
        self._zones = zones

    async def set_rule(self, interaction: discord.Interaction, rule: Rule) -> str:
        guild_id, actor_id = manager_guild_id(interaction), interaction.user.id
        before = await self._book.set_rule(guild_id, actor_id, rule, self._clock.now())
        return wording.rule_set(rule, before, self._ceilings)

    async def clear(self, interaction: discord.Interaction, who: Who, subject_id: int) -> str:
        guild_id, actor_id = manager_guild_id(interaction), interaction.user.id
        before = await self._book.clear_rule(guild_id, actor_id, who, subject_id, self._clock.now())
        return wording.cleared(before, who, subject_id, self._ceilings)

    async def grant(
        self, interaction: discord.Interaction, user: discord.User | discord.Member, songs: int
    ) -> str:
        guild_id, actor_id = manager_guild_id(interaction), interaction.user.id
        left = await self._book.grant(guild_id, actor_id, user.id, songs, self._clock.now())
        return wording.granted(user.id, songs, left)

    async def reset(self, interaction: discord.Interaction, user: discord.User | discord.Member) -> str:
        guild_id, actor_id = manager_guild_id(interaction), interaction.user.id
        await self._book.reset(guild_id, actor_id, user.id, self._clock.now())
        asker = asker_of(user, guild_id)
        return wording.reset_done(user.id, await self._book.check(asker, self._clock.now()))

    async def set_timezone(self, interaction: discord.Interaction, zone: str) -> str:
        guild_id, actor_id = manager_guild_id(interaction), interaction.user.id
        before = await self._book.set_timezone(guild_id, actor_id, zone, self._clock.now())
        return wording.timezone_set(zone, before)

    def zone(self, text: str) -> str:
        """The zone's own name. Raises BadInput."""
        found = self._zones.find(text)
        if found is None:
            raise BadInput(wording.unknown_zone(text))
        return found


def asker_of(user: discord.User | discord.Member, guild_id: int) -> Asker:
    """The named person as they would ask. Raises BadInput for a bot.

    Roles are read off what Discord sent with the interaction; one who is no member has none.
    """
    roles = frozenset(user._roles) if isinstance(user, discord.Member) else frozenset[int]()
    return Asker(person(user), guild_id, roles)
