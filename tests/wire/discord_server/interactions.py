"""Send interactions to the bot, and accept its responses by their tokens, following Discord's rules."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from tests.support.cpu_wait import CpuWait

from . import attachments, errors, message_rules, permissions
from .channels import DM, GROUP_DM, Channel
from .clock import Changes
from .gateway import Gateway
from .guild_state import GuildState
from .interaction_record import (
    ACKNOWLEDGE_SECONDS,
    CHOICES,
    COMMAND,
    DEFER,
    DEFER_UPDATE,
    GUILD_INSTALL,
    MODAL,
    REPLY,
    TOKEN_SECONDS,
    UPDATE,
    USER_INSTALL,
    InteractionRecord,
)
from .message_store import MessageStore
from .messages import EPHEMERAL, LOADING, StoredMessage
from .model import User
from .requests import RecordedRequest


@dataclass
class Interactions:
    """Holds all interactions by token.

    As on Discord, ``enforce_deadline`` refuses a callback after 3 s (10062), not counting the time in which
    the processes that ``cpu_wait`` watches waited for a core. ``upload_limit`` replaces everyone's
    ``attachment_size_limit``. ``deprecations`` lists the requests that still work but are deprecated.
    ``left_out`` names the fields of an interaction or of its data that Discord no longer sends (docs:
    reference, "API Versioning").
    """

    state: GuildState
    message_store: MessageStore
    gateway: Gateway
    changes: Changes
    upload_limit: int | None = None
    user_install_followups: int = 5
    enforce_deadline: bool = True
    cpu_wait: CpuWait = field(default_factory=CpuWait)
    deprecations: list[str] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)
    by_token: dict[str, InteractionRecord] = field(default_factory=dict)

    async def dispatch(
        self,
        kind: int,
        user: User,
        channel: Channel,
        data: dict[str, Any],
        *,
        message: StoredMessage | None = None,
        user_install: bool = False,
    ) -> InteractionRecord:
        """Create the interaction and send it to its shard."""
        owners = dict(message.owners) if message and message.owners else _owners(user, channel, user_install)
        now = self.state.clock.time()
        token = secrets.token_urlsafe(48)
        record = InteractionRecord(
            self.state.clock.snowflake(), token, kind, user, channel, {}, owners, now, now + TOKEN_SECONDS
        )
        payload = self._payload(record, self._without_left_out(data), message)
        record.payload = self._without_left_out(payload)
        record.source = message
        self.by_token[token] = record
        guild_id = record.guild_id if GUILD_INSTALL in owners or channel.bot_is_part else None
        record.dispatched_at = time.monotonic()
        record.cpu_wait_at_dispatch = self.cpu_wait.seconds()
        record.reached = await self.gateway.dispatch("INTERACTION_CREATE", record.payload, guild_id)
        return record

    def _payload(
        self, record: InteractionRecord, data: dict[str, Any], message: StoredMessage | None
    ) -> dict[str, Any]:
        channel, user, guild = record.channel, record.user, record.guild
        body: dict[str, Any] = {
            "id": str(record.id),
            "application_id": str(self.state.application_id),
            "type": record.type,
            "token": record.token,
            "version": 1,
            "data": data,
            "channel_id": str(channel.id),
            "channel": channel.payload(),
            "locale": user.locale,
            "app_permissions": str(channel.app_permissions()),
            "entitlements": [],
            "authorizing_integration_owners": record.owners,
            "context": {DM: 1, GROUP_DM: 2}.get(channel.type, 0),
            "attachment_size_limit": self.size_limit(record),
        }
        if message is not None:
            body["message"] = message.payload
        if guild is None:
            return body | {"user": user.payload()}
        granted = channel.permissions_of(user)
        body["channel"]["permissions"] = str(granted)
        return body | {
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
            "guild_locale": guild.locale,
            "member": guild.member(user).payload(granted),
        }

    def _without_left_out(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in fields.items() if name not in self.left_out}

    def size_limit(self, record: InteractionRecord) -> int:
        """Return the maximum size in bytes of a file sent with its token."""
        return self.upload_limit or attachments.limit_of_presser(record.user, record.channel)

    def refuse_too_large(self, request: RecordedRequest) -> None:
        """Raise 40005 for files over the limit: the user's with an interaction's token, else the guild's."""
        record = self._of(request)
        channel = self.state.channels.get(int(request.params.get("channel_id") or 0))
        own = self.upload_limit or attachments.limit_of_channel(channel)
        attachments.refuse_too_large(request, self.size_limit(record) if record else own)

    def channel_id_of(self, request: RecordedRequest) -> int | None:
        """Return the channel of the interaction whose token the request uses, or None for any other route."""
        record = self._of(request)
        return record.channel.id if record else None

    def _of(self, request: RecordedRequest) -> InteractionRecord | None:
        token = request.params.get("webhook_token") or request.params.get("interaction_token")
        return self.by_token.get(token or "")

    # The bot's answers -----------------------------------------------------------------------------

    def callback(self, request: RecordedRequest) -> InteractionRecord:
        """Accept the response to an interaction. Its effect is complete when this returns.

        Raises:
            DiscordError: 10062 if it is unknown or too late, 40060 if there was an earlier response.
        """
        record = self.by_token.get(request.params["interaction_token"])
        if record is None or str(record.id) != request.params["interaction_id"] or self._too_late(record):
            raise errors.unknown_interaction()
        if record.ack is not None:
            raise errors.already_acknowledged()
        self._answer(record, request)
        record.acknowledge(request.body, request.received_at)
        record.cpu_wait = self._waited_for_a_core(record)
        self.notify_about(record)
        return record

    def _too_late(self, record: InteractionRecord) -> bool:
        age = self.state.clock.time() - record.created_at - self._waited_for_a_core(record)
        return self.expired(record) or (self.enforce_deadline and age > ACKNOWLEDGE_SECONDS)

    def _waited_for_a_core(self, record: InteractionRecord) -> float:
        return self.cpu_wait.seconds() - record.cpu_wait_at_dispatch

    def expired(self, record: InteractionRecord) -> bool:
        return self.state.clock.time() >= record.expires_at

    def _answer(self, record: InteractionRecord, request: RecordedRequest) -> None:
        answer, body = request.body.get("type"), request.body.get("data") or {}
        if answer in (REPLY, DEFER):
            message_rules.refuse_blocked_words(record.guild, body)
            deferred = {"flags": (body.get("flags") or 0) & EPHEMERAL | LOADING}
            record.message = self.reply(
                record, deferred if answer == DEFER else body, request, via="callback"
            )
        elif answer in (DEFER_UPDATE, UPDATE):
            if record.source is None:
                raise errors.invalid_form("type", "there is no message to update")
            record.message = record.source
            if answer == UPDATE:
                message_rules.refuse_blocked_words(record.guild, body)
                self.message_store.edit(
                    record.source, body, request.files, via="callback", at=request.received_at
                )
        elif answer not in (CHOICES, MODAL):
            raise errors.invalid_form("type", f"{answer} is no type of callback known here")

    def reply(
        self, record: InteractionRecord, body: dict[str, Any], request: RecordedRequest, *, via: str
    ) -> StoredMessage:
        """Create a message with the interaction's token. Discord may force it to be ephemeral."""
        if is_forced_ephemeral(record):
            body = body | {"flags": (body.get("flags") or 0) | EPHEMERAL}
        replied_to = record.message if via == "webhook" else None
        ephemeral_for = record.user if (body.get("flags") or 0) & EPHEMERAL else None
        message = self.message_store.create(
            record.channel,
            self.state.bot,
            body,
            request.files,
            via=via,
            at=request.received_at,
            ephemeral_for=ephemeral_for,
            extra=self._reply_fields(record, via),
            replied_to=replied_to,
        )
        message.owners, message.changes = record.owners, record.changes
        return message

    def _reply_fields(self, record: InteractionRecord, via: str) -> dict[str, Any]:
        kind = record.payload["data"].get("type", 1) if record.type == COMMAND else 0
        metadata = {
            "id": str(record.id),
            "type": record.type,
            "user": record.user.payload(),
            "authorizing_integration_owners": record.owners,
        }
        return {
            "type": 0 if via == "webhook" or not kind else 20 if kind == 1 else 23,
            "application_id": str(self.state.application_id),
            "webhook_id": str(self.state.application_id),
            "interaction_metadata": metadata,
        }

    # By token --------------------------------------------------------------------------------------

    def by_webhook(self, request: RecordedRequest) -> InteractionRecord:
        """Return the interaction of a ``/webhooks/{application}/{token}`` route.

        Raises:
            DiscordError: 50027 if the token is expired or unknown, 10015 if the interaction has no response
                yet, 10003 if the channel is gone.
        """
        record = self.by_token.get(request.params["webhook_token"])
        if record is None or self.expired(record):
            raise errors.invalid_webhook_token()
        if request.params["webhook_id"] != str(self.state.application_id) or record.ack is None:
            raise errors.unknown_webhook()
        if record.channel.id not in self.state.channels:
            raise errors.unknown_channel()
        return record

    def message_of(self, record: InteractionRecord, message_id: str | None) -> StoredMessage:
        """Return the reply (None) or one of the interaction's messages by id.

        Raises:
            DiscordError: 10008.
        """
        if message_id is None:
            found = record.message
        else:
            found = next((message for message in record.all_messages if str(message.id) == message_id), None)
        if found is None or found.deleted:
            raise errors.unknown_message()
        return found

    def followup(self, record: InteractionRecord, request: RecordedRequest) -> StoredMessage:
        """Create a followup. The first one after a deferred response completes that response instead.

        Raises:
            DiscordError: 40094 after five where the app is not installed; 200000; 160005.
        """
        original = record.message
        message_rules.refuse_blocked_words(record.guild, request.body)
        message_rules.refuse_closed_thread(record.channel, editing=False)
        if original is not None and original.loading and not original.deleted:
            # "Deprecated" (docs: interactions/receiving-and-responding): edit the original response instead.
            self.deprecations.append(f"a deferred answer of {record.describe()} was filled by a followup")
            return self.message_store.edit(
                original, request.body, request.files, via="webhook", at=request.received_at
            )
        if record.user_install_only and len(record.followups) >= self.user_install_followups:
            raise errors.too_many_followups()
        message = self.reply(record, request.body, request, via="webhook")
        record.followups.append(message)
        return message

    def notify_about(self, record: InteractionRecord) -> None:
        """Wake everyone who waits for a change of this interaction."""
        record.changes.notify()
        self.changes.notify()


def is_forced_ephemeral(record: InteractionRecord) -> bool:
    """Return whether every response is ephemeral, whatever the bot requests.

    That is so by user install alone, in a guild where the app is not installed, for a member without Use
    External Apps (docs: topics/permissions, USE_EXTERNAL_APPS; change log of June 2024).
    """
    if record.guild is None or record.guild.app_is_installed:
        return False
    return not permissions.has(record.channel.permissions_of(record.user), permissions.USE_EXTERNAL_APPS)


def _owners(user: User, channel: Channel, user_install: bool) -> dict[str, str]:
    """Return who has installed the app, as in ``authorizing_integration_owners``."""
    installed = channel.guild.app_is_installed if channel.guild else channel.bot_is_part
    if user_install or not installed:
        return {USER_INSTALL: str(user.id)}
    return {GUILD_INSTALL: str(channel.guild.id) if channel.guild else "0"}
