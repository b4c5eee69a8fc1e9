"""Measure the memory that each server takes, of servers of ordinary size."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from songbot.interactions.guild_cache import OPEN_GUILDS
from tests.support import server_payloads
from tests.wire.discord_server import Guild, User

from .harness import DEFAULTS, THIS, Kind, Stage, open_stage, running
from .history import fill
from .report import Scale, Table, kb, mib, middle, ms, over_runs, ratio

CHANNELS, ROLES, EMOJIS = 30, 25, 30


class OrdinaryServer(Guild):
    """A server that sends more about itself than the loopback Discord keeps."""

    def create_payload(self, bot: User) -> dict[str, Any]:
        return server_payloads.server(
            Random(self.id), str(self.id), channels=CHANNELS, roles=ROLES, emojis=EMOJIS, bot_id=bot.id
        )


@dataclass(frozen=True)
class Connected:
    """A process that has received all servers. `rss` is in bytes, `cpu` in seconds since its start."""

    rss: int
    cpu: float


async def connect(kind: Kind, folder: Path, servers: int) -> Connected:
    async with open_stage(folder) as stage:
        _add_servers(stage, servers)
        if kind is THIS:
            await fill(f"sqlite:///{stage.database}", lambda _connection: None)
        async with running(stage, kind) as bot:
            await asyncio.sleep(3)
            return Connected(bot.rss(), bot.cpu_seconds())


def _add_servers(stage: Stage, count: int) -> None:
    state = stage.discord.state
    for number in range(count):
        server_id = state.clock.snowflake()
        state.guilds[server_id] = OrdinaryServer(server_id, f"Server {number}", state.owner, state.bot)


@dataclass(frozen=True)
class Pair:
    """A run without servers, and one with `servers` of them."""

    without: Connected
    full: Connected
    servers: int

    @property
    def bytes_each(self) -> float:
        return (self.full.rss - self.without.rss) / self.servers

    @property
    def cpu_each(self) -> float:
        return (self.full.cpu - self.without.cpu) / self.servers


async def _pair(kind: Kind, folder: Path, servers: int) -> Pair:
    without = await connect(kind, folder / "without", 0)
    return Pair(without, await connect(kind, folder / "full", servers), servers)


async def measure(scale: Scale, folder: Path) -> list[Table]:
    theirs, ours = [], []
    for run in range(scale.runs):
        theirs.append(await _pair(DEFAULTS, folder / f"theirs-{run}", scale.servers))
        ours.append(await _pair(THIS, folder / f"ours-{run}", scale.servers))
    return [_table(theirs, ours, scale.servers)]


def _table(theirs: list[Pair], ours: list[Pair], servers: int) -> Table:
    table = Table("Servers", (DEFAULTS.name, THIS.name, "ratio"))

    def cells(of: Callable[[Pair], float], shown: Callable[[float], str]) -> tuple[dict[str, str], float]:
        values = {DEFAULTS.name: [of(pair) for pair in theirs], THIS.name: [of(pair) for pair in ours]}
        middles = middle(values[THIS.name]), middle(values[DEFAULTS.name])
        shown_values = {name: over_runs(runs, shown) for name, runs in values.items()}
        return shown_values | {"ratio": ratio(*middles)}, middles[0] / middles[1]

    table.add("memory of the process, no servers", cells(lambda pair: pair.without.rss, mib)[0])
    table.add(f"memory of the process, {servers:,} servers", cells(lambda pair: pair.full.rss, mib)[0])
    sizes, share = cells(lambda pair: pair.bytes_each, kb)
    table.add("memory a server", sizes, "at most a third of the defaults'", share <= 1 / 3)
    table.add("CPU a server, when connecting", cells(lambda pair: pair.cpu_each, ms)[0])
    table.notes.append(
        f"Servers of {CHANNELS} channels with overwrites, {ROLES} roles and {EMOJIS} emojis. The defaults "
        "are those of a client with the default intents. discord.py keeps an object for each channel, "
        f"overwrite and role; this bot keeps the objects of the {OPEN_GUILDS} servers that were needed last, "
        "and compresses those of the others."
    )
    return table
