"""The Discord client: only the intents and caches the bot needs, and one handler for what goes wrong."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
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

log = logging.getLogger(__name__)

MAX_RATE_LIMIT_PAUSE = 60.0
"""Seconds. discord.py sleeps on longer limits in silence, which may last for hours on shared hosts
(discord-api-docs #8570); so they raise RateLimited."""
REPAIR_PAUSE = 300.0
"""Seconds. Two programs that overwrite each other's commands would never end."""
_HANDLER_TASKS = ("CommandTree-invoker", "discord-ui-", "discord.py: on_")
"""How discord.py names the tasks that answer people."""
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # the bot never speaks


class SongTree(app_commands.CommandTree["SongBot"]):
    """The command tree; the first of the three doors where any error is met."""

    async def on_error(
        self, interaction: discord.Interaction[SongBot], error: app_commands.AppCommandError
    ) -> None:
        await reply_with_error(interaction, error)
        if isinstance(error, (app_commands.CommandNotFound, app_commands.CommandSignatureMismatch)):
            await interaction.client.repair_commands()


class SongBot(commands.AutoShardedBot):
    """`on_login` is awaited once Discord has taken the token, before the gateway is connected.

    `state` keeps what is known of the registered commands. `http_trace` hears of each request to Discord, and
    `on_unreadable` of each event that discord.py can't read. `shard_ids` None stands for all shards.
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
        guard_parsers(self._connection.parsers, on_unreadable)
        self.command_ids: dict[str, int] = {}
        self._state = state
        self._on_login = on_login
        self._repaired_at = -math.inf

    async def setup_hook(self) -> None:
        self.command_ids = await sync_commands(self, self.tree, self._state)
        await self._on_login()

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
        """Wait up to `within` seconds for commands, presses and messages that are being answered."""
        handlers = {task for task in asyncio.all_tasks() if task.get_name().startswith(_HANDLER_TASKS)}
        if handlers:
            await asyncio.wait(handlers, timeout=max_seconds)

    def shard_latencies(self) -> list[tuple[int, float]]:
        """Return the seconds from a heartbeat to its acknowledgement for each shard of this process: not a
        number while it is not connected, infinite before the first acknowledgement.
        """
        known = self.shards
        return [
            (number, known[number].latency if number in known and not known[number].is_closed() else math.nan)
            for number in self.shard_ids or range(self.shard_count or 1)
        ]

    async def on_message(self, message: discord.Message, /) -> None:
        """Messages are the cogs' listeners' business; the bot has no commands with a prefix."""

    async def on_ready(self) -> None:
        log.info("ready in %d servers", len(self.guilds))
