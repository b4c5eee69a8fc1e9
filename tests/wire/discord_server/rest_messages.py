"""Messages by channel: what the bot may do as a member, without an interaction's token."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from . import errors, permissions
from .channels import DM, Channel
from .clock import Changes
from .gateway import Gateway
from .gateway_session import DIRECT_MESSAGES, GUILD_MESSAGES
from .guild_state import GuildState
from .message_book import MessageBook
from .messages import StoredMessage
from .model import Guild
from .requests import RecordedRequest


@dataclass
class MessageRoutes:
    """Create, read, edit and delete; every change is told to the gateway and to those who wait for it."""

    state: GuildState
    book: MessageBook
    gateway: Gateway
    changes: Changes
    typing: list[Channel] = field(default_factory=list)

    def table(self) -> dict[tuple[str, str], Any]:
        """Handlers by method and route."""
        messages = "/channels/{channel_id}/messages"
        return {
            ("GET", messages): self.list,
            ("POST", messages): self.create,
            ("GET", f"{messages}/{{message_id}}"): self.get,
            ("PATCH", f"{messages}/{{message_id}}"): self.edit,
            ("DELETE", f"{messages}/{{message_id}}"): self.delete,
            ("POST", "/channels/{channel_id}/typing"): self.start_typing,
        }

    def _channel(self, request: RecordedRequest, *needed: int) -> Channel:
        return self.state.channel_for_bot(int(request.params["channel_id"]), *needed)

    def _message(self, request: RecordedRequest) -> StoredMessage:
        return self.book.get(self._channel(request), int(request.params["message_id"]))

    async def list(self, request: RecordedRequest) -> Any:
        newest_first = reversed(
            self.book.in_channel(self._channel(request, permissions.READ_MESSAGE_HISTORY))
        )
        return [message.payload for message in newest_first][: int(request.query.get("limit", 50))]

    async def create(self, request: RecordedRequest) -> Any:
        needed = [permissions.SEND_MESSAGES] + ([permissions.ATTACH_FILES] if request.files else [])
        channel = self._channel(request, *needed)
        if channel.type == DM and not channel.recipients[0].dms_open:
            raise errors.direct_messages_closed()
        if already := self.book.same_nonce(channel, request.body):
            return already.payload
        message = self._create(channel, request)
        self.book.remember_nonce(message, request.body)
        await self.announce(message, "MESSAGE_CREATE")
        return message.payload

    def _create(self, channel: Channel, request: RecordedRequest) -> StoredMessage:
        replied_to = self._replied_to(channel, request.body)
        reply: dict[str, Any] = {}
        if replied_to is not None:
            reference = {"message_id": str(replied_to.id), "channel_id": str(channel.id), "type": 0}
            reply = {"type": 19, "message_reference": reference, "referenced_message": replied_to.payload}
        bot, at = self.state.bot, request.received_at
        return self.book.create(
            channel,
            bot,
            request.body,
            request.files,
            via="channel",
            at=at,
            extra=reply,
            replied_to=replied_to,
        )

    def _replied_to(self, channel: Channel, body: dict[str, Any]) -> StoredMessage | None:
        reference = body.get("message_reference")
        if not reference:
            return None
        try:
            return self.book.get(channel, int(reference["message_id"]))
        except errors.DiscordError:
            if reference.get("fail_if_not_exists", True):
                raise errors.invalid_form("message_reference", "Unknown message") from None
            return None

    async def get(self, request: RecordedRequest) -> Any:
        return self._message(request).payload

    async def edit(self, request: RecordedRequest) -> Any:
        message = self._message(request)
        if message.author is not self.state.bot:
            raise errors.not_the_author()
        await self.apply_edit(message, request, via="channel")
        return message.payload

    async def delete(self, request: RecordedRequest) -> None:
        message = self._message(request)
        if message.author is not self.state.bot:
            self._channel(request, permissions.MANAGE_MESSAGES)
        await self.remove(message)

    async def start_typing(self, request: RecordedRequest) -> None:
        self.typing.append(self._channel(request, permissions.SEND_MESSAGES))

    # Shared with the interaction routes ------------------------------------------------------------

    async def apply_edit(self, message: StoredMessage, request: RecordedRequest, *, via: str) -> None:
        """Edit by whichever route, and tell of it."""
        self.book.edit(message, request.body, request.files, via=via, at=request.received_at)
        await self.announce(message, "MESSAGE_UPDATE")

    async def announce(self, message: StoredMessage, event: str) -> None:
        """Tell those who wait, and the gateway where the bot would hear of it."""
        self._notify(message)
        guild = message.channel.guild
        if message.ephemeral or not message.channel.bot_is_part:
            return
        body = message.payload
        if guild is not None:
            member = guild.member(message.author).payload()
            del member["user"]
            body = body | {"guild_id": str(guild.id), "member": member}
        await self.gateway.dispatch_message(event, body, guild.id if guild else None)

    async def remove(self, message: StoredMessage) -> None:
        """Delete, by whichever route."""
        message.deleted = True
        self._notify(message)
        guild = message.channel.guild
        data = {"id": str(message.id), "channel_id": str(message.channel.id)}
        if message.channel.bot_is_part and not message.ephemeral:
            await self._announce_removal(data, guild)

    async def _announce_removal(self, data: dict[str, Any], guild: Guild | None) -> None:
        if guild is None:
            await self.gateway.dispatch("MESSAGE_DELETE", data, None, DIRECT_MESSAGES)
        else:
            data["guild_id"] = str(guild.id)
            await self.gateway.dispatch("MESSAGE_DELETE", data, guild.id, GUILD_MESSAGES)

    def _notify(self, message: StoredMessage) -> None:
        self.changes.notify()
        if message.changes is not None:
            message.changes.notify()
