"""Test that each promise is really checked: a bot that breaks it on purpose is caught within a few runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, update

from songbot.delivery import service
from songbot.delivery.service import DiscordDelivery
from songbot.interactions import channel_policy
from songbot.interactions.channel_policy import ChannelPolicy
from songbot.interactions.ordering import Ordering
from songbot.songs.models import DeliveryState, FailureReason, Result, Song
from songbot.songs.ports import Delivered, RetryLater
from songbot.songs.provider_errors import JobNotCreated, OutcomeUnknown, PromptRejected
from songbot.storage import restored
from songbot.storage.queries import create_song, delete_user_data, transitions
from songbot.storage.repositories.library import SqlLibraryRepository
from songbot.storage.repositories.songs import SqlSongRepository
from songbot.storage.schema.tables import songs
from songbot.worker import job_runner
from songbot.worker.job_runner import JobRunner
from songbot.worker.queue_display import QueueDisplay
from songbot.worker.worker import Worker

from .invariants import rows
from .run import simulate

RUNS = 300
Patch = pytest.MonkeyPatch


def a_deletion_takes_other_peoples_songs(patch: Patch) -> None:
    delete_songs = delete_user_data._delete_songs

    def everybodys(connection: Connection, _theirs: Any, pseudonym_id: int, now: Any) -> None:
        delete_songs(connection, songs.c.id > 0, pseudonym_id, now)

    patch.setattr(delete_user_data, "_delete_songs", everybodys)


def a_button_pressed_twice_counts_twice(patch: Patch) -> None:
    patch.setattr(create_song, "DOUBLE_CLICK_WINDOW", timedelta())


def a_failure_is_not_refunded(patch: Patch) -> None:
    fail = transitions.fail

    def unrefunded(connection: Connection, statement: Any, parameters: dict[str, Any]) -> list[int]:
        return fail(connection, statement, {**parameters, "refunded_at": None})

    patch.setattr(transitions, "fail", unrefunded)


def a_deleted_card_is_due_again(patch: Patch) -> None:
    async def mark_pending(self: Any, song_id: int) -> None:
        card = songs.c.id == song_id, songs.c.delivery == DeliveryState.DELIVERED
        change = update(songs).where(*card).values(delivery=DeliveryState.PENDING)
        await self._connector.write(lambda connection: connection.execute(change))

    patch.setattr(SqlLibraryRepository, "mark_deleted", mark_pending)


def a_song_gets_the_result_of_another_job(patch: Patch) -> None:
    mark_completed = SqlSongRepository.mark_completed

    async def mixed_up(self: Any, song: Song, worker_id: str, result: Result, now: datetime) -> bool:
        other = replace(result, song_url="https://whisul.example/job-0.mp3")
        return await mark_completed(self, song, worker_id, other, now)

    patch.setattr(SqlSongRepository, "mark_completed", mixed_up)


def what_was_never_sent_is_interrupted(patch: Patch) -> None:
    async def fail(self: Any, song: Song, worker_id: str, _since: Any) -> bool:
        now = self._leases._now()
        return await self.mark_failed(song, worker_id, FailureReason.INTERRUPTED, None, now)

    patch.setattr(SqlSongRepository, "requeue", fail)


def an_order_of_unknown_outcome_is_sent_again(patch: Patch) -> None:
    handle = JobRunner._handle_submit_error

    async def requeue(self: Any, job: Any, error: Any) -> float | None:
        known = JobNotCreated() if isinstance(error, OutcomeUnknown) else error
        return await handle(self, job, known)

    patch.setattr(JobRunner, "_handle_submit_error", requeue)


def an_order_of_unknown_outcome_counts_as_rejected(patch: Patch) -> None:
    handle = JobRunner._handle_submit_error

    async def reject(self: Any, job: Any, error: Any) -> float | None:
        known = PromptRejected("on purpose") if isinstance(error, OutcomeUnknown) else error
        return await handle(self, job, known)

    patch.setattr(JobRunner, "_handle_submit_error", reject)
    patch.setattr(rows, "paid_job_is_not_given_up", lambda *_: None)  # it sees only jobs that exist already


def polls_come_every_two_seconds(patch: Patch) -> None:
    patch.setattr(job_runner, "next_poll_delay", lambda *_: 2.0)


def nothing_is_ever_delivered(patch: Patch) -> None:
    async def postpone(*_: Any) -> RetryLater:
        return RetryLater("on purpose")

    patch.setattr(DiscordDelivery, "deliver", postpone)


def a_delivery_shows_nothing(patch: Patch) -> None:
    async def pretend(_self: Any, song: Song, *_: Any) -> Delivered:
        return Delivered(song.reply, "token")

    patch.setattr(DiscordDelivery, "deliver", pretend)


def a_card_is_posted_although_the_reply_shows_it(patch: Patch) -> None:
    deliver = DiscordDelivery.deliver

    async def twice(self: Any, song: Song, subscribers: Any, attempt: int) -> Any:
        outcome = await deliver(self, song, subscribers, attempt)
        if isinstance(outcome, Delivered) and outcome.method in ("token", "edit"):
            await self._messenger._request(
                song.id, "post", lambda: self._messenger._server.post(song.reply.channel_id, song.id, "2")
            )
        return outcome

    patch.setattr(DiscordDelivery, "deliver", twice)


def a_delivery_is_tried_without_a_pause(patch: Patch) -> None:
    patch.setattr(JobRunner, "_postponed_for", lambda *_: 0.0)


def a_refused_order_is_sent_without_a_pause(patch: Patch) -> None:
    async def at_once(_self: Any) -> float:
        return 0.0

    patch.setattr(JobRunner, "retry_in", at_once)
    patch.setattr(job_runner.RequestThrottle, "record_failure", lambda *_, **__: None)
    patch.setattr(job_runner.RequestThrottle, "record_rate_limited", lambda *_: None)


def finished_songs_are_kept_in_memory(patch: Patch) -> None:
    drop = Worker._drop
    patch.setattr(Worker, "_drop", lambda self, job: None if job.song.finished else drop(self, job))


def no_song_is_admitted(patch: Patch) -> None:
    async def none(*_: Any) -> list[Song]:
        return []

    patch.setattr(SqlSongRepository, "admit", none)


def whisul_is_taken_for_unavailable(patch: Patch) -> None:
    async def fail(self: Any, job: Any) -> float | None:
        return await self._fail(job, FailureReason.UNAVAILABLE)

    patch.setattr(JobRunner, "_submit", fail)


def a_loop_of_the_worker_fails(patch: Patch) -> None:
    async def fail(*_: Any) -> None:
        raise KeyError

    patch.setattr(QueueDisplay, "refresh", fail)


def a_button_fails(patch: Patch) -> None:
    async def fail(*_: Any) -> None:
        raise KeyError

    patch.setattr(SqlLibraryRepository, "toggle_subscription", fail)


def a_change_of_a_channels_rule_applies_later(patch: Patch) -> None:
    patch.setattr(ChannelPolicy, "forget", lambda *_: None)


def other_processes_never_notice_a_channels_rule(patch: Patch) -> None:
    patch.setattr(channel_policy, "CACHE_SECONDS", 3600.0)


def an_order_in_a_denied_channel_is_placed(patch: Patch) -> None:
    place_order = Ordering._place_order

    async def order_anyway(self: Any, interaction: Any, order: Any) -> Any:
        refusal = await place_order(self, interaction, order)
        if interaction.placed.refused_here:
            await self._orders.place_order(order)
        return refusal

    patch.setattr(Ordering, "_place_order", order_anyway)


def no_card_has_words(patch: Patch) -> None:
    variants = service.payload_variants
    patch.setattr(service, "payload_variants", lambda *args, **kwargs: variants(*args, **kwargs)[-1:])


def nobody_is_told_why_words_are_missing(patch: Patch) -> None:
    async def say_nothing(*_: Any) -> None: ...

    patch.setattr(DiscordDelivery, "_explain_automod", say_nothing)


def a_restored_backup_is_started_as_it_is(patch: Patch) -> None:
    patch.setattr(restored, "_fail_unsent", lambda *_: 0)


CASES: list[tuple[Callable[[Patch], None], str]] = [
    (a_deletion_takes_other_peoples_songs, "row_is_kept"),
    (a_button_pressed_twice_counts_twice, "pressed_twice_makes_one_song"),
    (a_failure_is_not_refunded, "refunded_exactly_when_failed"),
    (a_deleted_card_is_due_again, "finished_songs_stay_finished"),
    (a_song_gets_the_result_of_another_job, "completed_song_is_its_own"),
    (what_was_never_sent_is_interrupted, "never_sent_is_not_interrupted"),
    (an_order_of_unknown_outcome_is_sent_again, "no_post_follows_one_of_unknown_outcome"),
    (an_order_of_unknown_outcome_counts_as_rejected, "jobs_that_nobody_knows_are_refunded"),
    (polls_come_every_two_seconds, "polls_are_spaced"),
    (nothing_is_ever_delivered, "everything_is_settled"),
    (a_delivery_shows_nothing, "every_order_has_one_answer"),
    (a_card_is_posted_although_the_reply_shows_it, "every_order_has_one_answer"),
    (a_delivery_is_tried_without_a_pause, "requests_are_bounded"),
    (a_refused_order_is_sent_without_a_pause, "requests_are_bounded"),
    (finished_songs_are_kept_in_memory, "nothing_is_left_in_memory"),
    (no_song_is_admitted, "no_slot_stays_empty"),
    (whisul_is_taken_for_unavailable, "unavailable_only_where_nobody_could_send"),
    (a_loop_of_the_worker_fails, "processes_stay_up"),
    (a_button_fails, "no_unexpected_error"),
    (a_change_of_a_channels_rule_applies_later, "channel_rule_is_kept"),
    (other_processes_never_notice_a_channels_rule, "channel_rule_is_kept"),
    (an_order_in_a_denied_channel_is_placed, "what_a_channel_refuses_is_no_song"),
    (a_restored_backup_is_started_as_it_is, "no_post_follows_one_of_unknown_outcome"),
    (no_card_has_words, "words_are_left_out_only_where_blocked"),
    (nobody_is_told_why_words_are_missing, "what_automod_blocks_is_explained"),
]


@pytest.mark.parametrize(("break_it", "invariant"), CASES, ids=[case[0].__name__ for case in CASES])
def test_a_broken_promise_is_seen(
    break_it: Callable[[Patch], None], invariant: str, monkeypatch: Patch
) -> None:
    break_it(monkeypatch)
    verdicts = (simulate(seed) for seed in range(1, RUNS + 1))
    violation = next((verdict.violation for verdict in verdicts if verdict.violation is not None), None)
    assert violation is not None
    assert violation.invariant == invariant
