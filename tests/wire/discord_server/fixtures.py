"""Provide fixtures for the tests of this server: a strict one with a guild, a person and a minimal bot."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from .channels import Channel
from .model import Guild, User
from .plain_bot import PlainBot, plain_bot
from .server import DiscordServer

__all__ = ["ann", "bot", "channel", "guild", "server"]


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
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
