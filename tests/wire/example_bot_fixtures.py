"""Provide the loopback Discord with a guild, a person and a discord.py bot, to test the loopback itself."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.support.hang_guard import HANG_GUARD
from tests.wire.discord_server import DiscordServer, Guild, User
from tests.wire.discord_server.example_bot import ExampleBot


@asynccontextmanager
async def running(
    server: DiscordServer, *, sessions: int = 1, **options: object
) -> AsyncIterator[ExampleBot]:
    bot = ExampleBot(server.api_url, **options)
    task = asyncio.create_task(bot.start(server.token), name="example bot")
    try:
        await server.ready(shards=sessions)
        await asyncio.wait_for(bot.wait_until_ready(), HANG_GUARD)
        yield bot
    finally:
        await bot.close()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(autouse=True)
def _discord_py_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        server.cpu_wait.watch(os.getpid())
        yield server
        assert server.schema_violations == []
        assert server.unknown_routes == []


@pytest.fixture
async def bot(server: DiscordServer, guild: Guild) -> AsyncIterator[ExampleBot]:
    async with running(server) as bot:
        yield bot
        assert bot.errors == []


@pytest.fixture
def ann(server: DiscordServer) -> User:
    return server.state.add_user("ann")


@pytest.fixture
def guild(server: DiscordServer) -> Guild:
    return server.state.add_guild("Band")
