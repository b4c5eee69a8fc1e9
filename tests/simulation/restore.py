"""Simulate the loss of the database, and a restore from a backup as docs/deploying.md describes it."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from songbot.storage import restored

from .database import Backup, Call
from .invariants.channels import ChannelBook
from .invariants.fairness import Line
from .invariants.quotas import QuotaBook
from .scenario import Loss

if TYPE_CHECKING:
    from .world import World


@dataclass(frozen=True, slots=True)
class _Truth:
    """What was true of the database when the backup was made."""

    database: Backup
    book: QuotaBook
    channels: ChannelBook


async def lose_and_restore(world: World, loss: Loss) -> None:
    """Make the backup, kill all processes when the database is lost, and start them on the backup later."""
    await asyncio.sleep(loss.backup_at)
    world.tell(0, "the database is backed up")
    truth = _Truth(world.database.back_up(), deepcopy(world.book), deepcopy(world.channel_book))
    await asyncio.sleep(loss.lost_at - loss.backup_at)
    world.tell(0, "the database is lost")
    shifts = _kill_all(world)
    await asyncio.sleep(loss.restored_at - loss.lost_at)
    _restore(world, truth)
    for slot, shift in enumerate(shifts):
        world.start_process(slot, shift)


def _kill_all(world: World) -> list[timedelta]:
    for process in world.processes:
        process.alive = False
        world.loop.freeze(process.number)
    world.database.cut_off = len(world.processes)
    return [process.clock.shift if process else timedelta() for process in world.slots]


def _restore(world: World, truth: _Truth) -> None:
    world.database.restore(truth.database)
    world.book = truth.book
    world.channel_book.restore(truth.channels, world.loop.now)
    for placed in world.by_song.values():
        placed.lost = placed.lost or placed.song_id not in world.database.rows
        placed.restored = True
    checks = world.checks
    checks.line = Line(world.scenario.config.max_concurrent_per_user)
    for row in sorted(world.database.rows.values()):
        checks.line.on_row(None, row)
    work = Call(work=lambda connection: restored._fail_unsent(connection, world.now()))
    failed = world.database.execute(work)
    world.tell(0, "the backup is restored; %s songs failed that may have been sent", failed)
