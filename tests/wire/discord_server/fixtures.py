"""Provide fixtures for the tests of this server: a strict one with a guild, a person and a minimal bot."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from .channels import Channel
from .clock import Clock
from .model import Guild, User
from .plain_bot import PlainBot, plain_bot
from .server import DiscordServer

__all__ = ["ann", "bot", "channel", "guild", "server"]

NOW = 1_790_000_000.0
"""Seconds since 1970: a whole number, so that sums are exact."""


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    """Return a server whose clock stands still until a test advances it, however long its requests take."""
    async with DiscordServer(clock=Clock(lambda: NOW)) as server:
        yield server
        assert server.schema_violations == []


@pytest.fixture
async def bot(server: DiscordServer) -> AsyncIterator[PlainBot]:
    async with plain_bot(server) as bot:
        yield bot


@pytest.fixture
def guild(server: DiscordServer) -> Guild:
    return server.state.add_guild("Band")


@pytest.fixture
def channel(guild: Guild) -> Channel:
    return guild.channel


@pytest.fixture
def ann(server: DiscordServer, guild: Guild) -> User:
    user = server.state.add_user("ann")
    guild.admit(user)
    return user
