"""Test what the log and the metrics are told of each song, so that an operator can follow it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from songbot.songs import provider_errors
from songbot.songs.models import DeliveryState, FailureReason, Song
from songbot.songs.ports import Delivered, RetryLater, Undeliverable
from songbot.songs.telemetry import Telemetry
from tests.support.fakes import WorkerEnvironment, run_scenario
from tests.support.songs import SONG
from tests.support.virtual_clock import run

Scenario = Callable[[WorkerEnvironment], Awaitable[None]]


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.INFO, "songbot.worker"):
        yield caplog


async def one_song(env: WorkerEnvironment) -> None:
    await env.order()
    await asyncio.sleep(3600)


def messages_about_song(log: pytest.LogCaptureFixture, song_id: int = 1) -> list[str]:
    return [record.getMessage() for record in log.records if getattr(record, "song", None) == song_id]


def test_a_songs_lines_are_found_by_its_id_and_tell_its_story(log: pytest.LogCaptureFixture):
    async def scenario(env: WorkerEnvironment) -> None:
        env.whisul.poll_errors = [provider_errors.ProviderUnavailable()]
        env.delivery.outcomes = [RetryLater("Discord is busy"), Delivered(SONG.reply, "token")]
        await one_song(env)

    run_scenario(scenario)
    story = messages_about_song(log)
    assert len(story) == len(log.records), "every line names the song"
    poll = "a poll failed: ProviderUnavailable"
    told = ["ordered", "admitted", "job-1", poll, "finished", "Discord is busy", "token"]
    assert len(story) == len(told)
    assert all(word in line for word, line in zip(told, story, strict=True))
    assert not any("rain" in line for line in story), "the prompt is personal"


def test_the_log_says_which_songs_step_failed_and_when_it_is_tried_again(log: pytest.LogCaptureFixture):
    async def scenario(env: WorkerEnvironment) -> None:
        async def broken_delivery(*_: Any) -> Delivered:
            raise RuntimeError("a bug of ours")

        env.delivery.deliver = broken_delivery
        await env.order()
        await asyncio.sleep(120)

    run_scenario(scenario)
    assert "a step failed; next try in 20 s" in messages_about_song(log)


def test_prompts_are_logged_at_debug_level_only_as_the_settings_say(log: pytest.LogCaptureFixture):
    log.set_level(logging.DEBUG, "songbot.worker")
    run_scenario(one_song)
    with_prompt = [record for record in log.records if "rain" in record.getMessage()]
    assert [(record.levelno, getattr(record, "song", None)) for record in with_prompt] == [(logging.DEBUG, 1)]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (provider_errors.UnexpectedResponse("a teapot"), ["a teapot", "unavailable"]),
        (provider_errors.OutcomeUnknown(), ["unknown", "interrupted"]),
        (provider_errors.AuthenticationFailed(), ["WHISUL_API_KEY", "unauthorized"]),
    ],
)
def test_the_log_says_why_an_order_failed(log: pytest.LogCaptureFixture, error: Exception, told: list[str]):
    async def scenario(env: WorkerEnvironment) -> None:
        env.whisul.submit_errors = [error]
        await one_song(env)

    run_scenario(scenario)
    story = messages_about_song(log)[2:]
    assert all(word in line for word, line in zip(told, story[: len(told)], strict=True))


def test_the_log_says_that_an_order_was_requeued_and_that_whisul_is_probed(log: pytest.LogCaptureFixture):
    async def scenario(env: WorkerEnvironment) -> None:
        env.whisul.down = True
        await env.order()
        await asyncio.sleep(60)

    run_scenario(scenario)
    assert any("requeued" in line for line in messages_about_song(log))
    assert any("probed" in line and "ProviderUnavailable" in line for line in log.messages)


def test_the_log_says_why_a_song_could_not_be_delivered(log: pytest.LogCaptureFixture):
    async def scenario(env: WorkerEnvironment) -> None:
        env.delivery.outcomes = [Undeliverable("the channel is gone")]
        await one_song(env)

    run_scenario(scenario)
    assert "the channel is gone" in messages_about_song(log)[-1]


class RecordingTelemetry(Telemetry):
    """Records each event as its name and its arguments."""

    def __init__(self) -> None:
        self.events: list[tuple[str, tuple[Any, ...]]] = []
        for name in vars(Telemetry):
            if not name.startswith("_"):
                setattr(self, name, partial(self._record, name))

    def _record(self, name: str, *arguments: Any) -> None:
        self.events.append((name, arguments))

    def of(self, name: str) -> list[tuple[Any, ...]]:
        return [arguments for event, arguments in self.events if event == name]


def events_of(scenario: Scenario) -> RecordingTelemetry:
    telemetry = RecordingTelemetry()

    async def live() -> None:
        env = WorkerEnvironment()
        env.telemetry = telemetry
        async with env.open():
            await scenario(env)

    run(live())
    return telemetry


def test_the_metrics_are_told_how_a_song_was_made_and_how_long_it_took():
    async def scenario(env: WorkerEnvironment) -> None:
        env.whisul.poll_errors = [provider_errors.ProviderUnavailable()]
        env.delivery.outcomes = [RetryLater("Discord is busy"), Delivered(SONG.reply, "edit")]
        await one_song(env)

    telemetry = events_of(scenario)
    assert telemetry.of("ordered") == [()]
    ((waited,),) = telemetry.of("admitted")
    assert 0 <= waited < 1
    assert telemetry.of("submitted") == [("accepted",)]
    assert telemetry.of("polled")[0] == ("ProviderUnavailable",)
    assert telemetry.of("polled")[-1] == ("completed",)
    assert set(telemetry.of("polled")[1:-1]) == {("running",)}
    ((composed,),) = telemetry.of("completed")
    assert 60 <= composed <= 70
    ((method, lag),) = telemetry.of("delivered")
    assert method == "edit"
    assert 0 < lag <= 10
    assert telemetry.of("failed") == telemetry.of("undeliverable") == []


def test_the_metrics_are_told_why_a_song_failed_or_that_it_was_not_delivered():
    async def scenario(env: WorkerEnvironment) -> None:
        env.whisul.submit_errors = [provider_errors.PromptRejected("no")]
        env.delivery.outcomes = [Undeliverable("the channel is gone")]
        await one_song(env)

    telemetry = events_of(scenario)
    assert telemetry.of("submitted") == [("PromptRejected",)]
    assert telemetry.of("failed") == [(FailureReason.REJECTED,)]
    assert telemetry.of("undeliverable") == [()]
    assert telemetry.of("delivered") == telemetry.of("completed") == []


def test_a_clock_that_was_set_back_makes_no_wait_negative():
    async def scenario(env: WorkerEnvironment) -> None:
        await env.order()
        env.clock.shift = timedelta(hours=-1)
        await asyncio.sleep(61)
        env.clock.shift = timedelta(hours=-3)
        await asyncio.sleep(600)

    telemetry = events_of(scenario)
    assert all(seconds >= 0 for (seconds,) in telemetry.of("admitted"))
    assert all(lag >= 0 for _, lag in telemetry.of("delivered"))


def test_the_log_says_why_the_database_could_not_be_used(log: pytest.LogCaptureFixture):
    async def scenario(env: WorkerEnvironment) -> None:
        await env.order()
        await asyncio.sleep(5)
        env.connector.away = True
        await asyncio.sleep(120)
        log.clear()
        await asyncio.sleep(120)
        env.connector.away = False

    run_scenario(scenario)
    warnings = [record.getMessage() for record in log.records if record.levelno == logging.WARNING]
    assert len({line.split(":")[0] for line in warnings}) >= 3, "the lease, the queue and a song's step"
    assert all("the test took the database away" in line for line in warnings)


def test_an_unexpected_error_is_logged_with_its_song_and_its_traceback(log: pytest.LogCaptureFixture):
    async def scenario(env: WorkerEnvironment) -> None:
        env.whisul.poll_errors = [ValueError("odd")]
        await one_song(env)

    run_scenario(scenario)
    (record,) = [record for record in log.records if record.exc_info]
    assert record.levelno == logging.ERROR
    assert isinstance(record.exc_info[1], ValueError)
    assert getattr(record, "song", None) == 1


def test_a_song_that_discord_does_not_take_for_a_day_is_given_up_and_the_log_says_why(
    log: pytest.LogCaptureFixture,
):
    async def scenario(env: WorkerEnvironment) -> None:
        env.delivery.outcomes = [RetryLater("Discord is busy") for _ in range(2000)]
        await env.order()
        await asyncio.sleep(26 * 3600)
        assert len(env.worker) == 0

    env = run_scenario(scenario)
    assert env.song().delivery is DeliveryState.UNDELIVERABLE
    assert env.song().delivered_at is not None, "the owner is shown when it was given up"
    assert "for a day" in messages_about_song(log)[-1]
    assert not any(record.exc_info for record in log.records)


def test_a_song_is_tried_for_all_of_its_time_and_no_longer():
    def attempts(delivery_timeout: float) -> list[float]:
        async def scenario(env: WorkerEnvironment) -> None:
            env.delivery.outcomes = [RetryLater("Discord is busy") for _ in range(2000)]
            await env.order()
            await asyncio.sleep(1.5 * 3600)

        env = run_scenario(scenario, delivery_timeout=delivery_timeout)
        return [when for when, _, _ in env.delivery.delivered]

    times = attempts(delivery_timeout=1.2 * 3600)
    last = times[-1] - times[0]
    assert attempts(delivery_timeout=last + 0.5) == times
    assert attempts(delivery_timeout=last) == times[:-1]


def test_those_who_asked_to_be_notified_of_a_song_are_passed_to_its_delivery():
    notified: list[list[int]] = []

    async def scenario(env: WorkerEnvironment) -> None:
        async def subscribers(song_id: int) -> list[int]:
            return [43, 44] if song_id == 1 else []

        async def deliver(song: Song, people: Sequence[int], _attempt: int) -> Delivered:
            notified.append(list(people))
            return Delivered(song.reply, "token")

        env.repository.subscribers = subscribers
        env.delivery.deliver = deliver
        await one_song(env)

    run_scenario(scenario)
    assert notified == [[43, 44]]
