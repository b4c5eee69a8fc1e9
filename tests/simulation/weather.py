"""Start and end episodes of trouble at their times."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from songbot.discord_errors import UNKNOWN_CHANNEL

from .discord_server import CHANNEL_ENDS
from .loop import WORLD
from .network import Link, Trouble
from .restore import lose_and_restore
from .scenario import Episode, Kind

if TYPE_CHECKING:
    from .process import Process
    from .world import World

TRAP_SECONDS = 60.0
"""Seconds that an episode waits for a request, in order to begin in the middle of it."""
SHIFTS = (-2 * 86_400.0, -7200.0, -300.0, 300.0, 7200.0, 2 * 86_400.0)
RETRY_AFTER = (None, 2.0, 30.0, 3600.0)
_LINKS = {
    Kind.CUT_DATABASE: 0,
    Kind.CUT_WHISUL: 1,
    Kind.CUT_DISCORD: 2,
    Kind.DATABASE_AWAY: 0,
    Kind.WHISUL_AWAY: 1,
    Kind.DISCORD_AWAY: 2,
}


class Weather:
    """Applies a scenario's episodes to a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = Random(f"{world.seed}:weather")

    async def pass_over(self) -> None:
        async with asyncio.TaskGroup() as group:
            for episode in self._world.scenario.episodes:
                group.create_task(self._episode(episode))
            if (loss := self._world.scenario.loss) is not None:
                group.create_task(lose_and_restore(self._world, loss))

    async def _episode(self, episode: Episode) -> None:
        await asyncio.sleep(episode.start)
        world = self._world
        if episode.process is None:
            self._over_all(episode)
            await asyncio.sleep(episode.length)
            world.trouble_until = max(world.trouble_until, world.loop.now)
            self._end_over_all(episode)
            return
        process = world.slots[episode.process]
        if process is None or not process.is_up:
            return
        await self._amid_a_request(process)
        if process.is_up:
            await self._over_one(episode, process)

    async def _amid_a_request(self, process: Process) -> None:
        """Wait for one of the process's requests, and some milliseconds more."""
        if self._random.random() < 0.3:
            return
        hit = asyncio.Event()
        link = self._random.choice(process.links)
        link.trap = lambda: self._world.loop.call_later(self._random.random() * 0.05, hit.set, context=WORLD)
        try:
            async with asyncio.timeout(TRAP_SECONDS):
                await hit.wait()
        except TimeoutError:
            link.trap = None

    # ------------------------------------------------------------- one process

    async def _over_one(self, episode: Episode, process: Process) -> None:
        world = self._world
        world.tell(process.number, "%s for %.0f s", episode.kind, episode.length)
        match episode.kind:
            case Kind.KILL:
                await self._kill(process, episode.length)
            case Kind.STOP:
                await self._stop(process, min(episode.length, 60.0))
            case Kind.FREEZE:
                process.frozen = True
                world.loop.freeze(process.number)
                await asyncio.sleep(episode.length)
                process.frozen = False
                world.loop.thaw(process.number)
                world.healthy_since[process.number] = world.loop.now
                world.tell(process.number, "thaws")
            case Kind.CLOCK:
                process.clock.shift = timedelta(seconds=self._random.choice(SHIFTS))
                world.tell(process.number, "has its clock set by %s", process.clock.shift)
            case _:
                await self._cut([process.links[_LINKS[episode.kind]]], episode)

    async def _kill(self, process: Process, seconds: float) -> None:
        process.alive = False
        self._world.loop.freeze(process.number)
        await asyncio.sleep(seconds)
        self._world.start_process(process.slot, process.clock.shift)

    async def _stop(self, process: Process, seconds: float) -> None:
        """Stop the process. On PostgreSQL another may start before that, as in a rolling update."""
        process.stopping = True
        stopping = process.spawn(process.stop())
        if self._world.scenario.shared and self._random.random() < 0.5:
            self._world.start_process(process.slot, process.clock.shift)
            await asyncio.wait([stopping])
        else:
            await asyncio.wait([stopping])
            await asyncio.sleep(seconds)
            self._world.start_process(process.slot, process.clock.shift)
        process.alive = False
        self._world.loop.freeze(process.number)

    async def _cut(self, links: list[Link], episode: Episode) -> None:
        for link in links:
            link.cut = Trouble.SILENT if episode.silent else Trouble.REFUSED
        await asyncio.sleep(episode.length)
        for link in links:
            link.cut, link.troubled_at = None, self._world.loop.now
        self._world.tell(0, "%s is over", episode.kind)

    # --------------------------------------------------------------- everybody

    def _over_all(self, episode: Episode) -> None:
        world, whisul = self._world, self._world.whisul
        until = world.loop.now + episode.length
        world.trouble_until = max(world.trouble_until, until)
        world.tell(0, "%s for %.0f s", episode.kind, episode.length)
        match episode.kind:
            case Kind.NOT_FOUND:
                whisul.not_found_until = until
            case Kind.RATE_LIMITED:
                whisul.rate_limited_until = until
                whisul.retry_after = self._random.choice(RETRY_AFTER)
            case Kind.KEY_REFUSED:
                whisul.key_refused_until = until
            case Kind.CHANNEL_CLOSED:
                self._close_something()
            case _:
                world.away[_LINKS[episode.kind]] = Trouble.SILENT if episode.silent else Trouble.REFUSED
                world.spread_away()

    def _end_over_all(self, episode: Episode) -> None:
        if episode.kind in _LINKS:
            self._world.away[_LINKS[episode.kind]] = None
            self._world.spread_away()
        self._world.tell(0, "%s is over", episode.kind)

    def _close_something(self) -> None:
        world, random = self._world, self._random
        if random.random() < 0.5:
            world.discord.closed_channels[5000] = random.choice([*CHANNEL_ENDS, UNKNOWN_CHANNEL])
        world.discord.closed_dms.update(range(1, 4))
