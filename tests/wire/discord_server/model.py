"""The small world of the loopback: users, guilds with roles and members, channels, and their payloads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from . import permissions

TEXT = 0
DM = 1
GROUP_DM = 3


@dataclass(eq=False)
class User:
    """Someone on Discord. ``dms_open=False`` makes the bot's direct messages fail with 50007."""

    id: int
    name: str
    bot: bool = False
    dms_open: bool = True
    locale: str = "en-US"

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    def payload(self) -> dict[str, Any]:
        """Discord's user object."""
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
        """Discord's role object."""
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
class Channel:
    """A guild's text channel, a DM with the bot, or (``GROUP_DM``) a conversation the bot has no part in.

    ``bot_permissions`` is what the bot may do there; ``None`` stands for what its guild gives everyone.
    """

    id: int
    type: int = TEXT
    name: str = ""
    guild: Guild | None = None
    recipients: tuple[User, ...] = ()
    bot_permissions: int | None = None

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    @property
    def bot_is_part(self) -> bool:
        """Whether the bot can reach the channel by itself, without an interaction's token."""
        return self.guild.bot_is_member if self.guild else self.type == DM

    def app_permissions(self) -> int:
        """The bot's permissions here, as an interaction's ``app_permissions`` has them."""
        if not self.bot_is_part:
            return permissions.NOT_A_MEMBER
        if self.bot_permissions is not None:
            return self.bot_permissions
        return self.guild.everyone.permissions if self.guild else permissions.EVERYONE

    def payload(self) -> dict[str, Any]:
        """Discord's channel object."""
        body: dict[str, Any] = {"id": str(self.id), "type": self.type, "last_message_id": None, "flags": 0}
        if self.guild is None:
            recipients = [user.payload() for user in self.recipients]
            owner = (
                {"owner_id": recipients[0]["id"], "name": self.name, "icon": None}
                if self.type == GROUP_DM
                else {}
            )
            return body | {"recipients": recipients} | owner
        return body | {
            "name": self.name,
            "guild_id": str(self.guild.id),
            "position": 0,
            "permission_overwrites": [],
            "nsfw": False,
            "topic": None,
            "parent_id": None,
            "rate_limit_per_user": 0,
        }


@dataclass(eq=False)
class Member:
    """Someone in a guild, with the roles beside @everyone."""

    user: User
    roles: list[Role] = field(default_factory=list)
    nick: str | None = None

    def payload(self, effective_permissions: int | None = None) -> dict[str, Any]:
        """Discord's member object; with ``permissions`` where an interaction carries it."""
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
    """A server. Its first role, with the guild's own id, is @everyone."""

    id: int
    name: str
    owner: User
    bot_is_member: bool = True
    locale: str = "en-US"
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)

    @property
    def everyone(self) -> Role:
        return self.roles[self.id]

    @property
    def channel(self) -> Channel:
        """The first text channel."""
        return next(iter(self.channels.values()))

    def member(self, user: User) -> Member:
        """The member; whoever is not one yet joins."""
        return self.members.setdefault(user.id, Member(user))

    def permissions_of(self, user: User) -> int:
        """The member's bits over the whole guild; owners and administrators hold all."""
        granted = self.everyone.permissions
        for role in self.member(user).roles:
            granted |= role.permissions
        return permissions.ALL if user is self.owner or granted & permissions.ADMINISTRATOR else granted

    def payload(self) -> dict[str, Any]:
        """Discord's guild object, as GET answers it."""
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
            "premium_tier": 0,
            "system_channel_flags": 0,
            "afk_timeout": 300,
        }

    def create_payload(self, bot: User) -> dict[str, Any]:
        """What GUILD_CREATE carries: the guild with its channels and, as without the members intent, the
        bot alone.
        """
        return self.payload() | {
            "unavailable": False,
            "large": False,
            "joined_at": "2024-01-01T00:00:00+00:00",
            "member_count": len(self.members),
            "members": [self.member(bot).payload()],
            "channels": [channel.payload() for channel in self.channels.values()],
            "threads": [],
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }
