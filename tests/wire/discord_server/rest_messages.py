"""Serve the message routes by channel: what the bot may do as a member, without an interaction's token."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from . import errors, history, message_rules, permissions
from .channels import DM, Channel
from .clock import Changes
from .gateway import Gateway
from .gateway_session import DIRECT_MESSAGES, GUILD_MESSAGES
from .guild_state import GuildState
from .message_store import MessageStore
from .messages import StoredMessage
from .model import Guild
from .requests import RecordedRequest


@dataclass
class MessageRoutes:
    """Routes to create, read, edit and delete messages. Changes go to the gateway and to waiting tests."""

    state: GuildState
    message_store: MessageStore
    gateway: Gateway
    changes: Changes
    old_edits: message_rules.OldEdits
    typing: list[Channel] = field(default_factory=list)

    def table(self) -> dict[tuple[str, str], Any]:
        """Return the handlers by method and route."""
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
        channel = self.state.channel_for_bot(int(request.params["channel_id"]), *needed)
        self._archive_if_inactive(channel)
        return channel

    def _archive_if_inactive(self, channel: Channel) -> None:
        """Archive a thread that has had no messages for a while, as Discord does."""
        thread = channel.thread
        if thread is not None:
            idle = self.state.clock.time() - thread.active_at
            thread.archived = thread.archived or idle >= thread.auto_archive_minutes * 60

    def _message(self, request: RecordedRequest) -> StoredMessage:
        return self.message_store.get(self._channel(request), int(request.params["message_id"]))

    async def list(self, request: RecordedRequest) -> Any:
        channel = self._channel(request)
        if not permissions.has(channel.app_permissions(), permissions.READ_MESSAGE_HISTORY):
            return []  # "no messages will be returned" (docs: resources/message, "Get Channel Messages")
        return [
            message.payload for message in history.page(self.message_store.in_channel(channel), request.query)
        ]

    async def create(self, request: RecordedRequest) -> Any:
        channel = self._channel(request)
        message_rules.refuse_posting(channel, request)
        message_rules.refuse_closed_thread(channel, editing=False)
        if channel.type == DM and not channel.recipients[0].dms_open:
            raise errors.direct_messages_closed()
        message_rules.refuse_blocked_words(channel.guild, request.body)
        if already := self.message_store.same_nonce(request.body):
            return already.payload
        message = self._create(channel, request)
        self.message_store.remember_nonce(message, request.body)
        await self.announce(message, "MESSAGE_CREATE")
        return message.payload

    def _create(self, channel: Channel, request: RecordedRequest) -> StoredMessage:
        replied_to = self._replied_to(channel, request.body)
        reply: dict[str, Any] = {}
        if replied_to is not None:
            reference = {"message_id": str(replied_to.id), "channel_id": str(channel.id), "type": 0}
            reply = {"type": 19, "message_reference": reference, "referenced_message": replied_to.payload}
        bot, at = self.state.bot, request.received_at
        return self.message_store.create(
            channel,
            bot,
            message_rules.without_forbidden_embeds(channel, request.body),
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
            return self.message_store.get(channel, int(reference["message_id"]))
        except errors.DiscordError:
            if reference.get("fail_if_not_exists", True):
                raise errors.invalid_form("message_reference", "Unknown message") from None
            return None

    async def get(self, request: RecordedRequest) -> Any:
        self._channel(request, permissions.READ_MESSAGE_HISTORY)
        return self._message(request).payload

    async def edit(self, request: RecordedRequest) -> Any:
        message = self._message(request)
        if message.author is not self.state.bot:
            raise errors.not_the_author()
        message_rules.refuse_editing(message.channel, request)
        self.old_edits.count(message)
        await self.apply_edit(message, request, via="channel")
        return message.payload

    async def delete(self, request: RecordedRequest) -> None:
        message = self._message(request)
        if message.author is not self.state.bot:
            self._channel(request, permissions.MANAGE_MESSAGES)
        await self.remove(message)

    async def start_typing(self, request: RecordedRequest) -> None:
        channel = self._channel(request)
        if not permissions.has(channel.app_permissions(), channel.sending):
            raise errors.missing_permissions()
        self.typing.append(channel)

    # Shared with the interaction routes ------------------------------------------------------------

    async def apply_edit(self, message: StoredMessage, request: RecordedRequest, *, via: str) -> None:
        """Edit a message by any route, and announce the change.

        Raises:
            DiscordError: 50083, 160005, 200000.
        """
        body = request.body
        if not message.ephemeral:
            message_rules.refuse_closed_thread(message.channel, editing=True)
        message_rules.refuse_blocked_words(message.channel.guild, body)
        if via == "channel":
            body = message_rules.without_forbidden_embeds(message.channel, body)
        self.message_store.edit(message, body, request.files, via=via, at=request.received_at)
        await self.announce(message, "MESSAGE_UPDATE")

    async def announce(self, message: StoredMessage, event: str) -> None:
        """Wake the waiting tests, and send the event if the bot would receive it: also for its own messages,
        but never for ephemeral ones (docs: events/gateway-events, "Message Create").
        """
        self._notify(message)
        if message.ephemeral or not self._is_heard(message.channel):
            return
        if event == "MESSAGE_CREATE":
            await self._reopen(message.channel)
        body, guild = message.payload, message.channel.guild
        if guild is not None:
            member = guild.member(message.author).payload()
            del member["user"]
            body = body | {"guild_id": str(guild.id), "member": member}
        await self.gateway.dispatch_message(event, body, guild.id if guild else None)

    def _is_heard(self, channel: Channel) -> bool:
        """Return whether the bot receives events of the channel: if it is part of it and can view it."""
        return channel.bot_is_part and permissions.has(channel.app_permissions(), permissions.VIEW_CHANNEL)

    async def _reopen(self, channel: Channel) -> None:
        """Unarchive the thread that a message was posted in (docs: topics/threads)."""
        thread = channel.thread
        if thread is None:
            return
        thread.active_at = self.state.clock.time()
        if thread.archived and channel.guild is not None:
            thread.archived = False
            await self.gateway.dispatch("THREAD_UPDATE", channel.payload(), channel.guild.id, 1)

    async def remove(self, message: StoredMessage) -> None:
        """Delete a message by any route."""
        message.deleted = True
        self._notify(message)
        guild = message.channel.guild
        data = {"id": str(message.id), "channel_id": str(message.channel.id)}
        if not message.ephemeral and self._is_heard(message.channel):
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
