"""Who is still in a server and what they are called: asked of Discord, since no member cache is kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import discord

from songbot.discord_errors import TROUBLE, describe
from songbot.quotas.rules import Rule, Who
from songbot.wording import quota_admin as wording

log = logging.getLogger(__name__)

DEADLINE = 2.0
MOST_ASKED = 10
"""People asked for at a time: enough for a glance, and easy on Discord's rate limit."""
_REMEMBERED_FOR = 600.0
_MOST_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class Person:
    """`here` None: Discord could not be asked. `name` is the display name as it came."""

    name: str | None = None
    here: bool | None = None


UNKNOWN = Person()


class People:
    """Remembers for ten minutes. `monotonic` gives seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._known: dict[tuple[int, int], tuple[float, Person]] = {}

    async def look_up(self, guild: discord.Guild, user_ids: Iterable[int]) -> dict[int, Person]:
        """Whoever could be learnt of within two seconds; the others are left out."""
        ids = list(dict.fromkeys(user_ids))
        new = [user_id for user_id in ids if self._remembered(guild.id, user_id) is None]
        try:
            async with asyncio.timeout(DEADLINE), asyncio.TaskGroup() as group:
                for user_id in new[:MOST_ASKED]:
                    group.create_task(self._ask(guild, user_id), name=f"member-{user_id}")
        except TimeoutError:
            log.info("members were not looked up in time")
        found = ((user_id, self._remembered(guild.id, user_id)) for user_id in ids)
        return {user_id: person for user_id, person in found if person is not None}

    def _remembered(self, guild_id: int, user_id: int) -> Person | None:
        until, person = self._known.get((guild_id, user_id), (0.0, None))
        return person if self._monotonic() < until else None

    async def _ask(self, guild: discord.Guild, user_id: int) -> None:
        try:
            person = Person((await guild.fetch_member(user_id)).display_name, here=True)
        except discord.NotFound:
            person = Person(here=False)
        except TROUBLE as error:
            log.info("a member could not be looked up: %s", describe(error))
            return
        while len(self._known) >= _MOST_REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[guild.id, user_id] = (self._monotonic() + _REMEMBERED_FOR, person)


async def rules_of_nobody(
    guild: discord.Guild | None, rules: Sequence[Rule], people: People
) -> dict[Rule, str]:
    """Rules for deleted roles and for people who left, as far as can be told, and why they count no more."""
    if guild is None or guild.unavailable:
        return {}
    users = [rule for rule in rules if rule.who is Who.USER]
    known = await people.look_up(guild, [rule.subject_id for rule in users])
    gone = {rule: wording.LEFT for rule in users if known.get(rule.subject_id, UNKNOWN).here is False}
    deleted = (rule for rule in rules if rule.who is Who.ROLE and guild.get_role(rule.subject_id) is None)
    return gone | dict.fromkeys(deleted, wording.DELETED_ROLE)
