"""Connect the events of a run to the invariants."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from .database import Row
from .invariants import channels, posting, quotas, rows
from .invariants.fairness import Line
from .truth import Charge, Placed
from .whisul import Post

if TYPE_CHECKING:
    from .world import World


class Checks:
    """Receives the neighbours' events. The first broken promise is stored in `world.violation`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.line = Line(world.scenario.config.max_concurrent_per_user)

    def report(self, invariant: str, problem: str | None) -> None:
        if problem is not None:
            self._world.violate(invariant, problem)

    def on_submit(self, post: Post) -> None:
        world, process, order_key = self._world, post.process, post.order_key
        world.tell(process, "POSTs %s", order_key)
        problem = posting.no_post_follows_one_of_unknown_outcome(world, post)
        self.report("no_post_follows_one_of_unknown_outcome", problem)
        world.posts.setdefault(order_key, []).append(post)
        self.report(
            "post_only_under_a_live_lease", posting.post_only_under_a_live_lease(world, process, order_key)
        )

    def on_post(self, post: Post) -> None:
        self._world.last_post = self._world.loop.now
        self._world.release_held()
        self.report("at_most_one_post", posting.at_most_one_post(self._world, post))

    def on_poll(self, process: int, job_id: str) -> None:
        if job_id in self._world.whisul.jobs:
            self._world.tell(process, "polls %s", job_id)
            self.report("polls_are_spaced", posting.polls_are_spaced(self._world, process, job_id))

    def on_discord_request(self, song_id: int, way: str) -> None:
        """Count a request. For a progress message, `song_id` is negative and refers to the message's id."""
        world = self._world
        if song_id < 0:
            song_id = world.song_of_message.get(-song_id, song_id)
        world.tell(0, "Discord is asked for %s of song %s", way, song_id)
        world.discord_requests[song_id] = world.discord_requests.get(song_id, 0) + 1
        world.first_request.setdefault(song_id, world.loop.now)
        world.last_request[song_id] = world.loop.now

    def on_order_outcome(self, order: Any, outcome: Any, now: datetime) -> None:
        """Check the outcome of an order, at the moment of its commit."""
        world = self._world
        world.tell(0, "%s of person %s is %s", order.idempotency_key, order.user_id, type(outcome).__name__)
        problem = quotas.order_outcome_is_right(world.book, order, outcome, now)
        self.report("order_outcome_is_right", problem)
        problem = rows.pressed_twice_makes_one_song(world, order, outcome, now)
        self.report("pressed_twice_makes_one_song", problem)
        self.report("accepted_order_is_written", rows.accepted_order_is_written(world, outcome))
        if getattr(getattr(outcome, "decision", None), "uses_grant", False):
            key = order.quota_guild_id or 0, order.user_id
            world.book.grants[key] = world.book.grants.get(key, 0) - 1

    def on_channel_decision(self, process: int, placed: Placed, asked_at: float) -> None:
        """Check whether the order may be taken, or refused, in its channel."""
        book = self._world.channel_book
        self.report("channel_rule_is_kept", channels.channel_rule_is_kept(book, process, placed, asked_at))

    def on_row(self, process: int, old: Row | None, new: Row | None) -> None:
        """Check a committed change of a song's row."""
        world = self._world
        self._tell(process, old, new)
        placed = self._placed(old, new)
        self.report("nobody_is_overtaken_for_long", self.line.on_row(old, new))
        if placed is not None and (new is None or new.user_id < 0):
            placed.forgotten = placed.forgotten or placed.order.user_id in world.forgetting
        self.report("row_is_kept", rows.row_is_kept(placed, old, new))
        if placed is not None and new is not None and new.user_id > 0:
            self._check_row(process, placed, old, new)

    def _check_row(self, process: int, placed: Placed, old: Row | None, new: Row) -> None:
        world = self._world
        self.report("refunded_exactly_when_failed", rows.refunded_exactly_when_failed(new))
        self.report("finished_songs_stay_finished", rows.finished_songs_stay_finished(old, new))
        self.report("completed_song_is_its_own", rows.completed_song_is_its_own(world, placed, new))
        if old is None:
            return
        if new.lease_owner != old.lease_owner:
            world.last_poll.pop((process, new.job_id or ""), None)
        if old.state == "queued" and new.state == "submitting":
            world.admitted_by[new.id] = process
        if new.refunded_at is not None and old.refunded_at is None:
            world.book.refund(new.id)
        if new.delivery == "delivered" and old.delivery != "delivered":
            placed.recorded_by = process
        problem = rows.paid_job_is_not_given_up(world, placed, old, new)
        self.report("paid_job_is_not_given_up", problem)
        self.report(
            "unavailable_only_where_nobody_could_send",
            rows.unavailable_only_where_nobody_could_send(world, placed, old, new),
        )
        problem = rows.never_sent_is_not_interrupted(world, process, placed, old, new)
        self.report("never_sent_is_not_interrupted", problem)
        problem = rows.undeliverable_only_when_refused(world, placed, old, new)
        self.report("undeliverable_only_when_refused", problem)

    def _placed(self, old: Row | None, new: Row | None) -> Placed | None:
        world = self._world
        row = new or old
        if row is None:
            return None
        if old is None and new is not None and new.order_key is not None:
            self._on_new_row(world.placed[new.order_key], new)
        return world.by_song.get(row.id)

    def _on_new_row(self, placed: Placed, row: Row) -> None:
        world = self._world
        placed.song_id, placed.stored_at = row.id, world.loop.now
        world.by_song[row.id] = placed
        if placed.order.reply.message_id is not None:
            world.song_of_message[placed.order.reply.message_id] = row.id
        scope = placed.order.quota_guild_id or 0
        world.book.charges[row.id] = Charge(row.id, row.user_id, scope, row.charged_at, bool(row.granted))

    def _tell(self, process: int, old: Row | None, new: Row | None) -> None:
        row = new or old
        if row is not None:
            changes = "gone" if new is None else _changes(old, new)
            self._world.tell(process, "commits song %s: %s", row.id, changes)


def _changes(old: Row | None, new: Row) -> str:
    names = [name for name in Row._fields[2:] if old is None or getattr(old, name) != getattr(new, name)]
    return ", ".join(f"{name}={getattr(new, name)}" for name in names if getattr(new, name) is not None)
