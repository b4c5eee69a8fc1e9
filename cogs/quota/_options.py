"""What admins give to `/quota`, checked and put into the songs' terms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal
from zoneinfo import available_timezones

import discord
from discord import app_commands

from songbot.quotas.rules import MAX_LIMIT, LimitKind, Period
from songbot.wording import quota_admin as wording

Limit = app_commands.Range[int, 0, MAX_LIMIT]
Extra = app_commands.Range[int, 1, MAX_LIMIT]
Days = Literal[7, 30, 90]

KIND_CHOICES = [
    app_commands.Choice(name="everyone together", value=LimitKind.SERVER.value),
    app_commands.Choice(name="each member", value=LimitKind.MEMBER.value),
]
PERIOD_CHOICES = [app_commands.Choice(name=per.value, value=per.value) for per in Period]

_MAX_CHOICES = 25
"""Choices of an autocompletion (Discord, "Application Commands")."""
_NOT_ZONES = frozenset({"Factory", "localtime", "posixrules"})
_COMMON_ZONES = (
    "UTC",
    "Europe/London",
    "Europe/Paris",
    "Europe/Berlin",
    "Europe/Athens",
    "Europe/Istanbul",
    "Europe/Moscow",
    "Africa/Lagos",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Asia/Dubai",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Bangkok",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Asia/Seoul",
    "Australia/Sydney",
    "Pacific/Auckland",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/Sao_Paulo",
)


class InvalidOption(Exception):
    """What was given can't be used. `sentence` says so to the person."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class TimeZones:
    """IANA's names, found by what people type of them."""

    def __init__(self, names: Iterable[str] | None = None) -> None:
        """Reads the tz database's index (a few ms) unless names are given."""
        found = set(available_timezones() if names is None else names) - _NOT_ZONES
        self._names = {_folded(name): name for name in sorted(found)}

    def find(self, text: str) -> str | None:
        """The name as IANA writes it."""
        return self._names.get(_folded(text))

    def matching(self, text: str) -> list[str]:
        """At most 25: the zone of that name, then those that begin so, whose place does, or that hold it."""
        typed = _folded(text)
        if not typed:
            return [name for name in _COMMON_ZONES if _folded(name) in self._names]
        found = [(_rank(folded, typed), name) for folded, name in self._names.items() if typed in folded]
        return [name for _, name in sorted(found)][:_MAX_CHOICES]


def _folded(text: str) -> str:
    return "_".join(text.casefold().split())


def _rank(folded: str, typed: str) -> int:
    if folded == typed:
        return 0
    if folded.startswith(typed):
        return 1
    return 2 if f"/{typed}" in folded else 3


def manager_guild_id(interaction: discord.Interaction) -> int:
    """The server that the asker may manage, by what Discord says of them with this very interaction.

    Raises NoPrivateMessage or MissingPermissions, which the command tree puts into words.
    """
    if interaction.guild_id is None:
        raise app_commands.NoPrivateMessage
    rights = interaction.permissions
    if not (rights.manage_guild or rights.administrator):
        raise app_commands.MissingPermissions(["manage_guild"])
    return interaction.guild_id


def require_human(user: discord.User | discord.Member) -> int:
    """Their id. Raises InvalidOption for a bot."""
    if user.bot:
        raise InvalidOption(wording.BOT_NAMED)
    return user.id


def role_id(role: discord.Role) -> int:
    """Raises InvalidOption for @everyone: what each member gets is a rule of its own."""
    if role.is_default():
        raise InvalidOption(wording.EVERYONE_ROLE)
    return role.id


def rule_target(
    kind: str | None, role: discord.Role | None, user: discord.User | discord.Member | None
) -> tuple[LimitKind, int]:
    """Whose rule is meant. Raises InvalidOption unless exactly one is named."""
    if sum(given is not None for given in (kind, role, user)) != 1:
        raise InvalidOption(wording.NAME_ONE)
    if role is not None:
        return LimitKind.ROLE, role_id(role)
    if user is not None:
        return LimitKind.USER, user.id
    return LimitKind(kind or LimitKind.MEMBER), 0
