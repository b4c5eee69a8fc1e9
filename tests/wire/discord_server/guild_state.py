"""Hold what exists on this Discord: users, guilds, channels, and the registered commands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from . import errors, permissions
from .channels import DM, GROUP_DM, PUBLIC_THREAD, TEXT, THREADS, VOICE, Channel, ThreadState
from .clock import Clock
from .model import Guild, Member, Role, User


@dataclass
class GuildState:
    """Holds users, guilds, channels and commands by id. The ``add_`` methods create them."""

    clock: Clock
    application_id: int
    bot: User
    owner: User
    users: dict[int, User] = field(default_factory=dict)
    guilds: dict[int, Guild] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    commands: dict[int, dict[str, Any]] = field(default_factory=dict)
    dms: dict[int, Channel] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.users |= {self.bot.id: self.bot, self.owner.id: self.owner}

    def add_user(self, name: str, *, dms_open: bool = True, nitro: int = 0) -> User:
        """Create a person."""
        user = User(self.clock.snowflake(), name, dms_open=dms_open, nitro=nitro)
        self.users[user.id] = user
        return user

    def add_guild(
        self,
        name: str,
        *,
        owner: User | None = None,
        bot_is_member: bool = True,
        commands_only: bool = False,
        guild_id: int | None = None,
    ) -> Guild:
        """Create a guild with one text channel, ``general``.

        ``guild_id`` determines its shard: ``(guild_id >> 22) % shards``. ``commands_only`` installs the app
        without its bot.
        """
        guild = Guild(
            guild_id or self.clock.snowflake(),
            name,
            owner or self.owner,
            self.bot,
            bot_is_member and not commands_only,
            commands_only,
        )
        guild.roles[guild.id] = Role(guild.id, "@everyone", permissions.EVERYONE, position=0)
        guild.members[guild.owner.id] = Member(guild.owner)
        if guild.bot_is_member:
            guild.members[self.bot.id] = Member(self.bot)
        self.guilds[guild.id] = guild
        self.add_channel(guild, "general")
        return guild

    def add_channel(self, guild: Guild, name: str, kind: int = TEXT) -> Channel:
        """Create a channel: TEXT, VOICE (with its chat) or FORUM."""
        channel = Channel(self.clock.snowflake(), kind, name, guild)
        guild.channels[channel.id] = self.channels[channel.id] = channel
        return channel

    def add_thread(
        self, parent: Channel, name: str, *, owner: User | None = None, kind: int = PUBLIC_THREAD
    ) -> Channel:
        """Create a thread in a text channel, or a post in a forum. Its owner is a member of it."""
        if parent.guild is None or kind not in THREADS or parent.type == VOICE:
            raise ValueError("a thread needs a guild's text channel or forum, and a thread's type")
        channel = self.add_channel(parent.guild, name, kind)
        started_by = (owner or self.owner).id
        channel.parent = parent
        channel.thread = ThreadState(self.clock.time(), started_by, member_ids={started_by})
        return channel

    def add_role(self, guild: Guild, name: str, bits: int = 0) -> Role:
        """Create a role with these permission bits."""
        role = Role(self.clock.snowflake(), name, bits, position=len(guild.roles))
        guild.roles[role.id] = role
        return role

    def dm_channel(self, user: User) -> Channel:
        """Return the DM between the person and the bot. Create it if there is none."""
        if user.id not in self.dms:
            channel = Channel(self.clock.snowflake(), DM, recipients=(user,))
            self.dms[user.id] = self.channels[channel.id] = channel
        return self.dms[user.id]

    def group_dm(self, *users: User) -> Channel:
        """Create a group DM without the bot, in which user-installed commands can be used."""
        channel = Channel(self.clock.snowflake(), GROUP_DM, "friends", recipients=users)
        self.channels[channel.id] = channel
        return channel

    def remove_channel(self, channel: Channel) -> None:
        """Remove the channel. Requests to its id fail with 10003 from now on."""
        self.channels.pop(channel.id, None)
        if channel.guild:
            channel.guild.channels.pop(channel.id, None)

    def channel_for_bot(self, channel_id: int, *needed: int) -> Channel:
        """Return the channel, if the bot currently has the needed permissions there (docs:
        topics/permissions).

        Raises:
            DiscordError: 10003, 50001, 50013.
        """
        channel = self.channels.get(channel_id)
        if channel is None:
            raise errors.unknown_channel()
        granted = channel.app_permissions()
        if not channel.bot_is_part or not permissions.has(granted, permissions.VIEW_CHANNEL):
            raise errors.missing_access()
        if not all(permissions.has(granted, bit) for bit in needed):
            raise errors.missing_permissions()
        return channel

    def commands_for(self, guild_id: int | None) -> list[dict[str, Any]]:
        """Return the commands registered for one guild, or globally (None)."""
        wanted = str(guild_id) if guild_id else None
        return [command for command in self.commands.values() if command.get("guild_id") == wanted]

    def replace_commands(self, guild_id: int | None, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Replace all commands, as PUT does. Commands whose names were registered before keep their ids."""
        before = {(c["name"], c.get("type", 1)): c["id"] for c in self.commands_for(guild_id)}
        now = [
            self.put_command(guild_id, body, before.get((body["name"], body.get("type", 1))))
            for body in bodies
        ]
        kept = {command["id"] for command in now}
        for command_id in set(before.values()) - kept:
            del self.commands[int(command_id)]
        return now

    def put_command(
        self, guild_id: int | None, body: dict[str, Any], command_id: str | None = None
    ) -> dict[str, Any]:
        """Register one command, keeping its id if it has one.

        Return it as Discord does: without values that are only defaults, and with a new version if something
        changed.
        """
        command = _DEFAULTS | _without_defaults(body)
        command |= {
            "id": command_id or str(self.clock.snowflake()),
            "application_id": str(self.application_id),
        } | ({"guild_id": str(guild_id)} if guild_id else {})
        before = self.commands.get(int(command["id"])) or {}
        unchanged = before == command | {"version": before.get("version")}
        command["version"] = before["version"] if unchanged else str(self.clock.snowflake())
        self.commands[int(command["id"])] = command
        return command


# What Discord's command object always has (docs: interactions/application-commands).
_DEFAULTS: dict[str, Any] = {
    "type": 1,
    "description": "",
    "default_member_permissions": None,
    "nsfw": False,
    "integration_types": [0],
    "contexts": None,
    "dm_permission": True,
}


def _without_defaults(part: Any) -> Any:
    """Remove options' false flags and empty lists, as Discord does (seen in its responses)."""
    if isinstance(part, list):
        return [_without_defaults(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    optional = ("required", "autocomplete", "options", "choices", "channel_types")
    return {name: _without_defaults(value) for name, value in part.items() if value or name not in optional}
