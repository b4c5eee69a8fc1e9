"""Check what must not go on for long."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.world import World

HEALTHY_FOR = 240.0
"""Seconds without any trouble after which a process has no reason to hold back."""


def slot_stays_empty(world: World) -> bool:
    """Return whether a slot is free although a song could be next and a process could send it."""
    config = world.scenario.config
    rows = [row for row in world.database.rows.values() if row.user_id > 0]
    making = Counter(row.user_id for row in rows if row.state == "composing")
    if making.total() >= config.max_concurrent or not any(map(world.is_healthy, world.running)):
        return False
    waiting = [row.user_id for row in rows if row.state in ("queued", "submitting")]
    return any(making[user_id] < config.max_concurrent_per_user for user_id in waiting)


def no_slot_stays_empty(world: World, since: float) -> str | None:
    """Check that while a process is healthy, a free slot is filled within two leases."""
    config = world.scenario.config
    max_seconds = 90.0 + 2 * config.lease_duration + 2 * config.heartbeat_interval
    if world.loop.now - max(since, world.last_post) > max_seconds:
        return f"a place is free since {since:.0f} s though songs wait and a process is healthy"
    return None
