"""Define users, and guilds with their roles and members, with their payloads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from . import permissions
from .channels import Channel
from .errors import PersonError

NITRO_BASIC, NITRO = 3, 2


@dataclass(eq=False)
class User:
    """A user of Discord.

    ``dms_open=False`` makes the bot's direct messages fail with 50007. ``nitro`` is the ``premium_type`` (0
    none, NITRO_BASIC, NITRO), which raises the person's ``attachment_size_limit``.
    """

    id: int
    name: str
    bot: bool = False
    dms_open: bool = True
    locale: str = "en-US"
    nitro: int = 0

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    def payload(self) -> dict[str, Any]:
        """Return Discord's user object."""
        return {
            "id": str(self.id),
            "username": self.name,
            "discriminator": "0",
            "global_name": None if self.bot else self.name.capitalize(),
            "avatar": None,
            "bot": self.bot,
            "public_flags": 0,
            "flags": 0,
        }


@dataclass(eq=False)
class Role:
    """A guild's role; ``permissions`` is a bit set."""

    id: int
    name: str
    permissions: int = 0
    position: int = 1

    def payload(self) -> dict[str, Any]:
        """Return Discord's role object."""
        return {
            "id": str(self.id),
            "name": self.name,
            "permissions": str(self.permissions),
            "position": self.position,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "managed": False,
            "mentionable": True,
            "flags": 0,
        }


@dataclass(eq=False)
class Member:
    """A person in a guild, with their roles other than @everyone."""

    user: User
    roles: list[Role] = field(default_factory=list)
    nick: str | None = None
    timed_out: bool = False

    def payload(self, effective_permissions: int | None = None) -> dict[str, Any]:
        """Return Discord's member object, with ``permissions`` if it is part of an interaction."""
        body: dict[str, Any] = {
            "user": self.user.payload(),
            "nick": self.nick,
            "avatar": None,
            "roles": [str(role.id) for role in self.roles],
            "joined_at": "2024-01-01T00:00:00+00:00",
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
            "communication_disabled_until": None,
        }
        return body if effective_permissions is None else body | {"permissions": str(effective_permissions)}


@dataclass(eq=False)
class Guild:
    """A server. Its first role, which has the guild's own id, is @everyone.

    ``commands_only`` means that it is installed without a bot user (scope ``applications.commands`` alone),
    so interactions come with GUILD_INSTALL although the bot is not a member (docs: resources/application,
    "Installation Context"). ``boost_level`` is 0 to 3. ``blocked_words`` are those that AutoMod blocks.
    ``command_permissions`` says, by command name and the id of a channel, role or member, whether Discord's
    integration settings allow the command there. ``departed`` holds those who have left and do not join again
    by acting there.
    """

    id: int
    name: str
    owner: User
    bot: User
    bot_is_member: bool = True
    commands_only: bool = False
    boost_level: int = 0
    locale: str = "en-US"
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    blocked_words: set[str] = field(default_factory=set)
    command_permissions: dict[str, dict[int, bool]] = field(default_factory=dict)
    departed: set[int] = field(default_factory=set)

    @property
    def app_is_installed(self) -> bool:
        """Return whether the app is installed to the guild, with or without a bot user."""
        return self.bot_is_member or self.commands_only

    @property
    def everyone(self) -> Role:
        return self.roles[self.id]

    @property
    def channel(self) -> Channel:
        """Return the first text channel."""
        return next(iter(self.channels.values()))

    def member(self, user: User) -> Member:
        """Return the member. Anyone who is not a member yet joins."""
        return self.members.setdefault(user.id, Member(user))

    def admit(self, user: User) -> None:
        """Let a person act here: they join if they are not a member.

        Raises:
            PersonError: the person has left.
        """
        if user.id in self.departed:
            raise PersonError(f"{user.name} is no member of {self.name!r}")
        self.member(user)

    def permissions_of(self, user: User) -> int:
        """Return the member's permissions in the whole guild. Owners and administrators have all of them, and
        non-members none.
        """
        if user.id not in self.members:
            return 0
        granted = self.everyone.permissions
        for role in self.members[user.id].roles:
            granted |= role.permissions
        return permissions.ALL if user is self.owner or granted & permissions.ADMINISTRATOR else granted

    def command_allowed(self, name: str, user: User, channel: Channel) -> bool | None:
        """Return what the integration settings say about a command, or None if they say nothing. The
        channel's denial comes first, then the person's own setting, then those of their roles.
        """
        settings = self.command_permissions.get(name, {})
        configured = channel.parent or channel
        if settings.get(configured.id) is False:
            return False
        if user.id in settings:
            return settings[user.id]
        by_role = [settings[role.id] for role in self.members[user.id].roles if role.id in settings]
        return any(by_role) if by_role else settings.get(self.id)

    def payload(self) -> dict[str, Any]:
        """Return Discord's guild object, as in the response to a GET."""
        return {
            "id": str(self.id),
            "name": self.name,
            "owner_id": str(self.owner.id),
            "roles": [role.payload() for role in self.roles.values()],
            "emojis": [],
            "stickers": [],
            "features": [],
            "icon": None,
            "preferred_locale": self.locale,
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": self.boost_level,
            "system_channel_flags": 0,
            "afk_timeout": 300,
        }

    def create_payload(self, bot: User) -> dict[str, Any]:
        """Return the data of GUILD_CREATE. Without the members intent, the only member in it is the bot."""
        return self.payload() | {
            "unavailable": False,
            "large": False,
            "joined_at": "2024-01-01T00:00:00+00:00",
            "member_count": len(self.members),
            "members": [self.member(bot).payload()],
            "channels": [channel.payload() for channel in self.channels.values() if not channel.thread],
            "threads": [channel.payload() for channel in self.channels.values() if _is_synced(channel)],
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }


def _is_synced(channel: Channel) -> bool:
    """Return whether GUILD_CREATE has it among the threads: if it is active and the bot can view it."""
    viewable = permissions.has(channel.app_permissions(), permissions.VIEW_CHANNEL)
    return channel.thread is not None and not channel.thread.archived and viewable
