"""Find out who owns the application: a person, or members of a team."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import discord

from songbot.discord_errors import DISCORD_ERRORS, describe

log = logging.getLogger(__name__)

CACHE_SECONDS = 300.0
"""Seconds for which somebody who has left the team may keep access."""
LOOKUP_TIMEOUT = 5.0
_ROLES = frozenset({discord.TeamMemberRole.admin, discord.TeamMemberRole.developer})


class OwnersUnavailable(Exception):
    """Discord did not say who owns the application."""


def owner_ids(application: discord.AppInfo) -> frozenset[int]:
    """Return the owner, or the team's owner and its members who accepted as admin or developer.

    Other members of a team have read-only access (Discord, "Teams": Team Member Roles). For team-owned
    applications, `owner` is a placeholder user, so it is ignored.
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
    """Caches the owners. `monotonic` returns seconds."""

    def __init__(
        self, application: Callable[[], Awaitable[discord.AppInfo]], monotonic: Callable[[], float]
    ) -> None:
        self._application = application
        self._monotonic = monotonic
        self._known: frozenset[int] | None = None
        self._asked_at = 0.0

    async def contains(self, user_id: int) -> bool:
        """Return True if the user is an owner, using the last known owners if Discord can't be asked.

        Raise OwnersUnavailable if none are known.
        """
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
