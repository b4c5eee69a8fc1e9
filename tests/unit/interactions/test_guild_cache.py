"""Servers read the same whether discord.py's cache is compressed or not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

import discord
import orjson
import pytest
from discord.state import AutoShardedConnectionState
from hypothesis import given, settings
from hypothesis import strategies as st

from songbot.interactions.guild_cache import CompactGuild, CompactState
from tests.support import server_payloads as payloads

SERVERS = 3
KINDS = (
    payloads.TEXT,
    payloads.NEWS,
    payloads.VOICE,
    payloads.STAGE,
    payloads.CATEGORY,
    payloads.FORUM,
    payloads.MEDIA,
)


class Cache:
    """A connection's state of either kind, and the events that it dispatched."""

    def __init__(self, make: Callable[..., AutoShardedConnectionState[Any]], **options: Any) -> None:
        self.dispatched: list[str] = []
        self.state = make(
            dispatch=lambda event, *_: self.dispatched.append(event),
            handlers={},
            hooks={},
            http=None,
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            **options,
        )
        data: Any = payloads.member(payloads.BOT_ID, [])["user"]
        self.state.user = discord.ClientUser(state=self.state, data=data)

    def receive(self, event: str, data: dict[str, Any]) -> None:
        self.state.parsers[event](orjson.loads(orjson.dumps(data)))

    @property
    def guilds(self) -> list[discord.Guild]:
        return list(self.state.guilds)


def compact(limit: int = 1) -> Cache:
    return Cache(CompactState, open_guilds=limit)


def read(guild: discord.Guild) -> dict[str, Any]:
    """Read all that the bot reads of a server."""
    members = [guild.me, *(_someone(guild, [role]) for role in guild.roles), _someone(guild, guild.roles)]
    return {
        "fields": [guild.id, guild.name, guild.owner_id, guild.premium_tier, guild.unavailable],
        "more": [
            guild.preferred_locale,
            guild.system_channel and guild.system_channel.id,
            guild.filesize_limit,
        ],
        "roles": [(role.id, role.name, role.permissions, role.position) for role in guild.roles],
        "channels": [_read_channel(channel, members) for channel in guild.channels],
        "order": [channel.id for channel in guild.text_channels],
        "threads": [_read_thread(thread, members) for thread in guild.threads],
    }


def _someone(guild: discord.Guild, roles: Any) -> discord.Member:
    data: Any = payloads.member(7, [str(role.id) for role in roles])
    return discord.Member(data=data, guild=guild, state=guild._state)


def _read_channel(channel: Any, members: list[discord.Member]) -> list[Any]:
    fields = [type(channel), channel.type, channel.id, channel.name, channel.position, channel.category_id]
    overwrites = [one._asdict() for one in channel._overwrites]
    more = [
        getattr(channel, name, None) for name in ("topic", "bitrate", "video_quality_mode", "available_tags")
    ]
    permissions = [channel.permissions_for(member).value for member in members]
    return [*fields, overwrites, str(more), permissions, channel.guild.id]


def _read_thread(thread: discord.Thread, members: list[discord.Member]) -> list[Any]:
    permissions = [thread.permissions_for(member).value for member in members if thread.parent]
    parent = thread.parent and thread.parent.id
    return [thread.id, thread.name, thread.type, parent, thread.archived, thread.is_private(), permissions]


class Events:
    """Draws events about servers that exist, as Discord sends them."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.servers = [self._server() for _ in range(SERVERS)]

    def _server(self) -> dict[str, Any]:
        made = payloads.server(self.random, channels=7, roles=4, emojis=2)
        made["channels"] += [self._channel(made, kind) for kind in KINDS]
        made["threads"] = [payloads.thread(self.random, made["channels"][1]["id"])]
        return made

    def _channel(self, server: dict[str, Any], kind: int, **changes: Any) -> dict[str, Any]:
        targets = [(role["id"], 0) for role in self.random.sample(server["roles"], 2)]
        targets.append((str(payloads.BOT_ID), 1))
        overwrites = [payloads.overwrite(self.random, target, kind) for target, kind in targets]
        self.random.shuffle(overwrites)
        return payloads.channel(self.random, kind, permission_overwrites=overwrites, **changes)

    def draw(self, kind: str) -> tuple[str, dict[str, Any]]:
        server = self.random.choice(self.servers)
        return kind, getattr(self, f"_{kind.lower()}")(server)

    def _guild_create(self, server: dict[str, Any]) -> dict[str, Any]:
        return server

    def _guild_update(self, server: dict[str, Any]) -> dict[str, Any]:
        server["name"] += "!"
        server["roles"].append(payloads.role(self.random))
        return {name: server[name] for name in server if name not in ("channels", "threads", "members")}

    def _guild_delete(self, server: dict[str, Any]) -> dict[str, Any]:
        return {"id": server["id"], "unavailable": self.random.random() < 0.8}

    def _channel_create(self, server: dict[str, Any]) -> dict[str, Any]:
        server["channels"].append(self._channel(server, self.random.choice(KINDS)))
        return self._of(server, server["channels"][-1])

    def _channel_update(self, server: dict[str, Any]) -> dict[str, Any]:
        channel = self.random.choice(server["channels"])
        channel |= self._channel(server, channel["type"], id=channel["id"], position=self.random.randrange(9))
        return self._of(server, channel)

    def _channel_delete(self, server: dict[str, Any]) -> dict[str, Any]:
        channel = self.random.choice(server["channels"])
        if len(server["channels"]) > 2:
            server["channels"].remove(channel)
        return self._of(server, channel)

    def _guild_role_create(self, server: dict[str, Any]) -> dict[str, Any]:
        server["roles"].append(payloads.role(self.random))
        return {"guild_id": server["id"], "role": server["roles"][-1]}

    def _guild_role_update(self, server: dict[str, Any]) -> dict[str, Any]:
        role = self.random.choice(server["roles"])
        role |= payloads.role(self.random, role["id"])
        return {"guild_id": server["id"], "role": role}

    def _guild_role_delete(self, server: dict[str, Any]) -> dict[str, Any]:
        role = self.random.choice(server["roles"][1:])
        if len(server["roles"]) > 3:
            server["roles"].remove(role)
        return {"guild_id": server["id"], "role_id": role["id"]}

    def _thread_create(self, server: dict[str, Any]) -> dict[str, Any]:
        parent, private = self.random.choice(server["channels"]), self.random.random() < 0.5
        kind = payloads.PRIVATE_THREAD if private else payloads.PUBLIC_THREAD
        server["threads"].append(payloads.thread(self.random, parent["id"], kind))
        return self._of(server, server["threads"][-1])

    def _thread_delete(self, server: dict[str, Any]) -> dict[str, Any]:
        return self._of(server, self.random.choice(server["threads"]))

    def _guild_member_update(self, server: dict[str, Any]) -> dict[str, Any]:
        roles = [role["id"] for role in self.random.sample(server["roles"][1:], 2)]
        return {"guild_id": server["id"], **payloads.member(payloads.BOT_ID, roles)}

    def _of(self, server: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        return {"guild_id": server["id"], **data}


EVENTS = [name[1:].upper() for name in vars(Events) if name.startswith(("_guild_", "_channel_", "_thread_"))]


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.lists(st.sampled_from(EVENTS), max_size=30))
def test_a_compressed_cache_reads_the_same_after_any_events(seed: int, kinds: list[str]) -> None:
    events = Events(Random(seed))
    plain, compressed = Cache(AutoShardedConnectionState), compact()
    for name, data in [
        *(("GUILD_CREATE", one) for one in deepcopy(events.servers)),
        *map(events.draw, kinds),
    ]:
        plain.receive(name, data)
        compressed.receive(name, data)
        assert sum(is_open(guild) for guild in compressed.guilds) <= 1
    assert compressed.dispatched == plain.dispatched
    assert [read(guild) for guild in compressed.guilds] == [read(guild) for guild in plain.guilds]


def is_open(guild: Any) -> bool:
    assert isinstance(guild, CompactGuild)
    return guild._compressed is None


def filled(cache: Cache, count: int) -> list[dict[str, Any]]:
    random = Random(1)
    servers = [payloads.server(random, str((1100 << 50) + number)) for number in range(count)]
    for one in servers:
        cache.receive("GUILD_CREATE", one)
    return servers


def test_the_servers_that_were_needed_last_stay_uncompressed() -> None:
    cache = compact(limit=2)
    filled(cache, 4)
    assert [is_open(guild) for guild in cache.guilds] == [False, False, True, True]
    assert cache.guilds[0].me.guild_permissions
    assert [is_open(guild) for guild in cache.guilds] == [True, False, False, True]


def test_a_server_is_a_tenth_of_its_size_compressed() -> None:
    cache = compact()
    first, _ = filled(cache, 2)
    guild: Any = cache.guilds[0]
    packed = guild._compressed
    assert len(packed) < 4_500
    assert len(orjson.dumps({name: first[name] for name in ("channels", "roles")})) > 18_000


def test_what_the_bot_never_reads_is_not_kept() -> None:
    cache = compact()
    server = payloads.server(Random(1))
    voice = next(one for one in server["channels"] if one["type"] == payloads.VOICE)
    server["voice_states"] = [{"user_id": "7", "channel_id": voice["id"], "session_id": "a"}]
    cache.receive("GUILD_CREATE", server)
    (guild,) = cache.guilds
    assert (guild.emojis, guild.features, guild._voice_states) == ((), [], {})


def test_a_value_that_discord_py_does_not_know_survives() -> None:
    cache = compact()
    server = payloads.server(Random(1))
    voice = next(one for one in server["channels"] if one["type"] == payloads.VOICE)
    voice["video_quality_mode"] = 99
    cache.receive("GUILD_CREATE", server)
    filled(cache, 1)
    channel = cache.guilds[0].get_channel(int(voice["id"]))
    assert isinstance(channel, discord.VoiceChannel)
    assert channel.video_quality_mode.value == 99


def test_listeners_get_a_server_as_it_was_before_its_update() -> None:
    cache = compact()
    first, _ = filled(cache, 2)
    seen: list[list[str]] = []
    cache.state.dispatch = lambda _event, *guilds: seen.extend(
        [role.name for role in one.roles] for one in guilds
    )
    cache.receive("GUILD_UPDATE", first | {"roles": first["roles"][:3]})
    before, after = seen
    assert (len(before), len(after)) == (25, 3)


def test_a_server_that_cannot_be_compressed_stays_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    cache = compact()
    server = payloads.server(Random(1))
    cache.receive("GUILD_CREATE", server)
    channel: Any = cache.guilds[0].channels[0]
    channel.name = asyncio.sleep(0)
    filled(cache, 1)
    channel.name.close()
    assert [is_open(guild) for guild in cache.guilds] == [True, True]
    assert len(cache.guilds[0].channels) == 30
    assert f"server {server['id']} stays uncompressed" in caplog.text


def test_an_attribute_that_no_server_has_is_missing_here_too() -> None:
    cache = compact()
    filled(cache, 2)
    assert not hasattr(cache.guilds[0], "_no_such_thing")
    assert not is_open(cache.guilds[0])
