"""Validate what admins enter for `/quota`, and convert it to quota values."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import available_timezones

import discord
from discord import app_commands

from songbot.interactions.errors import UserFacingError
from songbot.quotas.channels import ChannelRule
from songbot.quotas.rules import MAX_LIMIT, LimitKind, Period
from songbot.ui.quota.forms import AUTOMATIC
from songbot.ui.quota.panel_ids import Target
from songbot.ui.quota.panel_pages import CHANNEL_TYPES
from songbot.wording import general
from songbot.wording import quota_changes as wording
from songbot.wording.language import NAMES, Sentence

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
"""Maximum number of autocomplete choices (Discord, "Application Commands")."""
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
    """A channel that can have a rule. Threads are not offered, since their parent channel's rule applies."""

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
    """Finds IANA time zones by what people type."""

    def __init__(self, names: Iterable[str] | None = None) -> None:
        """Read the tz database's index (takes a few ms) unless names are given."""
        found = set(available_timezones() if names is None else names) - _NOT_ZONES
        self._names = {_folded(name): name for name in sorted(found)}

    def find(self, text: str) -> str:
        """Return the zone's IANA name. A part of the name is enough if only one zone contains it.

        Raise UserFacingError for an unknown or ambiguous name.
        """
        if (name := self._names.get(_folded(text))) is not None:
            return name
        similar = self.matching(text) if text.strip() else []
        if len(similar) == 1:
            return similar[0]
        raise UserFacingError(lambda language: wording.unknown_zone(language, text, similar[:3]))

    def matching(self, text: str) -> list[str]:
        """Return at most 25 zones: first an exact match, then those whose region or city starts with
        `text`, then those that contain it."""
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
    """Return the ID of the server, after checking the Manage Server permission sent with the interaction.

    Raise NoPrivateMessage or MissingPermissions, which the command tree reports to the user.
    """
    if interaction.guild_id is None:
        raise app_commands.NoPrivateMessage
    rights = interaction.permissions
    if not (rights.manage_guild or rights.administrator):
        raise app_commands.MissingPermissions(["manage_guild"])
    return interaction.guild_id


def chosen_language(value: str) -> str | None:
    """Return the language's tag, one of NAMES, or None for each person's own.

    Raise UserFacingError for a language that the bot does not speak.
    """
    if value == AUTOMATIC:
        return None
    if value not in NAMES:
        raise UserFacingError(general.BAD_INPUT)
    return value


def require_human(user: discord.User | discord.Member) -> int:
    """Return the person's ID. Raise UserFacingError for a bot."""
    if user.bot:
        raise UserFacingError(wording.BOT_NAMED)
    return user.id


def role_id(role: discord.Role) -> int:
    """Return the role's ID. Raise UserFacingError for @everyone, since the member limit covers it."""
    if role.is_default():
        raise UserFacingError(wording.everyone_role)
    return role.id


def limit_target(
    kind: str | None, role: discord.Role | None, user: discord.User | discord.Member | None
) -> Target:
    """Return whose limit to set: each member's if no role or person is given.

    Raise UserFacingError if several are given, for a bot, or for @everyone.
    """
    _require_at_most_one(kind, role, user, wording.CHOOSE_ONE)
    if user is not None:
        require_human(user)
    return _target(kind, role, user)


def removal_target(
    kind: str | None, role: discord.Role | None, user: discord.User | discord.Member | None
) -> Target:
    """Return whose limit to remove. Raise UserFacingError unless exactly one is given."""
    if kind is role is user is None:
        raise UserFacingError(wording.CHOOSE_ONE_TO_REMOVE)
    _require_at_most_one(kind, role, user, wording.CHOOSE_ONE_TO_REMOVE)
    return _target(kind, role, user)


def _require_at_most_one(kind: object, role: object, user: object, otherwise: Sentence) -> None:
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
