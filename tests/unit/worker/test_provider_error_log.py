from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from songbot.songs import provider_errors
from songbot.songs.provider import JobReport, JobState
from songbot.worker.provider_error_log import ErrorRecord, ErrorRecordingProvider, RecentErrors
from tests.support.fixed_clock import FixedClock

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_the_same_kind_in_a_row_counts_as_one_at_its_latest_time():
    errors = RecentErrors()
    errors.record(provider_errors.ProviderUnavailable("first"), NOON)
    errors.record(provider_errors.ProviderUnavailable("second"), NOON + MINUTE)
    errors.record(provider_errors.RateLimited("slower"), NOON + 2 * MINUTE)
    assert errors.recent() == [
        ErrorRecord("RateLimited", "slower", NOON + 2 * MINUTE),
        ErrorRecord("ProviderUnavailable", "second", NOON + MINUTE, times=2),
    ]


def test_only_the_latest_few_are_kept():
    errors = RecentErrors(max_records=2)
    for error in (
        provider_errors.ProviderUnavailable(),
        provider_errors.RateLimited(),
        provider_errors.InvalidResponse("odd"),
        provider_errors.ProviderUnavailable(),
    ):
        errors.record(error, NOON)
    assert [seen.kind for seen in errors.recent()] == ["ProviderUnavailable", "InvalidResponse"]


class Whisul:
    async def submit(self, prompt: str) -> str:
        raise provider_errors.PromptRejected(f"not {prompt}")

    async def poll(self, job_id: str) -> JobReport:
        if job_id == "gone":
            raise provider_errors.JobNotFound
        return JobReport(JobState.RUNNING)


async def test_errors_are_noted_and_passed_on_and_answers_come_through():
    errors = RecentErrors()
    whisul = ErrorRecordingProvider(Whisul(), errors, FixedClock(NOON))
    assert await whisul.poll("here") == JobReport(JobState.RUNNING)
    assert errors.recent() == []
    with pytest.raises(provider_errors.JobNotFound):
        await whisul.poll("gone")
    with pytest.raises(provider_errors.PromptRejected):
        await whisul.submit("a secret")
    assert [seen.kind for seen in errors.recent()] == ["PromptRejected", "JobNotFound"]
    assert "a secret" not in str(errors.recent())
