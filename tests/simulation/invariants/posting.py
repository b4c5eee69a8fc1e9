"""Check which requests Whisul gets, and when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.simulation.whisul import Post

if TYPE_CHECKING:
    from tests.simulation.world import World

POLL_INTERVAL = 5.0
SLACK = 0.001


def at_most_one_post(world: World, post: Post) -> str | None:
    """Check that Whisul gets one POST per song, or more if the earlier ones are known to have made no job."""
    for earlier in world.whisul.posts.get(post.order_key, ()):
        if not earlier.known_none:
            return (
                f"{post.order_key} is POSTed by process {post.process}, and was by process {earlier.process}"
            )
    return None


def no_post_follows_one_of_unknown_outcome(world: World, post: Post) -> str | None:
    """Check that a song is sent again only if its process knows that no earlier POST makes a job, however
    late it arrives.
    """
    for earlier in world.posts.get(post.order_key, ()):
        if not earlier.known_none:
            return f"{post.order_key} is POSTed again, and nobody knows about {earlier.at:.3f} s"
    return None


def post_only_under_a_live_lease(world: World, process: int, order_key: str) -> str | None:
    """Check that a POST is sent only by the song's owner in the database, and while its lease is valid."""
    placed = world.placed[order_key]
    row = world.database.rows.get(placed.song_id or 0)
    if placed.forgotten:
        return None
    if row is None:
        return f"{order_key} is POSTed without a row"
    owner = world.process(process)
    if row.state != "submitting" or row.lease_owner != owner.name:
        return f"song {row.id} is POSTed by process {process}, but is {row.state} with {row.lease_owner}"
    if world.scenario.shared and not world.database.lease_is_live(row.lease_owner, world.now_us()):
        return f"song {row.id} is POSTed by {row.lease_owner}, whose lease has run out"
    return None


def polls_are_spaced(world: World, process: int, job_id: str) -> str | None:
    """Check that a process polls a job at most every 5 seconds, from when it took the song over."""
    last = world.last_poll.get((process, job_id))
    now = world.last_poll[process, job_id] = world.loop.now
    if last is not None and now - last < POLL_INTERVAL - SLACK:
        return f"{job_id} is polled again by process {process} after {now - last:.3f} s"
    return None


def jobs_that_nobody_knows_are_refunded(world: World) -> Iterator[str]:
    """Check that a song whose job became known to no process failed as `interrupted` and was refunded."""
    for order_key, posts in world.posts.items():
        placed = world.placed[order_key]
        row = world.database.rows.get(placed.song_id or 0)
        unknown = next((post.job for post in posts if post.job is not None and not post.told), None)
        if unknown is None or placed.forgotten or placed.lost or row is None:
            continue
        if (row.state, row.reason) != ("failed", "interrupted") or row.refunded_at is None:
            yield f"song {row.id} is {row.state} ({row.reason}), and nobody knows of {unknown.id}"
