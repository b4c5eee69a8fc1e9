"""What exists on the loopback: users, guilds, channels, and the commands that are registered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from . import errors, permissions
from .channels import DM, GROUP_DM, PUBLIC_THREAD, TEXT, THREADS, VOICE, Channel, ThreadState
from .clock import Clock
from .model import Guild, Member, Role, User


@dataclass
class GuildState:
    """Users, guilds, channels and commands by id; made with the ``add_`` methods."""

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
        """A new person."""
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
        """A new guild with one text channel, ``general``. ``guild_id`` chooses its shard: ``(guild_id >>
        22) % shards``. ``commands_only`` installs the app without its bot.
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
        """A new channel: TEXT, VOICE (with its chat), FORUM."""
        channel = Channel(self.clock.snowflake(), kind, name, guild)
        guild.channels[channel.id] = self.channels[channel.id] = channel
        return channel

    def add_thread(
        self, parent: Channel, name: str, *, owner: User | None = None, kind: int = PUBLIC_THREAD
    ) -> Channel:
        """A new thread of a text channel, or a post of a forum; its owner is in it."""
        if parent.guild is None or kind not in THREADS or parent.type == VOICE:
            raise ValueError("a thread needs a guild's text channel or forum, and a thread's type")
        channel = self.add_channel(parent.guild, name, kind)
        started_by = (owner or self.owner).id
        channel.parent = parent
        channel.thread = ThreadState(self.clock.time(), started_by, member_ids={started_by})
        return channel

    def add_role(self, guild: Guild, name: str, bits: int = 0) -> Role:
        """A new role with those permission bits."""
        role = Role(self.clock.snowflake(), name, bits, position=len(guild.roles))
        guild.roles[role.id] = role
        return role

    def dm_channel(self, user: User) -> Channel:
        """The DM between the person and the bot; made when there is none."""
        if user.id not in self.dms:
            channel = Channel(self.clock.snowflake(), DM, recipients=(user,))
            self.dms[user.id] = self.channels[channel.id] = channel
        return self.dms[user.id]

    def group_dm(self, *users: User) -> Channel:
        """A conversation between people which the bot has no part in: where user-installed commands run."""
        channel = Channel(self.clock.snowflake(), GROUP_DM, "friends", recipients=users)
        self.channels[channel.id] = channel
        return channel

    def remove_channel(self, channel: Channel) -> None:
        """From now on its id is unknown (10003)."""
        self.channels.pop(channel.id, None)
        if channel.guild:
            channel.guild.channels.pop(channel.id, None)

    def channel_for_bot(self, channel_id: int, *needed: int) -> Channel:
        """The channel, if the bot may do that there, by permissions of now (docs: topics/permissions).

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
        """The commands registered for one guild, or globally (None)."""
        wanted = str(guild_id) if guild_id else None
        return [command for command in self.commands.values() if command.get("guild_id") == wanted]

    def replace_commands(self, guild_id: int | None, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """What PUT does: exactly these from now on; those of the same name keep their id."""
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
        """Register one command, under that id where it has one already; as Discord gives it back, without
        what is only a default, and with a new version where something changed.
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
    """Discord leaves out false flags of options and empty lists in what it gives back (seen in answers)."""
    if isinstance(part, list):
        return [_without_defaults(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    optional = ("required", "autocomplete", "options", "choices", "channel_types")
    return {name: _without_defaults(value) for name, value in part.items() if value or name not in optional}
