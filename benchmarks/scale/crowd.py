"""Let people in many servers order, as fast as the bots keep up."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable

from tests.wire.discord_server import Channel, DiscordServer, InteractionRecord, User

SERVER_SONGS, MEMBER_SONGS = 50, 5
"""Songs a day, by the default quotas."""
SONGS_AT_ONCE_PER_USER = 2
BATCH = 50
"""Orders sent at the same moment, for each process."""
ORDER_TIMEOUT = 5.0
"""Seconds after which an order counts as unanswered, or as refused."""


class Crowd:
    """Enough servers and members for `most` orders, in which everybody orders `songs_each`.

    Each server orders as many as it may. The servers are spread evenly over the shards.
    """

    def __init__(self, discord: DiscordServer, most: int, songs_each: int) -> None:
        self._discord = discord
        self._songs_each = songs_each
        self.most = most
        self.records: list[InteractionRecord] = []
        self._refused = 0
        self._servers = [self._server(number) for number in range(math.ceil(most / SERVER_SONGS))]

    def _server(self, number: int) -> tuple[Channel, list[User]]:
        state = self._discord.state
        # A shard receives the servers whose ID, without its lower 22 bits, leaves its number as remainder.
        guild = state.add_guild(f"Server {number}", guild_id=(1_000_000_000 + number) << 22)
        members = [
            state.add_user(f"person-{number}-{member}") for member in range(SERVER_SONGS // self._songs_each)
        ]
        return guild.channel, members

    async def order(self) -> None:
        """Let the next person order: all servers in turn, and all members of each."""
        number = len(self.records)
        channel, members = self._servers[number % len(self._servers)]
        member = members[number // len(self._servers) % len(members)]
        prompt = f"a trap song about rain, number {number}"
        self.records.append(await self._discord.slash(member, channel, "song", prompt=prompt))

    async def order_until(
        self, is_enough: Callable[[], bool], saved: Callable[[], Awaitable[int]], batch: int
    ) -> None:
        """Order in batches: the next when the one before is acknowledged, and half of it saved."""
        while not is_enough() and len(self.records) < self.most:
            first = len(self.records)
            for _ in range(min(batch, self.most - first)):
                await self.order()
            await self._acknowledged(first)
            await self._saved(saved, batch // 2)

    async def _acknowledged(self, first: int) -> None:
        """Wait until all have an answer, but not forever: Discord gives up after 3 seconds, too."""
        deadline = time.monotonic() + ORDER_TIMEOUT
        for record in self.records[first:]:
            while record.ack is None and time.monotonic() < deadline:
                await asyncio.sleep(0.01)

    async def _saved(self, saved: Callable[[], Awaitable[int]], most_unsaved: int) -> None:
        """Wait until the database has the orders but for a few. Those that never come were refused."""
        before, progress_at = await saved(), time.monotonic()
        while len(self.records) - self._refused - before > most_unsaved:
            if time.monotonic() - progress_at > ORDER_TIMEOUT:
                self._refused = len(self.records) - before
            await asyncio.sleep(0.02)
            if (now := await saved()) > before:
                before, progress_at = now, time.monotonic()
