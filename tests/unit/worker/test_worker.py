"""Test what the worker does with songs over hours that pass in milliseconds."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta

import pytest

from songbot.songs import provider_errors
from songbot.songs.errors import StoreUnavailable
from songbot.songs.models import DeliveryState, FailureReason, ReplyTarget, State
from songbot.songs.ports import Delivered, RetryLater, Undeliverable
from songbot.songs.progress import Stage
from songbot.songs.provider import JobReport, JobState
from songbot.songs.provider_errors import HEALTH_CHECK_JOB_ID
from songbot.worker import worker
from songbot.worker.lease import LeaseLost
from tests.support.fakes import SharedDatabase, WorkerEnvironment, run_scenario
from tests.support.virtual_clock import EPOCH, run


def test_a_song_is_submitted_polled_and_delivered_with_five_writes():
    async def scenario(env):
        await env.order()
        await asyncio.sleep(80)

    env = run_scenario(scenario)
    assert env.whisul.posts == ["rain"]
    assert env.repository.writes == ["create", "admit", "mark_submitted", "mark_completed", "mark_delivered"]
    assert [song.state for _, song, _ in env.delivery.delivered] == [State.COMPLETED]
    assert env.song().delivery is DeliveryState.DELIVERED


def test_a_finished_song_opens_no_admission_while_nobody_waits():
    async def scenario(env):
        attempts: list[float] = []
        admit = env.repository.admit

        async def counted(*arguments):
            attempts.append(env.clock.monotonic())
            return await admit(*arguments)

        env.repository.admit = counted
        await env.order()
        await asyncio.sleep(80)
        env.attempts = attempts

    assert len(run_scenario(scenario).attempts) == 1


def test_polls_of_one_job_are_never_under_the_shortest_distance_apart():
    async def scenario(env):
        await env.order()
        await asyncio.sleep(120)

    env = run_scenario(scenario)
    times = [0.0, *(when for _, when in env.whisul.polls)]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert min(gaps) >= 5.0
    assert max(gaps) <= 10.01


def test_the_progress_line_is_edited_no_more_than_every_ten_seconds():
    async def scenario(env):
        env.whisul.seconds = 170
        await env.order()
        await asyncio.sleep(160)

    env = run_scenario(scenario)
    times = [when for when, _, _ in env.delivery.progress_updates]
    assert len(times) >= 5
    assert all(later - earlier >= 10 for earlier, later in itertools.pairwise(times))


def test_songs_wait_for_a_place_and_are_told_where_they_are_in_line():
    async def scenario(env):
        for _ in range(3):
            await env.order()
        await asyncio.sleep(15)
        assert len(env.whisul.posts) == 1
        updates = env.delivery.progress_updates
        positions = {song: shown.queue_position for _, song, shown in updates if shown.queue_position}
        assert positions == {2: 1, 3: 2}
        await asyncio.sleep(300)

    env = run_scenario(scenario, max_concurrent=1)
    assert len(env.delivery.delivered) == 3


def test_one_persons_five_songs_do_not_hold_up_anothers_first():
    async def scenario(env):
        for number in range(5):
            await env.order(user_id=1, prompt=f"ann {number}")
        await env.order(user_id=2, prompt="max 0")
        await asyncio.sleep(500)

    env = run_scenario(scenario, max_concurrent=1)
    assert env.whisul.posts.index("max 0") == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (provider_errors.PromptRejected("no"), FailureReason.REJECTED),
        (provider_errors.AuthenticationFailed(), FailureReason.UNAUTHORIZED),
        (provider_errors.OutcomeUnknown(), FailureReason.INTERRUPTED),
        (provider_errors.UnexpectedResponse(), FailureReason.UNAVAILABLE),
    ],
)
def test_a_post_that_fails_for_good_is_told_once_and_never_sent_again(error, reason):
    async def scenario(env):
        env.whisul.submit_errors = [error]
        await env.order()
        await asyncio.sleep(3600)

    env = run_scenario(scenario)
    assert env.delivery.reasons() == [reason]
    assert env.whisul.posts == []
    assert env.song().refunded_at is not None


def test_a_429_is_waited_out_and_the_song_made():
    async def scenario(env):
        env.whisul.submit_errors = [provider_errors.RateLimited(retry_after=30)]
        await env.order()
        await asyncio.sleep(20)
        assert env.whisul.posts == []
        await asyncio.sleep(120)

    env = run_scenario(scenario)
    assert env.delivery.reasons() == [None]


def test_an_order_waits_fifteen_minutes_for_a_whisul_that_is_down_and_says_so():
    async def scenario(env):
        env.whisul.down = True
        await env.order()
        await asyncio.sleep(14 * 60)
        assert env.delivery.delivered == []
        assert Stage.UNAVAILABLE in {shown.stage for _, _, shown in env.delivery.progress_updates}
        await asyncio.sleep(2 * 60)

    env = run_scenario(scenario)
    assert env.delivery.reasons() == [FailureReason.UNAVAILABLE]


def test_an_order_is_made_when_whisul_comes_back_within_fifteen_minutes():
    async def scenario(env):
        env.whisul.down = True
        await env.order()
        await asyncio.sleep(10 * 60)
        env.whisul.down = False
        await asyncio.sleep(4 * 60)

    assert run_scenario(scenario).delivery.reasons() == [None]


def test_no_song_fails_when_whisul_is_down_for_twenty_minutes_and_there_is_no_stampede():
    async def scenario(env):
        for number in range(200):
            await env.order(user_id=number)
        await asyncio.sleep(30)
        assert len(env.whisul.posts) == 200
        env.whisul.down = True
        down_at = env.clock.monotonic()
        await asyncio.sleep(20 * 60)
        while_down = [when for _, when in env.whisul.polls if when > down_at]
        assert len(while_down) < 100 + 200, "polls calm down"
        env.whisul.down = False
        env.whisul.polls.clear()
        await asyncio.sleep(180)
        per_second: dict[int, int] = {}
        for _, when in env.whisul.polls:
            per_second[int(when)] = per_second.get(int(when), 0) + 1
        assert max(per_second.values()) <= 60

    env = run_scenario(scenario)
    assert env.delivery.reasons() == [None] * 200


def test_a_song_is_given_up_thirty_minutes_after_its_post():
    async def scenario(env):
        env.whisul.seconds = 10**9
        await env.order()
        await asyncio.sleep(29 * 60)
        assert env.delivery.delivered == []
        await asyncio.sleep(2 * 60)

    assert run_scenario(scenario).delivery.reasons() == [FailureReason.TIMED_OUT]


def test_a_job_that_stays_unknown_to_whisul_for_two_minutes_is_lost():
    async def scenario(env):
        await env.order()
        await asyncio.sleep(1)
        env.whisul.jobs.clear()
        await asyncio.sleep(115)
        assert env.delivery.delivered == []
        await asyncio.sleep(120)
        assert 4 <= len(env.whisul.polls) <= 8

    assert run_scenario(scenario).delivery.reasons() == [FailureReason.VANISHED]


def test_one_round_of_404s_costs_no_song():
    """A reverse proxy answers for Whisul while Whisul is being deployed."""

    async def scenario(env):
        for number in range(20):
            await env.order(user_id=number)
        await asyncio.sleep(70)
        jobs = dict(env.whisul.jobs)
        env.whisul.jobs.clear()
        await asyncio.sleep(20)
        env.whisul.jobs.update(jobs)
        await asyncio.sleep(200)

    env = run_scenario(scenario)
    env.whisul.seconds = 80
    assert env.delivery.reasons() == [None] * 20


def test_a_key_that_stops_working_keeps_the_jobs(caplog):
    async def scenario(env):
        await env.order()
        await asyncio.sleep(1)
        env.whisul.poll_errors = [
            provider_errors.AuthenticationFailed(),
            provider_errors.AuthenticationFailed(),
        ]
        await asyncio.sleep(300)

    assert run_scenario(scenario).delivery.reasons() == [None]
    assert sum("WHISUL_API_KEY" in record.message for record in caplog.records) == 1


def test_garbled_answers_of_one_job_harm_no_other():
    async def scenario(env):
        await env.order()
        await env.order()
        await asyncio.sleep(1)
        env.whisul.poll_errors = [provider_errors.InvalidResponse()] * 3 + [RuntimeError("a bug of ours")]
        await asyncio.sleep(400)

    assert run_scenario(scenario).delivery.reasons() == [None, None]


@pytest.mark.parametrize(
    ("ending", "reason", "error"),
    [
        (JobReport(JobState.FAILED, error="out of chords"), FailureReason.FAILED, "out of chords"),
        (JobReport(JobState.FAILED), FailureReason.FAILED, None),
        (JobReport(JobState.COMPLETED, result=None), FailureReason.NO_AUDIO, None),
    ],
)
def test_a_job_that_ends_without_a_song_is_an_honest_failure(ending, reason, error):
    async def scenario(env):
        env.whisul.ending = ending
        await env.order()
        await asyncio.sleep(120)

    (_, song, _), *others = run_scenario(scenario).delivery.delivered
    assert (song.reason, song.error, others) == (reason, error, [])


def test_a_postponed_delivery_is_tried_again_with_growing_pauses_and_delivered_once():
    async def scenario(env):
        env.delivery.outcomes = [RetryLater("503"), RetryLater("503"), RetryLater("503")]
        await env.order()
        await asyncio.sleep(300)

    env = run_scenario(scenario)
    times = [when for when, _, _ in env.delivery.delivered]
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert pauses == pytest.approx([5, 10, 20], abs=0.1)
    assert [attempt for _, _, attempt in env.delivery.delivered] == [1, 2, 3, 4]


def test_an_undeliverable_song_is_written_down_as_such():
    async def scenario(env):
        env.delivery.outcomes = [Undeliverable("nobody there")]
        await env.order()
        await asyncio.sleep(120)

    env = run_scenario(scenario)
    assert env.song().delivery is DeliveryState.UNDELIVERABLE
    assert len(env.delivery.delivered) == 1


def test_where_the_card_ended_up_is_kept():
    async def scenario(env):
        env.delivery.outcomes = [Delivered(ReplyTarget(77, 88), "dm")]
        await env.order()
        await asyncio.sleep(120)

    assert run_scenario(scenario).song().reply == ReplyTarget(77, 88)


def found(database: SharedDatabase, seconds: float = 120, **jobs: float) -> WorkerEnvironment:
    """Start a worker after another one died, and let `seconds` pass."""

    async def live():
        env = WorkerEnvironment(database)
        env.whisul.jobs = dict(jobs)
        async with env.open():
            await asyncio.sleep(seconds)
        return env

    return run(live())


def left_behind(state: State, *, alone: bool = True, **columns) -> SharedDatabase:
    database = SharedDatabase(alone=alone)
    database.leave_behind(state, **columns)
    return database


def before(seconds: float):
    return EPOCH - timedelta(seconds=seconds)


@pytest.mark.parametrize("alone", [True, False])
def test_found_submitting_after_a_crash_is_interrupted_and_never_sent_again(alone):
    env = found(left_behind(State.SUBMITTING, alone=alone, submitted_at=before(30)))
    assert env.delivery.reasons() == [FailureReason.INTERRUPTED]
    assert env.song().refunded_at is not None
    assert env.whisul.posts == []


def test_found_composing_after_a_crash_is_polled_on_and_delivered():
    env = found(left_behind(State.COMPOSING, job_id="job", submitted_at=before(50)), job=-50.0)
    assert env.delivery.reasons() == [None]
    assert env.whisul.posts == []


def test_found_queued_after_a_crash_is_made():
    env = found(left_behind(State.QUEUED))
    assert env.delivery.reasons() == [None]
    assert len(env.whisul.posts) == 1


def test_found_finished_but_not_delivered_after_a_crash_is_delivered():
    env = found(left_behind(State.FAILED, reason=FailureReason.FAILED, finished_at=before(9)))
    assert env.delivery.reasons() == [FailureReason.FAILED]


def test_another_workers_progress_edit_never_comes_after_the_message_that_a_song_was_cancelled():
    database = SharedDatabase(alone=False)
    leader = WorkerEnvironment(database, name="first", max_concurrent=0, heartbeat_interval=10.0)
    other = WorkerEnvironment(database, name="second", max_concurrent=0, heartbeat_interval=0.5)
    ended = []

    async def update_progress(song, progress):
        del song, progress
        await asyncio.sleep(4.7)
        ended.append(leader.clock.monotonic())
        return True

    async def live():
        leader.delivery.update_progress = update_progress
        async with leader.open(), other.open():
            await leader.order(user_id=1)
            await asyncio.sleep(3)
            assert await leader.repository.cancel_queued(1, 1, leader.clock.now())
            other.worker.order_placed()
            await asyncio.sleep(40)

    run(live())
    [(cancelled_at, _, _)] = other.delivery.delivered
    assert cancelled_at > ended[-1]


def test_each_of_many_songs_that_a_dead_worker_left_is_read_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(worker, "CLAIM_BATCH", 2)
    database, read = SharedDatabase(), list[int]()
    for number in range(1, 6):
        database.leave_behind(State.COMPOSING, job_id=f"job{number}", submitted_at=before(50))

    async def live():
        env = WorkerEnvironment(database)
        env.whisul.jobs = {f"job{number}": -50.0 for number in range(1, 6)}
        load = env.repository.load_leased

        async def noting_load(worker_id, song_ids):
            read.extend(song_ids)
            return await load(worker_id, song_ids)

        env.repository.load_leased = noting_load
        async with env.open():
            await asyncio.sleep(120)
        return env

    assert run(live()).delivery.reasons() == [None] * 5
    assert read == [1, 2, 3, 4, 5]


def test_every_task_of_a_worker_has_a_name_that_a_person_can_look_up():
    async def scenario(env):
        strangers = {asyncio.current_task(), env.task}
        await env.order()
        await asyncio.sleep(1)
        env.names = {task.get_name() for task in asyncio.all_tasks() - strangers}

    names = run_scenario(scenario).names
    assert len(names) >= 4
    assert not [name for name in names if name.startswith("Task-")]


def test_a_start_time_in_the_future_does_not_confuse_the_worker():
    database = left_behind(State.COMPOSING, job_id="job", submitted_at=EPOCH + timedelta(days=3))
    assert found(database, job=0.0).delivery.reasons() == [None]


def test_setting_the_clock_back_and_forward_gives_nobody_up():
    async def scenario(env):
        await env.order()
        await asyncio.sleep(10)
        env.clock.shift = timedelta(hours=5)
        await asyncio.sleep(15)
        env.clock.shift = -timedelta(days=2)
        await asyncio.sleep(120)

    assert run_scenario(scenario).delivery.reasons() == [None]


def test_songs_of_a_worker_that_died_are_taken_over_within_a_minute():
    async def live():
        database = SharedDatabase(alone=False)
        first, second = (WorkerEnvironment(database, name=name) for name in ("first", "second"))
        second.whisul = first.whisul
        async with first.open():
            await first.order()
            await asyncio.sleep(20)
            first.kill()
        async with second.open():
            await asyncio.sleep(15)
            assert database.owner() == "first"
            await asyncio.sleep(60)
        return second

    assert run(live()).delivery.reasons() == [None]


def test_a_database_that_is_away_for_a_minute_loses_no_job_and_pays_none_twice():
    async def scenario(env):
        env.whisul.submit_takes = 3
        await env.order()
        await asyncio.sleep(1)
        env.connector.away = True
        await asyncio.sleep(20)
        assert env.whisul.posts == ["rain"]
        env.connector.away = False
        await asyncio.sleep(120)

    env = run_scenario(scenario)
    assert env.whisul.posts == ["rain"]
    assert env.delivery.reasons() == [None]


def test_an_order_written_by_a_transaction_whose_answer_was_lost_is_made_all_the_same():
    async def scenario(env):
        env.connector.answers_lost = 2
        with pytest.raises(StoreUnavailable):
            await env.order()
        await asyncio.sleep(120)

    assert run_scenario(scenario).delivery.reasons() == [None]


def test_a_second_process_on_a_database_for_one_ends_the_first():
    async def live():
        database = SharedDatabase()
        first, second = (WorkerEnvironment(database, name=name) for name in ("first", "second"))
        async with first.open(), second.open():
            with pytest.raises(ExceptionGroup) as caught:
                await first.task
            assert caught.group_contains(LeaseLost)

    run(live())


def test_stopping_waits_for_a_post_under_way_and_writes_its_job_down():
    async def scenario(env):
        env.whisul.submit_takes = 3
        await env.order()
        await asyncio.sleep(1)

    env = run_scenario(scenario)
    assert env.song().state is State.COMPOSING
    assert env.database.workers() == []


def test_an_order_that_waits_for_room_among_the_requests_counts_as_never_sent_at_the_stop():
    async def scenario(env):
        for _ in range(40):
            await env.throttle.semaphore.acquire()
        await env.order()
        await asyncio.sleep(1)
        assert env.song().state is State.SUBMITTING

    env = run_scenario(scenario)
    assert (env.song().state, env.database.owner()) == (State.QUEUED, None)
    assert env.whisul.posts == []


def test_whether_whisul_is_back_is_found_out_by_a_poll_and_not_at_the_risk_of_an_order():
    async def scenario(env):
        env.whisul.down = True
        for number in range(5):
            await env.order(user_id=number)
        await asyncio.sleep(5 * 60)
        assert env.whisul.posts == []
        assert {job for job, _ in env.whisul.polls} == {HEALTH_CHECK_JOB_ID}
        env.whisul.down = False
        await asyncio.sleep(4 * 60)

    assert run_scenario(scenario).delivery.reasons() == [None] * 5


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("seconds", [20, 35, 60, 90])
def test_a_database_that_is_away_for_longer_than_a_lease_fails_no_song_that_was_paid_for(seconds, alone):
    async def scenario(env):
        env.whisul.submit_takes = 3
        await env.order()
        await asyncio.sleep(1)
        env.connector.away = True
        await asyncio.sleep(seconds)
        env.connector.away = False
        await asyncio.sleep(240)

    env = run_scenario(scenario, alone=alone)
    assert env.whisul.posts == ["rain"]
    assert env.delivery.reasons() == [None]


@pytest.mark.parametrize("where", ["answer", "write"])
def test_a_bug_after_the_post_never_sends_it_again(where):
    async def scenario(env):
        submit = env.whisul.submit

        async def broken_answer(prompt):
            await submit(prompt)
            raise RuntimeError("a bug of ours")

        async def broken_write(_song, _job_id):
            raise RuntimeError("a bug of the driver's")

        if where == "answer":
            env.whisul.submit = broken_answer
        else:
            env.repository.mark_submitted = broken_write
        await env.order()
        await asyncio.sleep(3600)

    env = run_scenario(scenario)
    assert env.whisul.posts == ["rain"]
    assert env.delivery.reasons() == [FailureReason.INTERRUPTED]


def test_a_song_whose_poll_always_breaks_is_given_up_in_time_and_each_error_is_logged(caplog):
    polls = 0

    async def scenario(env):
        async def poll(_job_id):
            nonlocal polls
            polls += 1
            raise RuntimeError("a bug of ours")

        env.whisul.poll = poll
        await env.order()
        await asyncio.sleep(3 * 3600)

    assert run_scenario(scenario).delivery.reasons() == [FailureReason.TIMED_OUT]
    logged = [record for record in caplog.records if record.exc_info]
    assert len(logged) == polls


def test_a_song_whose_delivery_always_breaks_waits_in_the_library_when_its_time_is_up():
    async def scenario(env):
        async def deliver(*_):
            raise KeyError("id")

        env.delivery.deliver = deliver
        await env.order()
        await asyncio.sleep(1.9 * 3600)
        assert env.song().delivery is DeliveryState.PENDING
        await asyncio.sleep(900)

    env = run_scenario(scenario, delivery_timeout=2 * 3600)
    assert env.song().delivery is DeliveryState.UNDELIVERABLE


def test_after_a_long_downtime_one_429_gives_nobody_up():
    database = SharedDatabase()
    for number in range(1, 31):
        database.leave_behind(State.COMPOSING, job_id=f"job{number}", submitted_at=before(45 * 60))

    async def live():
        env = WorkerEnvironment(database)
        env.whisul.jobs = {f"job{number}": -2700.0 for number in range(1, 31)}
        env.whisul.poll_errors = [provider_errors.RateLimited(retry_after=10)]
        async with env.open():
            await asyncio.sleep(300)
        return env

    assert run(live()).delivery.reasons() == [None] * 30


def test_a_song_that_gets_its_place_while_its_line_is_edited_is_sent_at_once():
    admitted: dict[int, float] = {}
    sent: dict[int, float] = {}

    async def scenario(env):
        admit, submit = env.repository.admit, env.whisul.submit

        async def noting_admit(*arguments):
            songs = await admit(*arguments)
            admitted.update({song.id: env.clock.monotonic() for song in songs})
            return songs

        async def noting_submit(prompt):
            sent[int(prompt)] = env.clock.monotonic()
            return await submit(prompt)

        async def slow_show(*_):
            await asyncio.sleep(4)
            return True

        env.repository.admit, env.whisul.submit, env.delivery.update_progress = (
            noting_admit,
            noting_submit,
            slow_show,
        )
        for number in range(1, 31):
            await env.order(user_id=number, prompt=str(number))
        await asyncio.sleep(30 * 90)

    run_scenario(scenario, max_concurrent=1)
    assert len(sent) == 30
    assert max(sent[number] - admitted[number] for number in sent) <= 4


def test_a_bug_in_the_look_whether_whisul_is_back_ends_nothing():
    async def scenario(env):
        env.whisul.down = True
        poll, broken = env.whisul.poll, [RuntimeError("a bug of ours")]

        async def breaking_poll(job_id):
            if broken:
                raise broken.pop()
            return await poll(job_id)

        env.whisul.poll = breaking_poll
        await env.order()
        await asyncio.sleep(60)
        env.whisul.down = False
        await asyncio.sleep(300)
        assert not env.task.done()

    assert run_scenario(scenario).delivery.reasons() == [None]


def test_edits_are_ten_seconds_apart_also_when_a_song_gets_its_place_in_between():
    async def scenario(env):
        env.whisul.seconds = 33
        for number in range(6):
            await env.order(user_id=number)
        await asyncio.sleep(400)

    env = run_scenario(scenario, max_concurrent=2)
    for song in range(1, 7):
        times = [when for when, shown, _ in env.delivery.progress_updates if shown == song]
        assert len(times) >= 2
        assert all(later - earlier >= 10 for earlier, later in itertools.pairwise(times))
