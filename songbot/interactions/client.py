"""Define the Discord client, with only the intents and caches it needs, and one error handler."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from songbot.discord_errors import DISCORD_ERRORS, describe
from songbot.songs.errors import StoreUnavailable

from .command_sync import KeyValueStore, sync_commands
from .error_handler import reply_with_error
from .gateway_events import guard_parsers
from .guild_cache import CompactState
from .unreadable import answer_unreadable

log = logging.getLogger(__name__)

MAX_RATE_LIMIT_PAUSE = 60.0
"""Seconds. discord.py sleeps silently on longer rate limits, possibly for hours on shared hosts
(discord-api-docs #8570), so they raise RateLimited instead."""
REPAIR_PAUSE = 300.0
"""Seconds. This limits two programs that keep overwriting each other's commands."""
_HANDLER_TASKS = ("CommandTree-invoker", "discord-ui-", "discord.py: on_")
"""Prefixes of the names of discord.py's tasks that run handlers."""
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # the bot does not use voice


class SongTree(app_commands.CommandTree["SongBot"]):
    """The command tree, which handles the errors of commands."""

    async def _call(self, interaction: discord.Interaction[SongBot]) -> None:
        """Run the command. discord.py would leave errors in reading its name and options unanswered."""
        try:
            await super()._call(interaction)
        except app_commands.AppCommandError:
            raise
        except Exception:
            log.exception("discord.py can't read the data of a command")
            payload = {"id": interaction.id, "token": interaction.token, "type": interaction.type.value}
            interaction.client.drop_unreadable("INTERACTION_CREATE", payload)

    async def on_error(
        self, interaction: discord.Interaction[SongBot], error: app_commands.AppCommandError
    ) -> None:
        await reply_with_error(interaction, error)
        if isinstance(error, (app_commands.CommandNotFound, app_commands.CommandSignatureMismatch)):
            await interaction.client.repair_commands()


class SongBot(commands.AutoShardedBot):
    """A client. `on_login` is awaited after Discord accepted the token and before the gateway is connected.

    `state` stores what is known about the registered commands. `http_trace` receives each request to Discord,
    and `on_unreadable` each event that discord.py can't parse. `shard_ids` of None means all shards.
    """

    def __init__(
        self,
        *,
        state: KeyValueStore,
        on_login: Callable[[], Awaitable[None]],
        on_unreadable: Callable[[str], None] = lambda _: None,
        http_trace: aiohttp.TraceConfig | None = None,
        shard_count: int | None = None,
        shard_ids: tuple[int, ...] | None = None,
    ) -> None:
        options: dict[str, Any] = {"shard_count": shard_count}
        if shard_ids is not None:
            options["shard_ids"] = list(shard_ids)
        if http_trace is not None:
            options["http_trace"] = http_trace
        super().__init__(
            command_prefix=(),
            help_command=None,
            tree_cls=SongTree,
            intents=discord.Intents(guilds=True, dm_messages=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=MAX_RATE_LIMIT_PAUSE,
            **options,
        )
        guard_parsers(self._connection.parsers, self.drop_unreadable)
        self.command_ids: dict[str, int] = {}
        self._state = state
        self._on_login = on_login
        self._on_unreadable = on_unreadable
        self._repaired_at = -math.inf

    def _get_state(self, **options: Any) -> CompactState:
        return CompactState(
            dispatch=self.dispatch, handlers=self._handlers, hooks=self._hooks, http=self.http, **options
        )

    async def setup_hook(self) -> None:
        self.command_ids = await sync_commands(self, self.tree, self._state)
        await self._on_login()

    def drop_unreadable(self, name: str, data: Any) -> None:
        """Count the event. If someone is waiting for a response, send one in one of discord.py's tasks."""
        self._on_unreadable(name)
        if name == "INTERACTION_CREATE":
            self.dispatch("unreadable_interaction", data)

    async def on_unreadable_interaction(self, data: Any) -> None:
        await answer_unreadable(self.http, data)

    async def repair_commands(self) -> None:
        """Register the commands again if another program has overwritten them, at most every 5 minutes."""
        if time.monotonic() - self._repaired_at < REPAIR_PAUSE:
            return
        self._repaired_at = time.monotonic()
        try:
            self.command_ids = await sync_commands(self, self.tree, self._state)
        except (*DISCORD_ERRORS, StoreUnavailable) as error:
            log.warning("the commands could not be compared with Discord's: %s", describe(error))

    async def wait_for_handlers(self, max_seconds: float) -> None:
        """Wait up to `max_seconds` until no handler of a command, press or message is running.

        The gateway stays connected, so handlers that start in the meantime count too.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(max_seconds):
                while handlers := _running_handlers():
                    await asyncio.wait(handlers)

    def shard_latencies(self) -> list[tuple[int, float]]:
        """Return each shard's latency in seconds, from a heartbeat to its acknowledgement. It is NaN while
        the shard is not connected, and infinite before the first acknowledgement."""
        known = self.shards
        return [
            (number, known[number].latency if number in known and not known[number].is_closed() else math.nan)
            for number in self.shard_ids or range(self.shard_count or 1)
        ]

    async def on_message(self, message: discord.Message, /) -> None:
        """Do nothing, since cogs listen for messages and the bot has no prefix commands."""

    async def on_ready(self) -> None:
        log.info("ready in %d servers", len(self.guilds))


def _running_handlers() -> set[asyncio.Task[Any]]:
    return {task for task in asyncio.all_tasks() if task.get_name().startswith(_HANDLER_TASKS)}
