"""What admins give to `/quota`, checked and put into the songs' terms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

import discord
from discord import app_commands

from songbot.quotas.rules import MAX_LIMIT, Per, Who
from songbot.wording import quota_admin as wording

Limit = app_commands.Range[int, 0, MAX_LIMIT]
Extra = app_commands.Range[int, 1, MAX_LIMIT]
Days = Literal[7, 30, 90]

WHO = [
    app_commands.Choice(name="everyone together", value=Who.SERVER.value),
    app_commands.Choice(name="each member", value=Who.MEMBER.value),
]
PER = [app_commands.Choice(name=per.value, value=per.value) for per in Per]

_MOST = 25
"""Choices of an autocompletion (Discord, "Application Commands")."""
_NOT_PLACES = frozenset({"Factory", "localtime", "posixrules"})
_FIRST = (
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


class BadInput(Exception):
    """What was given can't be used. `sentence` says so to the person."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class TimeZones:
    """IANA's names, found by what people type of them."""

    def __init__(self, names: Iterable[str] | None = None) -> None:
        """Reads the tz database's index (a few ms) unless names are given."""
        found = set(available_timezones() if names is None else names) - _NOT_PLACES
        self._names = {_folded(name): name for name in sorted(found)}

    def find(self, text: str) -> str | None:
        """The name as IANA writes it."""
        return self._names.get(_folded(text))

    def matching(self, text: str) -> list[str]:
        """At most 25: the zone of that name, then those that begin so, whose place does, or that hold it."""
        typed = _folded(text)
        if not typed:
            return [name for name in _FIRST if _folded(name) in self._names]
        found = [(_rank(folded, typed), name) for folded, name in self._names.items() if typed in folded]
        return [name for _, name in sorted(found)][:_MOST]


def _folded(text: str) -> str:
    return "_".join(text.casefold().split())


def _rank(folded: str, typed: str) -> int:
    if folded == typed:
        return 0
    if folded.startswith(typed):
        return 1
    return 2 if f"/{typed}" in folded else 3


def zone_of(name: str) -> ZoneInfo:
    """UTC where a zone has gone from the tz database since it was set."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


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


def person(user: discord.User | discord.Member) -> int:
    """Their id. Raises BadInput for a bot."""
    if user.bot:
        raise BadInput(wording.BOT_NAMED)
    return user.id


def role_id(role: discord.Role) -> int:
    """Raises BadInput for @everyone: what each member gets is a rule of its own."""
    if role.is_default():
        raise BadInput(wording.EVERYONE_ROLE)
    return role.id


def one_subject(
    who: str | None, role: discord.Role | None, user: discord.User | discord.Member | None
) -> tuple[Who, int]:
    """Whose rule is meant. Raises BadInput unless exactly one is named."""
    if sum(given is not None for given in (who, role, user)) != 1:
        raise BadInput(wording.NAME_ONE)
    if role is not None:
        return Who.ROLE, role_id(role)
    if user is not None:
        return Who.USER, user.id
    return Who(who or Who.MEMBER), 0
