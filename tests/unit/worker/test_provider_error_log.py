from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from songbot.songs import provider_errors
from songbot.songs.ports import JobReport, JobState
from songbot.worker.provider_error_log import RecentErrors, Seen, WatchedComposer

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_the_same_kind_in_a_row_counts_as_one_at_its_latest_time():
    errors = RecentErrors()
    errors.note(provider_errors.Down("first"), NOON)
    errors.note(provider_errors.Down("second"), NOON + MINUTE)
    errors.note(provider_errors.Busy("slower"), NOON + 2 * MINUTE)
    assert errors.latest() == [
        Seen("Busy", "slower", NOON + 2 * MINUTE),
        Seen("Down", "second", NOON + MINUTE, times=2),
    ]


def test_only_the_latest_few_are_kept():
    errors = RecentErrors(keep=2)
    for error in (
        provider_errors.Down(),
        provider_errors.Busy(),
        provider_errors.Garbled("odd"),
        provider_errors.Down(),
    ):
        errors.note(error, NOON)
    assert [seen.kind for seen in errors.latest()] == ["Down", "Garbled"]


class Whisul:
    async def submit(self, prompt: str) -> str:
        raise provider_errors.PromptRejected(f"not {prompt}")

    async def poll(self, job_id: str) -> JobReport:
        if job_id == "gone":
            raise provider_errors.JobMissing
        return JobReport(JobState.RUNNING)


class Clock:
    def now(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        return 0.0


async def test_errors_are_noted_and_passed_on_and_answers_come_through():
    errors = RecentErrors()
    whisul = WatchedComposer(Whisul(), errors, Clock())
    assert await whisul.poll("here") == JobReport(JobState.RUNNING)
    assert errors.latest() == []
    with pytest.raises(provider_errors.JobMissing):
        await whisul.poll("gone")
    with pytest.raises(provider_errors.PromptRejected):
        await whisul.submit("a secret")
    assert [seen.kind for seen in errors.latest()] == ["PromptRejected", "JobMissing"]
    assert "a secret" not in str(errors.latest())
