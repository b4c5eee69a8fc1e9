"""Look up names and membership of people in a server. The bot has no member cache."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import discord

from songbot.bounded_dict import BoundedDict
from songbot.discord_errors import DISCORD_ERRORS, describe
from songbot.quotas.rules import LimitKind, Rule

log = logging.getLogger(__name__)

LOOKUP_TIMEOUT = 2.0
MAX_LOOKUPS = 10
"""New people per lookup: enough for one page, and few enough for Discord's rate limit."""
_CACHE_SECONDS = 600.0
_MAX_CACHED = 1000


@dataclass(frozen=True, slots=True)
class MemberInfo:
    """What is known about a person. `is_member` is None if Discord could not be asked; `name` is the
    unescaped display name."""

    name: str | None = None
    is_member: bool | None = None
    role_ids: frozenset[int] = frozenset()


UNKNOWN = MemberInfo()


class MemberLookup:
    """Caches members for ten minutes. `monotonic` returns seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._cache: BoundedDict[tuple[int, int], tuple[float, MemberInfo]] = BoundedDict(_MAX_CACHED)

    async def look_up(self, guild: discord.Guild, user_ids: Iterable[int]) -> dict[int, MemberInfo]:
        """Return the people found within two seconds. At most MAX_LOOKUPS requests are sent."""
        ids = list(dict.fromkeys(user_ids))
        new = [user_id for user_id in ids if self._cached(guild.id, user_id) is None]
        try:
            async with asyncio.timeout(LOOKUP_TIMEOUT), asyncio.TaskGroup() as group:
                for user_id in new[:MAX_LOOKUPS]:
                    group.create_task(self._ask(guild, user_id), name=f"member-{user_id}")
        except TimeoutError:
            log.info("members were not looked up in time")
        found = ((user_id, self._cached(guild.id, user_id)) for user_id in ids)
        return {user_id: person for user_id, person in found if person is not None}

    def known(self, guild_id: int, user_id: int) -> MemberInfo:
        """Return the cached information about a person, without a request."""
        return self._cached(guild_id, user_id) or UNKNOWN

    def _cached(self, guild_id: int, user_id: int) -> MemberInfo | None:
        until, member = self._cache.get((guild_id, user_id), (0.0, None))
        return member if self._monotonic() < until else None

    async def _ask(self, guild: discord.Guild, user_id: int) -> None:
        try:
            found = await guild.fetch_member(user_id)
            member = MemberInfo(found.display_name, is_member=True, role_ids=frozenset(found._roles))
        except discord.NotFound:
            member = MemberInfo(is_member=False)
        except DISCORD_ERRORS as error:
            log.info("a member could not be looked up: %s", describe(error))
            return
        self.remember(guild.id, user_id, member)

    def remember(self, guild_id: int, user_id: int, member: MemberInfo) -> None:
        """Cache what an interaction says about a person."""
        self._cache[guild_id, user_id] = (self._monotonic() + _CACHE_SECONDS, member)


async def stale_rules(
    guild: discord.Guild | None, rules: Sequence[Rule], members: MemberLookup
) -> frozenset[Rule]:
    """Return the rules for deleted roles and for people known to have left."""
    if guild is None or guild.unavailable:
        return frozenset()
    users = [rule for rule in rules if rule.kind is LimitKind.USER and rule.subject_id > 0]
    known = await members.look_up(guild, [rule.subject_id for rule in users])
    gone = (rule for rule in users if known.get(rule.subject_id, UNKNOWN).is_member is False)
    deleted = (
        rule for rule in rules if rule.kind is LimitKind.ROLE and guild.get_role(rule.subject_id) is None
    )
    return frozenset([*gone, *deleted])
