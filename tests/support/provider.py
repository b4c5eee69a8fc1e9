"""Provide a scripted Whisul."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from songbot.songs.ports import Clock
from songbot.songs.provider import JobReport, JobState
from songbot.songs.provider_errors import HEALTH_CHECK_JOB_ID, JobNotFound, ProviderUnavailable

from .songs import COMPLETED


@dataclass
class FakeProvider:
    """SongProvider. Jobs take `seconds` and end as `ending` says, unless an error is set.

    While `down`, every request fails. The errors in the lists are raised first, in order, each once:
    `outage_errors` by submits and health checks alike, the others by requests of their own kind.
    """

    clock: Clock
    seconds: float = 60.0
    ending: JobReport = COMPLETED
    down: bool = False
    outage_errors: list[Exception] = field(default_factory=list)
    submit_errors: list[Exception] = field(default_factory=list)
    poll_errors: list[Exception] = field(default_factory=list)
    submit_takes: float = 0.0
    posts: list[str] = field(default_factory=list)
    polls: list[tuple[str, float]] = field(default_factory=list)
    jobs: dict[str, float] = field(default_factory=dict)

    async def submit(self, prompt: str) -> str:
        await asyncio.sleep(self.submit_takes)
        self._raise_if_down()
        self._raise_next(self.outage_errors)
        self._raise_next(self.submit_errors)
        self.posts.append(prompt)
        job_id = f"job-{len(self.posts)}"
        self.jobs[job_id] = self.clock.monotonic()
        return job_id

    async def poll(self, job_id: str) -> JobReport:
        self.polls.append((job_id, self.clock.monotonic()))
        self._raise_if_down()
        if job_id == HEALTH_CHECK_JOB_ID:
            self._raise_next(self.outage_errors)
        self._raise_next(self.poll_errors)
        if job_id not in self.jobs:
            raise JobNotFound
        if self.clock.monotonic() - self.jobs[job_id] < self.seconds:
            return JobReport(JobState.RUNNING)
        return self.ending

    def _raise_if_down(self) -> None:
        if self.down:
            raise ProviderUnavailable

    def _raise_next(self, errors: list[Exception]) -> None:
        if errors:
            raise errors.pop(0)
