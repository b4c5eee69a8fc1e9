"""Check the promises that hold when a run has settled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from songbot.delivery.fallbacks import TOKEN_MARGIN
from tests.simulation.truth import Placed

if TYPE_CHECKING:
    from tests.simulation.process import Process
    from tests.simulation.world import World

REQUESTS = 60
"""Maximum requests to Discord for one song, in addition to one for every 8 seconds of its life."""
SUBMITS = 12
"""Maximum POSTs of one song, in addition to one for every 2 seconds, the shortest Retry-After here."""


def everything_is_settled(world: World) -> str | None:
    """Check that everything is answered within the stated time once it is stored and the faults are over."""
    if world.calm_since is None:
        return None
    stored_by = world.loop.now - world.scenario.settles_in
    overdue = [
        row
        for row in world.database.rows.values()
        if row.delivery == "pending" and max(world.calm_since, world.by_song[row.id].stored_at) < stored_by
    ]
    if overdue:
        row = overdue[0]
        return f"{len(overdue)} songs are open, song {row.id} is {row.state} with {row.lease_owner}"
    return None


def every_order_has_one_answer(world: World) -> Iterator[str]:
    """Check that every stored order has exactly one answer, or none if it is undeliverable.

    Only a process that showed a song by token knows that it did so. If it ended before it could record that,
    a second answer is allowed, because none might be. The same holds for an answer between a backup and its
    restore. Late progress may replace the only answer for good.
    """
    for placed in world.placed.values():
        problem = None if placed.forgotten or placed.lost else _answer_problem(world, placed)
        if problem:
            yield problem


def _answer_problem(world: World, placed: Placed) -> str | None:
    row = world.database.rows.get(placed.song_id or 0)
    if row is None:
        return (
            f"{placed.order.idempotency_key} was accepted and has no row"
            if placed.outcome == "accepted"
            else None
        )
    cards = world.discord.cards_of(row.id)
    shown_by = world.discord.shown_by.get(row.id, set())
    sure = all(song_id != row.id for song_id, _ in world.discord.unsure) and shown_by <= {placed.recorded_by}
    if row.delivery == "delivered" and not cards and not _is_replaced_for_good(world, placed, row.message_id):
        return f"song {row.id} is delivered, and no message shows it"
    sure = sure and not placed.restored
    if sure and len(cards) > (1 if row.delivery == "delivered" else 0):
        return f"song {row.id} is {row.delivery} and is shown by {len(cards)} messages"
    return None


def _is_replaced_for_good(world: World, placed: Placed, message_id: int | None) -> bool:
    """Return whether late progress has replaced the card, and nobody can restore it.

    The only process that knows of it has ended; somebody has deleted the message; or only an expired token
    reaches it.
    """
    message = world.discord.messages.get(message_id or 0)
    if message is None or not message.overwritten_by:
        return False
    process, reply = world.process(message.overwritten_by), placed.order.reply
    is_closed = message.ephemeral or message.channel_id in world.discord.closed_channels
    valid_for = world.discord.token_ends[reply.token or ""] - world.loop.now
    has_expired = timedelta(seconds=valid_for) < TOKEN_MARGIN or bool(process.clock.shift)
    return not process.is_up or message.deleted or (has_expired and (is_closed or not reply.bot_in_channel))


def requests_are_bounded(world: World) -> Iterator[str]:
    """Check that the number of requests to Discord and Whisul per song is bounded, even in outages."""
    for song_id, count in world.discord_requests.items():
        lifetime = world.last_request[song_id] - world.first_request[song_id]
        if count > REQUESTS + lifetime / 8:
            yield f"{count} requests to Discord for song {song_id} in {lifetime:.0f} s"
    for order_key, posts in world.posts.items():
        times = [post.at for post in posts]
        if len(times) > SUBMITS + (times[-1] - times[0]) / 2:
            yield f"{len(times)} POSTs of {order_key} in {times[-1] - times[0]:.0f} s"


def nothing_is_left_in_memory(process: Process) -> str | None:
    """Check that a process keeps nothing in memory about songs that have ended."""
    left = process.left_in_memory()
    return f"process {process.number} still has {'; '.join(left)}" if left else None
