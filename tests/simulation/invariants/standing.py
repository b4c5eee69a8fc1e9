"""What must not go on for long."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.world import World

HEALTHY_FOR = 240.0
"""Seconds without any trouble after which a process has no reason left to hold back."""


def place_stands_empty(world: World) -> bool:
    """Is a place free, a song in line that may have it, and a process there that could take it?"""
    config = world.scenario.config
    rows = [row for row in world.database.rows.values() if row.user_id > 0]
    active = Counter(row.user_id for row in rows if row.state in ("submitting", "composing"))
    if active.total() >= config.max_concurrent or not any(map(world.is_healthy, world.running)):
        return False
    return any(row.state == "queued" and active[row.user_id] < config.max_concurrent_per_user for row in rows)


def no_place_stands_empty(world: World, since: float) -> str | None:
    """While a process is healthy, a free place is taken by the next in line within a lease and a minute."""
    patience = 75.0 + world.scenario.config.lease_duration + 2 * world.scenario.config.heartbeat_interval
    if world.loop.now - since > patience:
        return f"a place is free since {since:.0f} s though songs wait and a process is healthy"
    return None
