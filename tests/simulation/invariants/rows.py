"""Check the rules that every committed change of a song's row must follow."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from songbot.songs.orders import DOUBLE_CLICK_WINDOW, Accepted, Order, OrderOutcome
from tests.simulation.database import Row
from tests.simulation.truth import Placed
from tests.simulation.whisul import Job

if TYPE_CHECKING:
    from tests.simulation.world import World

_ENDINGS = {"failed": "failed", "no_audio": "no audio"}


def accepted_order_is_written(world: World, outcome: OrderOutcome) -> str | None:
    """Check that an accepted order has its row at the moment of its commit, whatever else commits then."""
    if isinstance(outcome, Accepted):
        row = world.database.rows.get(outcome.song.id)
        if row is None or row.user_id != outcome.song.user_id:
            return f"song {outcome.song.id} was accepted, and its row is gone"
    return None


def pressed_twice_makes_one_song(
    world: World, order: Order, outcome: OrderOutcome, now: datetime
) -> str | None:
    """Check that a button pressed twice at once makes one song, unless the person has their data deleted."""
    if not isinstance(outcome, Accepted) or order.parent_id is None or world.forgetting:
        return None
    earlier = world.presses.setdefault((order.user_id, order.parent_id, order.relation), {})
    for song_id, at in earlier.items():
        if song_id != outcome.song.id and abs(now - at) < DOUBLE_CLICK_WINDOW:
            return f"song {outcome.song.id} and song {song_id} come from one button pressed twice"
    earlier[outcome.song.id] = now
    return None


def refunded_exactly_when_failed(row: Row) -> str | None:
    """Check that a failed song is refunded at the same moment, and that no other song ever is."""
    if (row.state == "failed") != (row.refunded_at is not None):
        return f"song {row.id} is {row.state} and refunded_at is {row.refunded_at}"
    return None


def finished_songs_stay_finished(old: Row | None, new: Row) -> str | None:
    """Check that a completed or failed song stays so, and that a delivered one stays delivered."""
    if old is None:
        return None
    if old.state in ("completed", "failed") and new.state != old.state:
        return f"song {new.id} was {old.state} and is {new.state}"
    if old.delivery == "delivered" and new.delivery != "delivered":
        return f"song {new.id} was delivered and is {new.delivery}"
    return None


def paid_job_is_not_given_up(world: World, placed: Placed, old: Row, new: Row) -> str | None:
    """Check that no paid job that Whisul has is given up, except as `interrupted` if its id is unknown."""
    if new.state != "failed" or old.state == "failed":
        return None
    for job in world.jobs_of(placed):
        if not _may_fail(world, job, old, new):
            return f"song {new.id} fails as {new.reason}, and Whisul has {job.id} ({job.ending})"
    return None


def _may_fail(world: World, job: Job, old: Row, new: Row) -> bool:
    now = world.loop.now
    if now >= job.gone_at:
        return True
    if new.reason == "interrupted":
        return old.job_id is None
    if new.reason == "timed_out":
        # A process that takes a song over gives Whisul at least half of its time again.
        return job.ending == "stuck" and now - job.made_at > 0.49 * world.scenario.config.job_timeout
    return _ENDINGS.get(new.reason or "") == job.ending and now >= job.ends_at


def completed_song_is_its_own(world: World, placed: Placed, new: Row) -> str | None:
    """Check that a completed song shows the result of a finished job that was made for it."""
    if new.state != "completed":
        return None
    done = [job.id for job in world.jobs_of(placed) if job.ends_at <= world.loop.now]
    if not any(job_id in (new.song_url or "") for job_id in done):
        return f"song {new.id} is completed with {new.song_url}"
    return None


def never_sent_is_not_interrupted(
    world: World, process: int, placed: Placed, old: Row, new: Row
) -> str | None:
    """Check that no process marks a song as `interrupted` that it admitted and certainly never sent."""
    if new.reason != "interrupted" or old.state != "submitting":
        return None
    admitted_by = world.admitted_by.get(new.id)
    sent = world.posts.get(placed.order.idempotency_key, ())
    if admitted_by == process and all(post.process != process for post in sent):
        return f"process {process} admitted song {new.id}, never sent it, and fails it as interrupted"
    return None


def unavailable_only_where_nobody_could_send(world: World, placed: Placed, old: Row, new: Row) -> str | None:
    """Check that a song fails as `unavailable` only if no process could reach Whisul for a while, or if
    Whisul refused it with a status that nobody expects.
    """
    if new.reason != "unavailable" or old.state == "failed" or not any(map(world.is_healthy, world.running)):
        return None
    if placed.order.idempotency_key in world.whisul.refused:
        return None
    return f"song {new.id} fails as unavailable, and a process is healthy"


def undeliverable_only_when_refused(world: World, placed: Placed, old: Row, new: Row) -> str | None:
    """Check that an answer is undeliverable only if Discord has permanently refused every method."""
    if new.delivery != "undeliverable" or old.delivery == "undeliverable":
        return None
    order = placed.order
    ways = {"direct"}
    if order.reply.bot_in_channel and not (order.private and order.guild_id is not None):
        ways |= {"edit", "post"} if order.reply.message_id else {"post"}
    missing = ways - world.discord.refused(new.id, order.user_id, order.reply.channel_id)
    if missing:
        return f"song {new.id} is undeliverable, without a refusal for good of {sorted(missing)}"
    return None


def row_is_kept(placed: Placed | None, old: Row | None, new: Row | None) -> str | None:
    """Check that no row of a song is deleted or anonymised unless the person had their data deleted."""
    gone = new is None or new.user_id < 0
    if placed is not None and gone and not placed.forgotten and old is not None:
        return f"the row of song {old.id} ({old.state}, {old.delivery}) is gone"
    return None
