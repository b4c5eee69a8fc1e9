"""What Discord, admins and other programs do around the bot, as a test orders it."""

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
    """Changes of guilds and channels with their gateway events, and of Discord itself."""

    clock: Clock
    state: GuildState
    message_store: MessageStore
    gateway: Gateway
    faults: Faults
    rate_limits: RateLimits
    interactions: Interactions

    # Time, tokens, clients, outages ----------------------------------------------------------------

    def advance(self, seconds: float) -> None:
        """Let Discord's clock run ahead: tokens expire, nonces are forgotten, limits reset, outages end."""
        self.clock.offset += seconds

    def expire_token(self, record: InteractionRecord | str) -> None:
        """Discord refuses the interaction's token from now on (50027)."""
        token = record if isinstance(record, str) else record.token
        self.interactions.by_token[token].expires_at = self.clock.time()

    def restart_client(self, user: User) -> None:
        """The person's client restarts: ephemeral messages are not stored, so those so far are gone for them,
        while their tokens still take edits that nobody sees (discord-api-docs #3023).
        """
        for message in self.message_store.by_id.values():
            message.vanished = message.vanished or message.ephemeral_for is user

    def outage(self, seconds: float, *, status: int = 503) -> Fault:
        """Discord's REST API is down for so long, by its own clock; the gateway stays up."""
        return self.faults.outage(seconds, status=status)

    def hold_gateway_address(self, seconds: float) -> None:
        """GET /gateway/bot is limited for so long, as on shared hosts (discord-api-docs #8570)."""
        self.rate_limits.hold("GET", "/gateway/bot", seconds)

    # Commands --------------------------------------------------------------------------------------

    def overwrite_commands(self, bodies: list[dict[str, Any]], guild: Guild | None = None) -> None:
        """Another program with the same token replaces the commands; the gateway says nothing of it."""
        self.state.replace_commands(guild.id if guild else None, bodies)

    def set_command_permission(
        self, guild: Guild, name: str, target: Channel | Role | User, *, allowed: bool
    ) -> None:
        """An admin allows or denies a command to a channel, role or member in the integration settings."""
        guild.command_permissions.setdefault(name, {})[target.id] = allowed

    # Guilds and channels ---------------------------------------------------------------------------

    async def set_overwrite(
        self, channel: Channel, target: Role | User, *, allow: int = 0, deny: int = 0
    ) -> None:
        """An admin changes a channel's overwrite."""
        channel.overwrite(target, allow=allow, deny=deny)
        await self._announce(channel, "CHANNEL_UPDATE")

    async def set_thread(
        self, channel: Channel, *, archived: bool | None = None, locked: bool | None = None
    ) -> None:
        """A moderator archives or locks a thread, or undoes it."""
        if channel.thread is None:
            raise ValueError(f"{channel.name!r} is no thread")
        if archived is not None:
            channel.thread.archived = archived
        if locked is not None:
            channel.thread.locked = locked
        await self._announce(channel, "THREAD_UPDATE")

    async def set_role_permissions(self, guild: Guild, role: Role, bits: int) -> None:
        """An admin changes what a role may do in the whole guild."""
        role.permissions = bits
        data = {"guild_id": str(guild.id), "role": role.payload()}
        await self.gateway.dispatch("GUILD_ROLE_UPDATE", data, guild.id, GUILDS_INTENT)

    async def remove_member(self, guild: Guild, user: User) -> None:
        """A person leaves or is removed; acting there is a PersonError from now on."""
        guild.members.pop(user.id, None)
        guild.departed.add(user.id)
        data = {"guild_id": str(guild.id), "user": user.payload()}
        await self.gateway.dispatch("GUILD_MEMBER_REMOVE", data, guild.id, GUILD_MEMBERS)

    async def send_event(self, name: str, data: dict[str, Any], guild: Guild | None = None) -> int:
        """Send any event as it stands, also one that no library can read; returns to how many sessions."""
        return await self.gateway.dispatch(name, data, guild.id if guild else None)

    async def add_guild_live(self, name: str, **how: Any) -> Guild:
        """Invite the bot to a new guild while it is connected."""
        guild = self.state.add_guild(name, **how)
        await self.gateway.dispatch(
            "GUILD_CREATE", guild.create_payload(self.state.bot), guild.id, GUILDS_INTENT
        )
        return guild

    async def kick_bot(self, guild: Guild) -> None:
        """Remove the bot from a guild: 50001 from now on."""
        guild.bot_is_member = False
        await self.gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)}, guild.id, GUILDS_INTENT)

    async def delete_channel(self, channel: Channel) -> None:
        """Delete a channel: 10003 from now on."""
        self.state.remove_channel(channel)
        await self._announce(channel, "THREAD_DELETE" if channel.thread else "CHANNEL_DELETE")

    async def _announce(self, channel: Channel, event: str) -> None:
        guild_id = channel.guild.id if channel.guild else None
        await self.gateway.dispatch(event, channel.payload(), guild_id, GUILDS_INTENT)
