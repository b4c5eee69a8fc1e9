"""What the tracker does with songs, over hours that pass in milliseconds."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from songbot.songs import provider_errors
from songbot.songs.models import Delivery, Reason, Reply, Song, State
from songbot.songs.ports import Delivered, JobReport, JobState, Postponed, Undeliverable
from songbot.songs.progress import Stage
from songbot.songs.provider_errors import NO_JOB
from songbot.worker.worker import LeaseLost
from tests.support.fakes import DictStore, House
from tests.support.virtual_clock import EPOCH, run


def lived(scenario, **limits):
    """Run `scenario(house)` in an open house and give the house back."""

    async def live():
        house = House(**limits)
        async with house.open():
            await scenario(house)
        return house

    return run(live())


def test_a_song_is_submitted_polled_and_delivered_with_five_writes():
    async def scenario(house):
        await house.order()
        await asyncio.sleep(80)

    house = lived(scenario)
    assert house.whisul.posts == ["rain"]
    assert house.store.writes == ["place", "admit", "submitted", "complete", "delivered"]
    assert [song.state for _, song, _ in house.courier.delivered] == [State.COMPLETED]
    assert house.store.songs[1].delivery is Delivery.DELIVERED


def test_polls_of_one_job_are_never_under_the_shortest_distance_apart():
    async def scenario(house):
        await house.order()
        await asyncio.sleep(120)

    house = lived(scenario)
    times = [0.0, *(when for _, when in house.whisul.polls)]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert min(gaps) >= 5.0
    assert max(gaps) <= 10.01


def test_the_progress_line_is_edited_no_more_than_every_ten_seconds():
    async def scenario(house):
        house.whisul.seconds = 170
        await house.order()
        await asyncio.sleep(160)

    house = lived(scenario)
    times = [when for when, _, _ in house.courier.shown]
    assert len(times) >= 5
    assert all(later - earlier >= 10 for earlier, later in itertools.pairwise(times))


def test_songs_wait_for_a_place_and_are_told_where_they_are_in_line():
    async def scenario(house):
        for _ in range(3):
            await house.order()
        await asyncio.sleep(15)
        assert len(house.whisul.posts) == 1
        places = {song: shown.place for _, song, shown in house.courier.shown if shown.place}
        assert places == {2: 1, 3: 2}
        await asyncio.sleep(300)

    house = lived(scenario, songs_at_once=1)
    assert len(house.courier.delivered) == 3


def test_one_persons_five_songs_do_not_hold_up_anothers_first():
    async def scenario(house):
        for number in range(5):
            await house.order(user_id=1, prompt=f"ann {number}")
        await house.order(user_id=2, prompt="max 0")
        await asyncio.sleep(500)

    house = lived(scenario, songs_at_once=1)
    assert house.whisul.posts.index("max 0") == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (provider_errors.PromptRejected("no"), Reason.REJECTED),
        (provider_errors.KeyRefused(), Reason.UNAUTHORIZED),
        (provider_errors.OutcomeUnknown(), Reason.INTERRUPTED),
        (provider_errors.Unexpected(), Reason.UNAVAILABLE),
    ],
)
def test_a_post_that_fails_for_good_is_told_once_and_never_sent_again(error, reason):
    async def scenario(house):
        house.whisul.submit_errors = [error]
        await house.order()
        await asyncio.sleep(3600)

    house = lived(scenario)
    assert house.courier.reasons() == [reason]
    assert house.whisul.posts == []
    assert house.store.songs[1].refunded_at is not None


def test_a_429_is_waited_out_and_the_song_made():
    async def scenario(house):
        house.whisul.submit_errors = [provider_errors.Busy(retry_after=30)]
        await house.order()
        await asyncio.sleep(20)
        assert house.whisul.posts == []
        await asyncio.sleep(120)

    house = lived(scenario)
    assert house.courier.reasons() == [None]


def test_an_order_waits_fifteen_minutes_for_a_whisul_that_is_down_and_says_so():
    async def scenario(house):
        house.whisul.down = True
        await house.order()
        await asyncio.sleep(14 * 60)
        assert house.courier.delivered == []
        assert Stage.UNAVAILABLE in {shown.stage for _, _, shown in house.courier.shown}
        await asyncio.sleep(2 * 60)

    house = lived(scenario)
    assert house.courier.reasons() == [Reason.UNAVAILABLE]


def test_an_order_is_made_when_whisul_comes_back_within_fifteen_minutes():
    async def scenario(house):
        house.whisul.down = True
        await house.order()
        await asyncio.sleep(10 * 60)
        house.whisul.down = False
        await asyncio.sleep(4 * 60)

    assert lived(scenario).courier.reasons() == [None]


def test_no_song_fails_when_whisul_is_down_for_twenty_minutes_and_there_is_no_stampede():
    async def scenario(house):
        for number in range(200):
            await house.order(user_id=number)
        await asyncio.sleep(30)
        assert len(house.whisul.posts) == 200
        house.whisul.down = True
        down_at = house.clock.monotonic()
        await asyncio.sleep(20 * 60)
        while_down = [when for _, when in house.whisul.polls if when > down_at]
        assert len(while_down) < 100 + 200, "polls calm down"
        house.whisul.down = False
        house.whisul.polls.clear()
        await asyncio.sleep(180)
        per_second: dict[int, int] = {}
        for _, when in house.whisul.polls:
            per_second[int(when)] = per_second.get(int(when), 0) + 1
        assert max(per_second.values()) <= 60

    house = lived(scenario)
    assert house.courier.reasons() == [None] * 200


def test_a_song_is_given_up_thirty_minutes_after_its_post():
    async def scenario(house):
        house.whisul.seconds = 10**9
        await house.order()
        await asyncio.sleep(29 * 60)
        assert house.courier.delivered == []
        await asyncio.sleep(2 * 60)

    assert lived(scenario).courier.reasons() == [Reason.TIMED_OUT]


def test_a_job_unknown_to_whisul_gets_a_minute_and_is_lost_then():
    async def scenario(house):
        await house.order()
        await asyncio.sleep(1)
        house.whisul.jobs.clear()
        await asyncio.sleep(50)
        assert house.courier.delivered == []
        await asyncio.sleep(60)

    assert lived(scenario).courier.reasons() == [Reason.VANISHED]


def test_a_key_that_stops_working_keeps_the_jobs(caplog):
    async def scenario(house):
        await house.order()
        await asyncio.sleep(1)
        house.whisul.poll_errors = [provider_errors.KeyRefused(), provider_errors.KeyRefused()]
        await asyncio.sleep(300)

    assert lived(scenario).courier.reasons() == [None]
    assert sum("WHISUL_API_KEY" in record.message for record in caplog.records) == 1


def test_garbled_answers_of_one_job_harm_no_other():
    async def scenario(house):
        await house.order()
        await house.order()
        await asyncio.sleep(1)
        house.whisul.poll_errors = [provider_errors.Garbled()] * 3 + [RuntimeError("a bug of ours")]
        await asyncio.sleep(400)

    assert lived(scenario).courier.reasons() == [None, None]


@pytest.mark.parametrize(
    ("ending", "reason", "error"),
    [
        (JobReport(JobState.FAILED, error="out of chords"), Reason.FAILED, "out of chords"),
        (JobReport(JobState.FAILED), Reason.FAILED, None),
        (JobReport(JobState.COMPLETED, result=None), Reason.NO_AUDIO, None),
    ],
)
def test_a_job_that_ends_without_a_song_is_an_honest_failure(ending, reason, error):
    async def scenario(house):
        house.whisul.ending = lambda _job: ending
        await house.order()
        await asyncio.sleep(120)

    (_, song, _), *others = lived(scenario).courier.delivered
    assert (song.reason, song.error, others) == (reason, error, [])


def test_a_postponed_delivery_is_tried_again_with_growing_pauses_and_delivered_once():
    async def scenario(house):
        house.courier.outcomes = [Postponed("503"), Postponed("503"), Postponed("503")]
        await house.order()
        await asyncio.sleep(300)

    house = lived(scenario)
    times = [when for when, _, _ in house.courier.delivered]
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert pauses == pytest.approx([5, 10, 20], abs=0.1)
    assert [attempt for _, _, attempt in house.courier.delivered] == [1, 2, 3, 4]


def test_an_undeliverable_song_is_written_down_as_such():
    async def scenario(house):
        house.courier.outcomes = [Undeliverable("nobody there")]
        await house.order()
        await asyncio.sleep(120)

    house = lived(scenario)
    assert house.store.songs[1].delivery is Delivery.UNDELIVERABLE
    assert len(house.courier.delivered) == 1


def test_where_the_card_ended_up_is_kept():
    async def scenario(house):
        house.courier.outcomes = [Delivered(Reply(77, 88), "dm")]
        await house.order()
        await asyncio.sleep(120)

    assert lived(scenario).store.songs[1].reply == Reply(77, 88)


def left_behind(state: State, **fields) -> DictStore:
    store = DictStore()
    song = Song(
        id=1,
        user_id=1,
        guild_id=None,
        quota_guild_id=None,
        prompt="rain",
        private=False,
        reply=Reply(10, 20),
        created_at=EPOCH - timedelta(seconds=60),
        state=state,
        **fields,
    )
    store.songs[1], store.owner[1] = song, "dead"
    return store


def found(store: DictStore, seconds: float = 120, **jobs: float) -> House:
    async def live():
        house = House(store)
        house.whisul.jobs = dict(jobs)
        async with house.open():
            await asyncio.sleep(seconds)
        return house

    return run(live())


def test_found_submitting_after_a_crash_is_interrupted_and_never_sent_again():
    house = found(left_behind(State.SUBMITTING, submitted_at=EPOCH - timedelta(seconds=30)))
    assert house.courier.reasons() == [Reason.INTERRUPTED]
    assert house.whisul.posts == []


def test_found_composing_after_a_crash_is_polled_on_and_delivered():
    store = left_behind(State.COMPOSING, job_id="job", submitted_at=EPOCH - timedelta(seconds=50))
    house = found(store, job=-50.0)
    assert house.courier.reasons() == [None]
    assert house.whisul.posts == []


def test_found_queued_after_a_crash_is_made():
    house = found(left_behind(State.QUEUED))
    assert house.courier.reasons() == [None]
    assert len(house.whisul.posts) == 1


def test_found_finished_but_not_delivered_after_a_crash_is_delivered():
    house = found(left_behind(State.FAILED, reason=Reason.FAILED))
    assert house.courier.reasons() == [Reason.FAILED]


def test_a_start_time_in_the_future_does_not_confuse_the_tracker():
    store = left_behind(State.COMPOSING, job_id="job", submitted_at=EPOCH + timedelta(days=3))
    assert found(store, job=0.0).courier.reasons() == [None]


def test_setting_the_clock_back_and_forward_gives_nobody_up():
    async def scenario(house):
        await house.order()
        await asyncio.sleep(10)
        house.clock.shift = timedelta(hours=5)
        await asyncio.sleep(15)
        house.clock.shift = -timedelta(days=2)
        await asyncio.sleep(120)

    assert lived(scenario).courier.reasons() == [None]


def test_songs_of_a_worker_that_died_are_taken_over_within_a_minute():
    async def scenario(house):
        song = replace((await house.order()), id=50, state=State.COMPOSING, job_id="job-1")
        house.store.workers["other"] = house.clock.now() + timedelta(seconds=30)
        house.store.songs[50], house.store.owner[50] = song, "other"
        await asyncio.sleep(20)
        assert house.store.owner[50] == "other"
        await asyncio.sleep(40)
        assert house.store.owner[50] == house.tracker.worker

    lived(scenario)


def test_a_database_that_is_away_for_a_minute_loses_no_job_and_pays_none_twice():
    async def scenario(house):
        house.whisul.submit_takes = 3
        await house.order()
        await asyncio.sleep(1)
        house.store.broken = True
        await asyncio.sleep(20)
        assert house.whisul.posts == ["rain"]
        house.store.broken = False
        await asyncio.sleep(120)

    house = lived(scenario)
    assert house.whisul.posts == ["rain"]
    assert house.courier.reasons() == [None]


def test_an_order_written_by_a_transaction_whose_answer_was_lost_is_followed_all_the_same():
    async def scenario(house):
        song = await house.order()
        lost = replace(song, id=9)
        house.store.songs[9], house.store.owner[9] = lost, house.tracker.worker
        await asyncio.sleep(120)

    assert len(lived(scenario).courier.delivered) == 2


def test_a_worker_whose_lease_ran_out_starts_over_with_what_nobody_took():
    async def scenario(house):
        await house.order()
        await asyncio.sleep(2)
        first = house.tracker.worker
        house.store.workers[first] = house.clock.now()
        await asyncio.sleep(120)
        assert house.tracker.worker != first

    assert lived(scenario).courier.reasons() == [None]


def test_a_second_process_on_a_database_for_one_ends_the_first():
    async def live():
        house = House()
        house.store.single_process = True
        async with house.open():
            house.store.workers.clear()
            house.store.workers[house.tracker.worker] = house.clock.now()
            with pytest.raises(ExceptionGroup) as caught:
                await house.task
            assert caught.group_contains(LeaseLost)

    run(live())


def test_stopping_waits_for_a_post_under_way_and_writes_its_job_down():
    async def scenario(house):
        house.whisul.submit_takes = 3
        await house.order()
        await asyncio.sleep(1)

    house = lived(scenario)
    assert house.store.songs[1].state is State.COMPOSING
    assert house.store.workers == {}


def test_an_order_that_was_admitted_but_never_sent_queues_again_at_the_stop():
    async def scenario(house):
        house.gate.lost(surely=True)
        await house.order()
        song = house.store.songs[1]
        house.store.songs[1] = replace(song, state=State.SUBMITTING)
        house.tracker._songs[1].song = house.store.songs[1]
        house.tracker._schedule.discard(1)

    assert lived(scenario).store.songs[1].state is State.QUEUED


def test_whether_whisul_is_back_is_found_out_by_a_poll_and_not_at_the_risk_of_an_order():
    async def scenario(house):
        house.whisul.down = True
        for number in range(5):
            await house.order(user_id=number)
        await asyncio.sleep(5 * 60)
        assert house.whisul.posts == []
        assert {job for job, _ in house.whisul.polls} == {NO_JOB}
        house.whisul.down = False
        await asyncio.sleep(4 * 60)

    assert lived(scenario).courier.reasons() == [None] * 5


def as_on_sqlite(house):
    """One process alone: a late heartbeat renews, as storage has it."""
    house.store.single_process = True

    async def heartbeat(worker, now, lease_until):
        house.store._check()
        if worker in house.store.workers:
            house.store.workers[worker] = lease_until
        return worker in house.store.workers

    house.store.heartbeat = heartbeat


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("seconds", [20, 35, 60, 90])
def test_a_database_that_is_away_for_longer_than_a_lease_fails_no_song_that_was_paid_for(seconds, alone):
    async def scenario(house):
        if alone:
            as_on_sqlite(house)
        house.whisul.submit_takes = 3
        await house.order()
        await asyncio.sleep(1)
        house.store.broken = True
        await asyncio.sleep(seconds)
        house.store.broken = False
        await asyncio.sleep(240)

    house = lived(scenario)
    assert house.whisul.posts == ["rain"]
    assert house.courier.reasons() == [None]


@pytest.mark.parametrize("where", ["answer", "write"])
def test_a_bug_after_the_post_never_sends_it_again(where):
    async def scenario(house):
        submit = house.whisul.submit

        async def broken_answer(prompt):
            await submit(prompt)
            raise RuntimeError("a bug of ours")

        async def broken_write(_song_id, _job_id):
            raise RuntimeError("a bug of the driver's")

        if where == "answer":
            house.whisul.submit = broken_answer
        else:
            house.store.submitted = broken_write
        await house.order()
        await asyncio.sleep(3600)

    house = lived(scenario)
    assert house.whisul.posts == ["rain"]
    assert house.courier.reasons() == [Reason.INTERRUPTED]


def test_a_song_whose_poll_always_breaks_is_given_up_in_time():
    async def scenario(house):
        async def poll(_job_id):
            raise RuntimeError("a bug of ours")

        house.whisul.poll = poll
        await house.order()
        await asyncio.sleep(3 * 3600)

    assert lived(scenario).courier.reasons() == [Reason.TIMED_OUT]


def test_a_song_whose_delivery_always_breaks_waits_in_the_library_at_last():
    async def scenario(house):
        async def deliver(*_):
            raise KeyError("id")

        house.courier.deliver = deliver
        await house.order()
        await asyncio.sleep(24 * 3600)

    assert lived(scenario).store.songs[1].delivery is Delivery.UNDELIVERABLE


def test_after_a_long_downtime_one_429_gives_nobody_up():
    store = DictStore()
    for number in range(1, 31):
        left = left_behind(State.COMPOSING, job_id=f"job{number}", submitted_at=EPOCH - timedelta(minutes=45))
        store.songs[number], store.owner[number] = replace(left.songs[1], id=number), "dead"

    async def live():
        house = House(store)
        house.whisul.jobs = {f"job{number}": -2700.0 for number in range(1, 31)}
        house.whisul.poll_errors = [provider_errors.Busy(retry_after=10)]
        async with house.open():
            await asyncio.sleep(300)
        return house

    assert run(live()).courier.reasons() == [None] * 30


def test_a_song_that_gets_its_place_while_its_line_is_edited_is_sent_at_once():
    admitted: dict[int, float] = {}
    sent: dict[int, float] = {}

    async def scenario(house):
        admit, submit = house.store.admit, house.whisul.submit

        async def noting_admit(*arguments):
            songs = await admit(*arguments)
            admitted.update({song.id: house.clock.monotonic() for song in songs})
            return songs

        async def noting_submit(prompt):
            sent[int(prompt)] = house.clock.monotonic()
            return await submit(prompt)

        async def slow_show(*_):
            await asyncio.sleep(4)
            return True

        house.store.admit, house.whisul.submit, house.courier.show = noting_admit, noting_submit, slow_show
        for number in range(1, 31):
            await house.order(user_id=number, prompt=str(number))
        await asyncio.sleep(30 * 90)

    lived(scenario, songs_at_once=1)
    assert len(sent) == 30
    assert max(sent[number] - admitted[number] for number in sent) <= 4


def test_a_bug_in_the_look_whether_whisul_is_back_ends_nothing():
    async def scenario(house):
        house.whisul.down = True
        poll, broken = house.whisul.poll, [RuntimeError("a bug of ours")]

        async def breaking_poll(job_id):
            if broken:
                raise broken.pop()
            return await poll(job_id)

        house.whisul.poll = breaking_poll
        await house.order()
        await asyncio.sleep(60)
        house.whisul.down = False
        await asyncio.sleep(300)
        assert not house.task.done()

    assert lived(scenario).courier.reasons() == [None]


def test_edits_are_ten_seconds_apart_also_when_a_song_gets_its_place_in_between():
    async def scenario(house):
        house.whisul.seconds = 33
        for number in range(6):
            await house.order(user_id=number)
        await asyncio.sleep(400)

    house = lived(scenario, songs_at_once=2)
    for song in range(1, 7):
        times = [when for when, shown, _ in house.courier.shown if shown == song]
        assert len(times) >= 2
        assert all(later - earlier >= 10 for earlier, later in itertools.pairwise(times))
