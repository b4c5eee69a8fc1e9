"""Who is still in a server and what they are called: asked of Discord, since no member cache is kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import discord

from songbot.discord_errors import DISCORD_ERRORS, describe
from songbot.quotas.rules import LimitKind, Rule
from songbot.wording import quota_admin as wording

log = logging.getLogger(__name__)

LOOKUP_TIMEOUT = 2.0
MAX_LOOKUPS = 10
"""People asked for at a time: enough for a glance, and easy on Discord's rate limit."""
_CACHE_SECONDS = 600.0
_MAX_CACHED = 1000


@dataclass(frozen=True, slots=True)
class MemberInfo:
    """`here` None: Discord could not be asked. `name` is the display name as it came."""

    name: str | None = None
    is_member: bool | None = None


UNKNOWN = MemberInfo()


class MemberLookup:
    """Remembers for ten minutes. `monotonic` gives seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._cache: dict[tuple[int, int], tuple[float, MemberInfo]] = {}

    async def look_up(self, guild: discord.Guild, user_ids: Iterable[int]) -> dict[int, MemberInfo]:
        """Whoever could be learnt of within two seconds; the others are left out."""
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

    def _cached(self, guild_id: int, user_id: int) -> MemberInfo | None:
        until, member = self._cache.get((guild_id, user_id), (0.0, None))
        return member if self._monotonic() < until else None

    async def _ask(self, guild: discord.Guild, user_id: int) -> None:
        try:
            member = MemberInfo((await guild.fetch_member(user_id)).display_name, is_member=True)
        except discord.NotFound:
            member = MemberInfo(is_member=False)
        except DISCORD_ERRORS as error:
            log.info("a member could not be looked up: %s", describe(error))
            return
        while len(self._cache) >= _MAX_CACHED:
            del self._cache[next(iter(self._cache))]
        self._cache[guild.id, user_id] = (self._monotonic() + _CACHE_SECONDS, member)


async def stale_rules(
    guild: discord.Guild | None, rules: Sequence[Rule], members: MemberLookup
) -> dict[Rule, str]:
    """Rules for deleted roles and for people who left, as far as can be told, and why they count no more."""
    if guild is None or guild.unavailable:
        return {}
    users = [rule for rule in rules if rule.kind is LimitKind.USER and rule.subject_id > 0]
    known = await members.look_up(guild, [rule.subject_id for rule in users])
    stale = {rule: wording.LEFT for rule in users if known.get(rule.subject_id, UNKNOWN).is_member is False}
    deleted = (
        rule for rule in rules if rule.kind is LimitKind.ROLE and guild.get_role(rule.subject_id) is None
    )
    return stale | dict.fromkeys(deleted, wording.DELETED_ROLE)
