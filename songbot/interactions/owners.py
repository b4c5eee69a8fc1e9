"""Who runs the bot: the application's owner, or its team's."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import discord

from songbot.discord_errors import DISCORD_ERRORS, describe

log = logging.getLogger(__name__)

CACHE_SECONDS = 300.0
"""How long somebody who has left the team may still do what it may."""
LOOKUP_TIMEOUT = 5.0
_ROLES = frozenset({discord.TeamMemberRole.admin, discord.TeamMemberRole.developer})


class OwnersUnavailable(Exception):
    """Discord did not say whose the application is."""


def owner_ids(application: discord.AppInfo) -> frozenset[int]:
    """The owner; for a team's application the team's owner and those who joined as admin or developer.

    The others of a team may only look at it (Discord, "Teams": Team Member Roles). A team's application names
    a user of the team's own as its owner, who is no person.
    """
    team = application.team
    if team is None:
        return frozenset({application.owner.id})
    joined = discord.TeamMembershipState.accepted
    trusted = {
        member.id for member in team.members if member.role in _ROLES and member.membership_state is joined
    }
    return frozenset(trusted | {team.owner_id} if team.owner_id else trusted)


class ApplicationOwners:
    """Asks Discord now and then. `monotonic` gives seconds."""

    def __init__(
        self, application: Callable[[], Awaitable[discord.AppInfo]], monotonic: Callable[[], float]
    ) -> None:
        self._application = application
        self._monotonic = monotonic
        self._known: frozenset[int] | None = None
        self._asked_at = 0.0

    async def contains(self, user_id: int) -> bool:
        """While Discord does not answer, those are it who were before. Raises OwnersUnavailable."""
        if self._known is None or self._monotonic() - self._asked_at >= CACHE_SECONDS:
            await self._ask()
        if self._known is None:
            raise OwnersUnavailable
        return user_id in self._known

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(LOOKUP_TIMEOUT):
                self._known = owner_ids(await self._application())
        except DISCORD_ERRORS as error:
            log.warning("the application's owners could not be looked up: %s", describe(error))
        else:
            self._asked_at = self._monotonic()
