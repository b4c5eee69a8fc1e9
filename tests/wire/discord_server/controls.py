"""Let a test trigger what Discord, admins and other programs do around the bot."""

from __future__ import annotations

from typing import Any

from .channels import Channel
from .clock import Clock
from .faults import Fault, Faults
from .gateway import Gateway
from .gateway_session import GUILD_MEMBERS
from .guild_state import GuildState
from .interaction_record import InteractionRecord
from .interactions import Interactions
from .message_store import MessageStore
from .model import Guild, Role, User
from .rate_limits import RateLimits

GUILDS_INTENT = 1


class Controls:
    """Changes guilds, channels and Discord itself, and sends the gateway events for the changes."""

    clock: Clock
    state: GuildState
    message_store: MessageStore
    gateway: Gateway
    faults: Faults
    rate_limits: RateLimits
    interactions: Interactions

    # Time, tokens, clients, outages ----------------------------------------------------------------

    def advance(self, seconds: float) -> None:
        """Advance Discord's clock: tokens expire, nonces are forgotten, limits reset, outages end."""
        self.clock.offset += seconds

    def expire_token(self, record: InteractionRecord | str) -> None:
        """Make Discord refuse the interaction's token from now on (50027)."""
        token = record if isinstance(record, str) else record.token
        self.interactions.by_token[token].expires_at = self.clock.time()

    def restart_client(self, user: User) -> None:
        """Restart the person's client. Ephemeral messages are not stored, so the person loses all earlier
        ones, while their tokens still accept edits that nobody sees (discord-api-docs #3023).
        """
        for message in self.message_store.by_id.values():
            message.vanished = message.vanished or message.ephemeral_for is user

    def outage(self, seconds: float, *, status: int = 503) -> Fault:
        """Take Discord's REST API down for this many seconds of Discord's clock; the gateway stays up."""
        return self.faults.outage(seconds, status=status)

    def hold_gateway_address(self, seconds: float) -> None:
        """Rate-limit GET /gateway/bot for so many seconds, as on shared hosts (discord-api-docs #8570)."""
        self.rate_limits.hold("GET", "/gateway/bot", seconds)

    # Commands --------------------------------------------------------------------------------------

    def overwrite_commands(self, bodies: list[dict[str, Any]], guild: Guild | None = None) -> None:
        """Replace the commands, as another program with the same token can. No gateway event reports it."""
        self.state.replace_commands(guild.id if guild else None, bodies)

    def set_command_permission(
        self, guild: Guild, name: str, target: Channel | Role | User, *, allowed: bool
    ) -> None:
        """Allow or deny a command for a channel, role or member, as in the integration settings."""
        guild.command_permissions.setdefault(name, {})[target.id] = allowed

    # Guilds and channels ---------------------------------------------------------------------------

    async def set_overwrite(
        self, channel: Channel, target: Role | User, *, allow: int = 0, deny: int = 0
    ) -> None:
        """Change a channel's overwrite, as an admin does."""
        channel.overwrite(target, allow=allow, deny=deny)
        await self._announce(channel, "CHANNEL_UPDATE")

    async def set_thread(
        self, channel: Channel, *, archived: bool | None = None, locked: bool | None = None
    ) -> None:
        """Archive or lock a thread, as a moderator does, or undo that."""
        if channel.thread is None:
            raise ValueError(f"{channel.name!r} is no thread")
        if archived is not None:
            channel.thread.archived = archived
        if locked is not None:
            channel.thread.locked = locked
        await self._announce(channel, "THREAD_UPDATE")

    async def set_role_permissions(self, guild: Guild, role: Role, bits: int) -> None:
        """Change what a role may do in the whole guild, as an admin does."""
        role.permissions = bits
        data = {"guild_id": str(guild.id), "role": role.payload()}
        await self.gateway.dispatch("GUILD_ROLE_UPDATE", data, guild.id, GUILDS_INTENT)

    async def remove_member(self, guild: Guild, user: User) -> None:
        """Remove a person from the guild. If they act there later, PersonError is raised."""
        guild.members.pop(user.id, None)
        guild.departed.add(user.id)
        data = {"guild_id": str(guild.id), "user": user.payload()}
        await self.gateway.dispatch("GUILD_MEMBER_REMOVE", data, guild.id, GUILD_MEMBERS)

    async def send_event(self, name: str, data: dict[str, Any], guild: Guild | None = None) -> int:
        """Send an event unchanged, even one that can't be parsed. Return how many sessions received it."""
        return await self.gateway.dispatch(name, data, guild.id if guild else None)

    async def add_guild_live(self, name: str, **how: Any) -> Guild:
        """Invite the bot to a new guild while it is connected."""
        guild = self.state.add_guild(name, **how)
        await self.gateway.dispatch(
            "GUILD_CREATE", guild.create_payload(self.state.bot), guild.id, GUILDS_INTENT
        )
        return guild

    async def kick_bot(self, guild: Guild) -> None:
        """Remove the bot from a guild. Requests there fail with 50001 from now on."""
        guild.bot_is_member = False
        await self.gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)}, guild.id, GUILDS_INTENT)

    async def delete_channel(self, channel: Channel) -> None:
        """Delete a channel. Requests to it fail with 10003 from now on."""
        self.state.remove_channel(channel)
        await self._announce(channel, "THREAD_DELETE" if channel.thread else "CHANNEL_DELETE")

    async def _announce(self, channel: Channel, event: str) -> None:
        guild_id = channel.guild.id if channel.guild else None
        await self.gateway.dispatch(event, channel.payload(), guild_id, GUILDS_INTENT)
