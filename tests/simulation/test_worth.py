"""Test that the simulation is worth its cost: without any one of the fixes, it fails within 2,000 runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, delete, update

from songbot.delivery.late_edits import LateEdits
from songbot.delivery.service import DiscordDelivery
from songbot.songs.models import Song, State
from songbot.songs.ports import RetryLater, Undeliverable
from songbot.storage.queries import create_song, delete_user_data, quota_usage, transitions
from songbot.storage.schema.tables import quota_rules, songs
from songbot.worker.active_job import ActiveJob
from songbot.worker.job_runner import JobRunner
from songbot.worker.throttle import RequestKind, RequestThrottle

from .run import simulate
from .story import Violation

RUNS = 2000
Patch = pytest.MonkeyPatch


def first_violation() -> Violation | None:
    """Run seeds until one breaks a promise. Return the violation."""
    verdicts = (simulate(seed) for seed in range(1, RUNS + 1))
    return next((verdict.violation for verdict in verdicts if verdict.violation is not None), None)


def one_window_for_all_rules_of_a_period(patch: Patch) -> None:
    measure = quota_usage.measure_usage

    def with_the_last_window(connection: Connection, rules: list[Any], *context: Any) -> list[Any]:
        last = {(quota_usage._charged_to(rule), rule.period): rule for rule in rules}
        counted = [last[quota_usage._charged_to(rule), rule.period] for rule in rules]
        usages = measure(connection, counted, *context)
        return [
            quota_usage.LimitUsage(rule, usage.used, usage.window)
            for rule, usage in zip(rules, usages, strict=True)
        ]

    patch.setattr(quota_usage, "measure_usage", with_the_last_window)


def a_fifth_attempt_leaves_every_method(patch: Patch) -> None:
    deliver = DiscordDelivery.deliver

    async def five_times(self: Any, song: Song, subscribers: Any, attempt: int) -> Any:
        outcome = await deliver(self, song, subscribers, attempt)
        return Undeliverable("gave up") if isinstance(outcome, RetryLater) and attempt >= 5 else outcome

    patch.setattr(DiscordDelivery, "deliver", five_times)


def a_post_needs_no_lease(patch: Patch) -> None:
    def begin_post(self: Any, job: ActiveJob) -> Any:
        job.post_begun = True
        return self._deps.provider.submit(job.song.prompt)

    patch.setattr(JobRunner, "_begin_post", begin_post)


def a_requeue_of_an_earlier_admission_counts(patch: Patch) -> None:
    any_admission = songs.c.generation >= bindparam("of_generation")
    song = songs.c.id == bindparam("song_id"), songs.c.lease_owner == bindparam("worker_id")
    requeue = update(songs).where(*song, any_admission, songs.c.state == State.SUBMITTING)
    patch.setattr(
        transitions, "REQUEUE", requeue.values(state=State.QUEUED, submitted_at=None, lease_owner=None)
    )


def a_worker_admits_what_it_can_not_send(patch: Patch) -> None:
    async def soon(self: Any) -> float:
        await asyncio.sleep(1.0)
        return 0.0

    patch.setattr(JobRunner, "retry_in", soon)


def newcomers_go_first(patch: Patch) -> None:
    next_turn = create_song.next_turn
    patch.setattr(create_song, "next_turn", lambda turn, last: 0 if last is None else next_turn(turn, last))


def one_404_after_a_minute_is_enough(patch: Patch) -> None:
    patch.setattr(JobRunner, "_has_vanished", lambda self, job, _now: self._elapsed(job) >= 60.0)


def all_time_counts(patch: Patch) -> None:
    count_time = ActiveJob.count_time
    patch.setattr(
        ActiveJob, "count_time", lambda self, now, *, answerable: count_time(self, now, answerable=True)
    )


def whisul_may_stop_all_for_an_hour(patch: Patch) -> None:
    record = RequestThrottle.record_rate_limited

    def uncapped(self: Any, retry_after: float | None, kind: RequestKind = RequestKind.POLL) -> None:
        record(self, retry_after, kind)
        if retry_after is not None:
            for each in RequestKind:
                self._retry_at[each] = max(self._retry_at[each], self._monotonic() + retry_after)

    patch.setattr(RequestThrottle, "record_rate_limited", uncapped)


def limits_on_a_person_are_deleted(patch: Patch) -> None:
    def forget_limits(connection: Connection, user_id: int, _pseudonym_id: int) -> None:
        connection.execute(delete(quota_rules).where(delete_user_data.user_rules(user_id)))

    patch.setattr(delete_user_data, "_move_limits", forget_limits)


def a_deletion_takes_whatever_is_there(patch: Patch) -> None:
    delete_songs = delete_user_data._delete_songs

    def all_of_theirs(connection: Connection, theirs: Any, pseudonym_id: int, now: Any) -> None:
        user_id = next(clause.right.value for clause in theirs.clauses if clause.left is songs.c.user_id)
        delete_songs(connection, songs.c.user_id == user_id, pseudonym_id, now)

    patch.setattr(delete_user_data, "_delete_songs", all_of_theirs)


def a_late_edit_is_not_looked_for(patch: Patch) -> None:
    patch.setattr(LateEdits, "watch", lambda *_: None)


CASES: list[tuple[Callable[[Patch], None], set[str]]] = [
    (one_window_for_all_rules_of_a_period, {"order_outcome_is_right"}),
    (a_fifth_attempt_leaves_every_method, {"undeliverable_only_when_refused"}),
    (a_post_needs_no_lease, {"post_only_under_a_live_lease"}),
    (
        a_requeue_of_an_earlier_admission_counts,
        {"at_most_one_post", "no_post_follows_one_of_unknown_outcome"},
    ),
    (
        a_worker_admits_what_it_can_not_send,
        {"no_slot_stays_empty", "unavailable_only_where_nobody_could_send"},
    ),
    (newcomers_go_first, {"nobody_is_overtaken_for_long"}),
    (one_404_after_a_minute_is_enough, {"paid_job_is_not_given_up"}),
    (all_time_counts, {"paid_job_is_not_given_up"}),
    (whisul_may_stop_all_for_an_hour, {"no_slot_stays_empty", "everything_is_settled"}),
    (limits_on_a_person_are_deleted, {"order_outcome_is_right"}),
    (a_deletion_takes_whatever_is_there, {"accepted_order_is_written"}),
    (a_late_edit_is_not_looked_for, {"every_order_has_one_answer"}),
]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("take_out", "expected"), CASES, ids=[case[0].__name__ for case in CASES])
def test_without_the_mend_a_promise_breaks(
    take_out: Callable[[Patch], None], expected: set[str], monkeypatch: Patch
) -> None:
    take_out(monkeypatch)
    violation = first_violation()
    assert violation is not None
    assert violation.invariant in expected
