"""Check what admins enter for `/quota`, and turn it into what the quotas are made of."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import available_timezones

import discord
from discord import app_commands

from songbot.interactions.errors import UserFacingError
from songbot.quotas.channels import ChannelRule
from songbot.quotas.rules import MAX_LIMIT, LimitKind, Period
from songbot.ui.quota.panel_ids import Target
from songbot.ui.quota.panel_pages import CHANNEL_TYPES
from songbot.wording import quota_rules as wording

Limit = app_commands.Range[int, 0, MAX_LIMIT]
BonusSongs = app_commands.Range[int, 1, MAX_LIMIT]

KIND_CHOICES = [
    app_commands.Choice(name="server-wide", value=LimitKind.SERVER.value),
    app_commands.Choice(name="each member", value=LimitKind.MEMBER.value),
]
DAYS_CHOICES = [
    app_commands.Choice(name="7 days", value=7),
    app_commands.Choice(name="30 days", value=30),
    app_commands.Choice(name="13 weeks", value=91),
]
REMOVE_CHANNEL_RULE = "remove"
CHANNEL_CHOICES = [
    app_commands.Choice(name="allow: only here and in other allowed channels", value=ChannelRule.ALLOW.value),
    app_commands.Choice(name="deny: never here", value=ChannelRule.DENY.value),
    app_commands.Choice(name="remove the rule", value=REMOVE_CHANNEL_RULE),
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


class SongChannel(app_commands.Transformer):
    """A channel that can have a rule. Threads go by their parent channel, so none is offered."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return CHANNEL_TYPES

    async def transform(
        self, interaction: discord.Interaction, value: app_commands.AppCommandChannel, /
    ) -> app_commands.AppCommandChannel:
        del interaction
        return value


class TimeZones:
    """IANA's names, found by what people type of them."""

    def __init__(self, names: Iterable[str] | None = None) -> None:
        """Reads the tz database's index (a few ms) unless names are given."""
        found = set(available_timezones() if names is None else names) - _NOT_ZONES
        self._names = {_folded(name): name for name in sorted(found)}

    def find(self, text: str) -> str:
        """Return the name as IANA writes it, also for the only zone that has `text` in it.

        Raises UserFacingError for an unknown or ambiguous one."""
        if (name := self._names.get(_folded(text))) is not None:
            return name
        similar = self.matching(text) if text.strip() else []
        if len(similar) == 1:
            return similar[0]
        raise UserFacingError(wording.unknown_zone(text, similar[:3]))

    def matching(self, text: str) -> list[str]:
        """Return at most 25 zones: the one of that name, then those whose region or city begins with `text`,
        then those that contain it."""
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
    """Return the server that the person may manage, as Discord says with this very interaction.

    Raises NoPrivateMessage or MissingPermissions, which the command tree puts into words.
    """
    if interaction.guild_id is None:
        raise app_commands.NoPrivateMessage
    rights = interaction.permissions
    if not (rights.manage_guild or rights.administrator):
        raise app_commands.MissingPermissions(["manage_guild"])
    return interaction.guild_id


def require_human(user: discord.User | discord.Member) -> int:
    """Return their id. Raises UserFacingError for a bot."""
    if user.bot:
        raise UserFacingError(wording.BOT_NAMED)
    return user.id


def role_id(role: discord.Role) -> int:
    """Return its id. Raises UserFacingError for @everyone: what each member gets is a rule of its own."""
    if role.is_default():
        raise UserFacingError(wording.EVERYONE_ROLE)
    return role.id


def limit_target(
    kind: str | None, role: discord.Role | None, user: discord.User | discord.Member | None
) -> Target:
    """Return whose limit is to be set: each member's if nobody is named.

    Raises UserFacingError if more than one is named, for a bot, and for @everyone.
    """
    _require_at_most_one(kind, role, user, wording.CHOOSE_ONE)
    if user is not None:
        require_human(user)
    return _target(kind, role, user)


def removal_target(
    kind: str | None, role: discord.Role | None, user: discord.User | discord.Member | None
) -> Target:
    """Return whose limit is to be removed. Raises UserFacingError unless exactly one is named."""
    if kind is role is user is None:
        raise UserFacingError(wording.CHOOSE_ONE_TO_REMOVE)
    _require_at_most_one(kind, role, user, wording.CHOOSE_ONE_TO_REMOVE)
    return _target(kind, role, user)


def _require_at_most_one(kind: object, role: object, user: object, otherwise: str) -> None:
    if sum(given is not None for given in (kind, role, user)) > 1:
        raise UserFacingError(otherwise)


def _target(
    kind: str | None, role: discord.Role | None, user: discord.User | discord.Member | None
) -> Target:
    if role is not None:
        return Target(LimitKind.ROLE, role_id(role))
    if user is not None:
        return Target(LimitKind.USER, user.id)
    return Target(LimitKind(kind or LimitKind.MEMBER))
