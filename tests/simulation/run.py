"""Run a seed from start to verdict."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from unittest.mock import patch

from songbot.delivery import expiry_notices, late_edits
from songbot.songs.errors import StoreUnavailable
from songbot.worker import worker

from .invariants import channels, end, periodic, posting, words
from .loop import Deadlock, SimulatedLoop, SimulatedWakeup
from .network import FOREVER
from .people import People
from .scenario import Scenario, draw
from .story import Violation
from .weather import Weather
from .world import World

LOOK = 10.0
"""Virtual seconds between two checks of what must not go on for long."""
AFTER_LATE = 210.0
"""Virtual seconds after the last late effect, and after the last fault, in which the bot deals with it."""
LONG_RUN = 1200.0
"""Virtual seconds after which a run ends once everything is answered, even if faults continue."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a run. `songs` is the number of songs in it, `seconds` its duration in virtual time."""

    seed: int
    scenario: Scenario
    songs: int
    seconds: float
    violation: Violation | None
    story: str


def simulate(seed: int, *, with_story: bool = False) -> Verdict:
    """Run the seed. Write out the story if it is requested or if a promise was broken."""
    scenario = draw(Random(f"{seed}:scenario"))
    loop = SimulatedLoop()
    world = World(seed, scenario, loop)
    with _undisturbed():
        try:
            loop.run(_live(world))
        except Deadlock:
            world.violate("deadlock", "nothing is scheduled any more")
    story = world.story.text() if with_story or world.violation is not None else ""
    return Verdict(seed, scenario, len(world.by_song), loop.now, world.violation, story)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Write no logs, since errors are expected here, and collect no garbage during the run."""
    logs, collects = logging.root.manager.disable, gc.isenabled()
    logging.disable(logging.CRITICAL)
    gc.disable()
    try:
        with (
            patch.object(worker, "Wakeup", SimulatedWakeup),
            patch.object(expiry_notices, "Wakeup", SimulatedWakeup),
            patch.object(late_edits, "Wakeup", SimulatedWakeup),
        ):
            yield
    finally:
        logging.disable(logs)
        if collects:
            gc.enable()


async def _live(world: World) -> None:
    for slot in range(world.scenario.processes):
        world.start_process(slot, timedelta())
    people = asyncio.create_task(People(world).act())
    weather = asyncio.create_task(Weather(world).pass_over())
    watch = asyncio.create_task(_keep_up(world))
    await _watch_to_the_end(world, people, weather)
    if world.violation is None:
        _check_the_end(world)
    for task in (people, weather, watch):
        task.cancel()
    await _tear_down(world)


async def _watch_to_the_end(world: World, people: asyncio.Task[None], weather: asyncio.Task[None]) -> None:
    """Watch until everything is answered and, for a while after that, nothing more arrived late."""
    config = world.scenario.config
    while world.violation is None:
        await _watch_until_settled(world, people, weather)
        songs = len(world.by_song)
        until = world.loop.now + 2 * config.heartbeat_interval + config.progress_interval + 30.0
        if world.late_until:
            until = max(until, world.late_until + AFTER_LATE, (world.calm_since or 0.0) + AFTER_LATE)
        await asyncio.sleep(until - world.loop.now)
        if len(world.by_song) == songs:
            return


async def _watch_until_settled(world: World, people: asyncio.Task[None], weather: asyncio.Task[None]) -> None:
    """Check the promises until everything is answered. Stop the noise once people and episodes are done."""
    empty_since = FOREVER
    while world.violation is None:
        await asyncio.sleep(LOOK)
        if periodic.slot_stays_empty(world):
            empty_since = min(empty_since, world.loop.now)
            world.checks.report("no_slot_stays_empty", periodic.no_slot_stays_empty(world, empty_since))
        else:
            empty_since = FOREVER
        if world.calm_since is None and people.done() and weather.done():
            world.noise, world.calm_since = [0.0, 0.0, 0.0], world.loop.now
            world.spread_away()
            world.release_held()
            world.tell(0, "the faults are over")
        world.checks.report("everything_is_settled", end.everything_is_settled(world))
        is_open = any(row.delivery == "pending" for row in world.database.rows.values())
        is_calm = world.calm_since is not None
        is_long = people.done() and world.loop.now > LONG_RUN and not world.late_until
        if not is_open and (is_calm or is_long):
            return


def _check_the_end(world: World) -> None:
    at_the_end = (
        end.every_order_has_one_answer,
        end.requests_are_bounded,
        channels.what_a_channel_refuses_is_no_song,
        words.words_are_left_out_only_where_blocked,
        words.what_automod_blocks_is_explained,
        posting.jobs_that_nobody_knows_are_refunded,
    )
    for check in at_the_end:
        for problem in check(world):
            world.checks.report(check.__name__, problem)
    for process in world.running if world.calm_since is not None else ():
        world.checks.report("nothing_is_left_in_memory", end.nothing_is_left_in_memory(process))
    for context in world.loop.failures:
        world.violate("no_unexpected_error", f"{context.get('message')}: {context.get('exception')!r}")


async def _keep_up(world: World) -> None:
    """Restart processes that ended by themselves, as the bot's supervisor does."""
    while True:
        await asyncio.sleep(3.0)
        for process in world.running:
            if process.main is None or not process.main.done():
                continue
            error = process.main.exception()
            if not _may_end_a_process(error):
                world.violate("processes_stay_up", f"process {process.number} ended with {error!r}")
            process.alive = False
            world.loop.freeze(process.number)
            world.start_process(process.slot, process.clock.shift)


def _may_end_a_process(error: BaseException | None) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return all(map(_may_end_a_process, error.exceptions))
    return isinstance(error, StoreUnavailable) or type(error).__name__ == "LeaseLost"


async def _tear_down(world: World) -> None:
    """End all tasks without letting any of them do anything more."""
    for process in world.processes:
        for link in process.links:
            link.closed = True
        world.loop.thaw(process.number)
    me = asyncio.current_task()
    tasks = [task for task in asyncio.all_tasks() if task is not me]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
