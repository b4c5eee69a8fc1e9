"""Serve the REST routes that a bot like this one uses. Each handler takes a recorded request and returns the
response's JSON.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from . import errors
from .guild_state import GuildState
from .interactions import Interactions
from .requests import RecordedRequest
from .rest_messages import MessageRoutes
from .session_starts import SessionStarts

Handler = Callable[[RecordedRequest], Awaitable[Any]]


@dataclass
class ApplicationRoutes:
    """Routes for the bot's identity, the gateway's address, commands, and lookups."""

    state: GuildState
    starts: SessionStarts
    gateway_url: str = ""
    shards: int = 1

    def table(self) -> dict[tuple[str, str], Handler]:
        """Return the handlers by method and route, with routes as Discord's schema writes them."""
        routes: dict[tuple[str, str], Handler] = {
            ("GET", "/users/@me"): self.me,
            ("GET", "/users/{user_id}"): self.user,
            ("POST", "/users/@me/channels"): self.create_dm,
            ("GET", "/oauth2/applications/@me"): self.application,
            ("GET", "/applications/@me"): self.application,
            ("GET", "/gateway"): self.gateway,
            ("GET", "/gateway/bot"): self.gateway_bot,
            ("GET", "/channels/{channel_id}"): self.channel,
            ("GET", "/guilds/{guild_id}"): self.guild,
            ("GET", "/guilds/{guild_id}/members/{user_id}"): self.member,
            ("GET", "/guilds/{guild_id}/roles"): self.roles,
            ("GET", "/guilds/{guild_id}/channels"): self.channels,
            ("GET", "/channels/{channel_id}/thread-members/{user_id}"): self.thread_member,
        }
        for scope in ("/applications/{application_id}", "/applications/{application_id}/guilds/{guild_id}"):
            routes |= {
                ("GET", f"{scope}/commands"): self.commands,
                ("PUT", f"{scope}/commands"): self.put_commands,
                ("POST", f"{scope}/commands"): self.post_command,
                ("GET", f"{scope}/commands/{{command_id}}"): self.command,
                ("PATCH", f"{scope}/commands/{{command_id}}"): self.patch_command,
                ("DELETE", f"{scope}/commands/{{command_id}}"): self.delete_command,
            }
        return routes

    async def me(self, _: RecordedRequest) -> Any:
        return self.state.bot.payload() | {
            "verified": True,
            "mfa_enabled": False,
            "email": None,
            "locale": "en-US",
        }

    async def user(self, request: RecordedRequest) -> Any:
        user = self.state.users.get(int(request.params["user_id"]))
        if user is None:
            raise errors.unknown_user()
        return user.payload()

    async def create_dm(self, request: RecordedRequest) -> Any:
        user = self.state.users.get(int(request.body["recipient_id"]))
        if user is None:
            raise errors.unknown_user()
        if user is self.state.bot:
            raise errors.direct_messages_closed()
        return self.state.dm_channel(user).payload()

    async def application(self, _: RecordedRequest) -> Any:
        return {
            "id": str(self.state.application_id),
            "name": self.state.bot.name,
            "description": "",
            "icon": None,
            "bot_public": True,
            "bot_require_code_grant": False,
            "owner": self.state.owner.payload(),
            "team": None,
            "verify_key": "0" * 64,
            "flags": 0,
            "bot": self.state.bot.payload(),
            "approximate_guild_count": len(self.state.guilds),
            "integration_types_config": {"0": {}, "1": {}},
        }

    async def gateway(self, _: RecordedRequest) -> Any:
        return {"url": self.gateway_url}

    async def gateway_bot(self, _: RecordedRequest) -> Any:
        limit = self.starts.payload()
        return {"url": self.gateway_url, "shards": self.shards, "session_start_limit": limit}

    async def channel(self, request: RecordedRequest) -> Any:
        return self.state.channel_for_bot(int(request.params["channel_id"])).payload()

    async def guild(self, request: RecordedRequest) -> Any:
        return self._guild(request).payload()

    def _guild(self, request: RecordedRequest) -> Any:
        guild = self.state.guilds.get(int(request.params["guild_id"]))
        if guild is None or not guild.bot_is_member:
            raise errors.unknown_guild()
        return guild

    async def member(self, request: RecordedRequest) -> Any:
        member = self._guild(request).members.get(int(request.params["user_id"]))
        if member is None:
            raise errors.unknown_member()
        return member.payload()

    async def roles(self, request: RecordedRequest) -> Any:
        return [role.payload() for role in self._guild(request).roles.values()]

    async def channels(self, request: RecordedRequest) -> Any:
        """Return the guild's channels, which do not include threads (docs: resources/guild)."""
        return [channel.payload() for channel in self._guild(request).channels.values() if not channel.thread]

    async def thread_member(self, request: RecordedRequest) -> Any:
        thread = self.state.channel_for_bot(int(request.params["channel_id"])).thread
        user_id = int(request.params["user_id"])
        if thread is None or user_id not in thread.member_ids:
            raise errors.unknown_member()
        return {"user_id": str(user_id), "join_timestamp": "2024-01-01T00:00:00+00:00", "flags": 0}

    # Commands --------------------------------------------------------------------------------------

    async def commands(self, request: RecordedRequest) -> Any:
        return self.state.commands_for(_guild_id(request))

    async def put_commands(self, request: RecordedRequest) -> Any:
        return self.state.replace_commands(_guild_id(request), request.json or [])

    async def post_command(self, request: RecordedRequest) -> Any:
        known = self.state.commands_for(_guild_id(request))
        same = next((command["id"] for command in known if command["name"] == request.body["name"]), None)
        return self.state.put_command(_guild_id(request), request.body, same)

    async def command(self, request: RecordedRequest) -> Any:
        command = self.state.commands.get(int(request.params["command_id"]))
        if command is None:
            raise errors.unknown_command()
        return command

    async def patch_command(self, request: RecordedRequest) -> Any:
        command = await self.command(request)
        return self.state.put_command(_guild_id(request), command | request.body, command["id"])

    async def delete_command(self, request: RecordedRequest) -> None:
        command = await self.command(request)
        del self.state.commands[int(command["id"])]


def _guild_id(request: RecordedRequest) -> int | None:
    guild_id = request.params.get("guild_id")
    return int(guild_id) if guild_id else None


@dataclass
class InteractionRoutes:
    """Routes for callbacks, the reply and followups. They use an interaction's token instead of the bot's."""

    interactions: Interactions
    messages: MessageRoutes

    def table(self) -> dict[tuple[str, str], Handler]:
        """Return the handlers by method and route."""
        webhook = "/webhooks/{webhook_id}/{webhook_token}"
        routes: dict[tuple[str, str], Handler] = {
            ("POST", "/interactions/{interaction_id}/{interaction_token}/callback"): self.callback,
            ("POST", webhook): self.followup,
        }
        for message in ("@original", "{message_id}"):
            routes |= {
                ("GET", f"{webhook}/messages/{message}"): self.get,
                ("PATCH", f"{webhook}/messages/{message}"): self.edit,
                ("DELETE", f"{webhook}/messages/{message}"): self.delete,
            }
        return routes

    async def callback(self, request: RecordedRequest) -> Any:
        record = self.interactions.callback(request)
        message = record.message
        if message is not None:
            await self.messages.announce(
                message, "MESSAGE_CREATE" if record.ack_type in (4, 5) else "MESSAGE_UPDATE"
            )
        if request.query.get("with_response") not in ("1", "true", "True"):
            return None
        about: dict[str, Any] = {"id": str(record.id), "type": record.type}
        resource: dict[str, Any] = {"type": record.ack_type}
        if message is not None:
            about |= {
                "response_message_id": str(message.id),
                "response_message_loading": message.loading,
                "response_message_ephemeral": message.ephemeral,
            }
            resource["message"] = message.payload
        return {"interaction": about, "resource": resource}

    async def followup(self, request: RecordedRequest) -> Any:
        record = self.interactions.by_webhook(request)
        message = self.interactions.followup(record, request)
        self.interactions.notify_about(record)
        await self.messages.announce(message, "MESSAGE_CREATE")
        return message.payload

    async def get(self, request: RecordedRequest) -> Any:
        record = self.interactions.by_webhook(request)
        return self.interactions.message_of(record, request.params.get("message_id")).payload

    async def edit(self, request: RecordedRequest) -> Any:
        record = self.interactions.by_webhook(request)
        message = self.interactions.message_of(record, request.params.get("message_id"))
        await self.messages.apply_edit(message, request, via="webhook")
        self.interactions.notify_about(record)
        return message.payload

    async def delete(self, request: RecordedRequest) -> None:
        record = self.interactions.by_webhook(request)
        await self.messages.remove(self.interactions.message_of(record, request.params.get("message_id")))
        self.interactions.notify_about(record)
