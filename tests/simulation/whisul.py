"""Simulate the other end of Whisul: which POSTs made jobs, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from songbot.songs.models import Result
from songbot.songs.provider import JobReport, JobState
from songbot.songs.provider_errors import (
    AuthenticationFailed,
    JobNotFound,
    PromptRejected,
    RateLimited,
)

from .network import FOREVER

TIMEOUT = 30.0


@dataclass(slots=True)
class Job:
    """A paid job. `ends_at` is FOREVER if Whisul never finishes it, and `gone_at` if Whisul keeps it."""

    id: str
    order_key: str
    made_at: float
    ends_at: float
    gone_at: float
    ending: str


@dataclass(slots=True)
class Post:
    """A POST that was sent to Whisul. `known_none` means that its process knows that it made no job."""

    order_key: str
    process: int
    at: float
    job: Job | None = None
    known_none: bool = False
    told: bool = False
    """Whether its process has received the job's id."""


class WhisulServer:
    """`compose` is the range of seconds that jobs take."""

    def __init__(self, random: Random, compose: tuple[float, float], odd_jobs: float) -> None:
        self._random, self._compose, self._odd = random, compose, odd_jobs
        self.jobs: dict[str, Job] = {}
        self.posts: dict[str, list[Post]] = {}
        self.not_found_until = 0.0
        self.rate_limited_until = 0.0
        self.retry_after: float | None = None
        self.key_refused_until = 0.0
        self.refused: set[str] = set()
        """The keys of orders that were refused with a status that nobody expects. Such songs fail at once."""

    def post(self, post: Post, now: float) -> str:
        self.posts.setdefault(post.order_key, []).append(post)
        self._refuse(now)
        if self._odd and self._random.random() < self._odd * 0.3:
            raise PromptRejected("simulated")
        post.job = job = self._new_job(post.order_key, now)
        return job.id

    def _new_job(self, order_key: str, now: float) -> Job:
        low, high = self._compose
        job = Job(
            f"job-{len(self.jobs) + 1}",
            order_key,
            now,
            now + low + self._random.random() ** 2 * (high - low),
            FOREVER,
            "completed",
        )
        if self._odd and self._random.random() < self._odd:
            job.ending = self._random.choice(["failed", "no audio", "stuck", "gone", "completed"])
            if job.ending == "stuck":
                job.ends_at = FOREVER
            if job.ending == "gone":
                job.gone_at = now + self._random.random() * 60
        self.jobs[job.id] = job
        return job

    def poll(self, job_id: str, now: float) -> JobReport:
        self._refuse(now)
        job = self.jobs.get(job_id)
        if job is None or now >= job.gone_at or now < self.not_found_until:
            raise JobNotFound
        if now < job.ends_at:
            return JobReport(JobState.RUNNING)
        if job.ending == "failed":
            return JobReport(JobState.FAILED, error="simulated")
        if job.ending == "no audio":
            return JobReport(JobState.COMPLETED)
        return JobReport(
            JobState.COMPLETED, result=Result(f"https://whisul.example/{job.id}.mp3", title="Rain")
        )

    def _refuse(self, now: float) -> None:
        if now < self.rate_limited_until:
            raise RateLimited(retry_after=self.retry_after)
        if now < self.key_refused_until:
            raise AuthenticationFailed

    def has(self, job: Job, now: float) -> bool:
        """Return whether Whisul still has the job."""
        return now < job.gone_at


def order_key_of(prompt: str) -> str:
    """Return the key of the order, with which every prompt of a run begins."""
    return prompt.partition(" ")[0]
