"""Hold this Whisul's jobs in memory, and compute the state of each at a given time."""

from __future__ import annotations

import math
import random
import uuid
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from sandbox.whisul import prompt_words
from sandbox.whisul.plan import SongPlan, plan_song, seed_of

KEPT_SECONDS: Final = 3600.0
KEPT_JOBS: Final = 50_000
FAIL_TEXT: Final = "Generation failed due to an internal error."


@dataclass
class Job:
    """The making of one song. Times are in seconds since 1970. `polls` holds the time of every authorised
    GET.

    `take` is the number of earlier jobs in memory with the same prompt.
    """

    job_id: str
    prompt: str
    created: float
    seconds: float
    small_audio: bool = False
    take: int = 0
    polls: list[float] = field(default_factory=list)

    @cached_property
    def words(self) -> frozenset[str]:
        """Return the fault words in the prompt."""
        return prompt_words.words_of(self.prompt)

    @cached_property
    def plan(self) -> SongPlan:
        """Return the plan of the song."""
        return plan_song(self.prompt, take=self.take, small=self.small_audio)

    @property
    def poll_count(self) -> int:
        """Return how often the job was polled."""
        return len(self.polls)

    @property
    def finishes(self) -> float:
        """Return when the job ends: infinity if it never does."""
        return self.created + self.seconds

    def status(self, now: float) -> str:
        """Return `running`, `completed` or `failed`."""
        if now < self.finishes:
            return "running"
        return "failed" if prompt_words.FAIL in self.words else "completed"

    def has_audio(self, now: float) -> bool:
        """Return True if the audio can be downloaded."""
        return self.status(now) == "completed" and prompt_words.NO_AUDIO not in self.words

    def has_cover(self, now: float) -> bool:
        """Return True if the cover can be downloaded."""
        return self.status(now) == "completed" and prompt_words.NO_COVER not in self.words


class JobBook:
    """Creates and finds jobs, and drops them after an hour, or the oldest if there are too many."""

    def __init__(self, compose_seconds: tuple[float, float], *, small_audio: bool) -> None:
        """Set the range from which each job's duration is drawn, in seconds."""
        self.jobs: dict[str, Job] = {}
        self._refused: dict[str, float] = {}
        self._takes = Counter[str]()
        self.compose_seconds = compose_seconds
        self._small_audio = small_audio
        self._made = 0

    def make(self, prompt: str, now: float) -> Job:
        """Create a job. Its duration depends on the prompt and on the number of earlier jobs."""
        self._forget(now)
        self._made += 1
        seconds = random.Random(seed_of(prompt) + self._made).uniform(*self.compose_seconds)
        job = Job(str(uuid.uuid4()), prompt, now, seconds, self._small_audio, self._takes[prompt])
        self._takes[prompt] += 1
        if prompt_words.SLOW in job.words:
            job.seconds *= 3
        if prompt_words.NEVER in job.words:
            job.seconds = math.inf
        self.jobs[job.job_id] = job
        return job

    def find(self, job_id: str, now: float) -> Job | None:
        """Return the job with this ID, or None if there is none or it has expired."""
        job = self.jobs.get(job_id)
        return job if job and now - job.created < KEPT_SECONDS else None

    def refuse_once(self, prompt: str, now: float) -> bool:
        """Return True the first time for each prompt. `[429]` uses this to reject only the first request."""
        first = prompt not in self._refused
        self._refused.setdefault(prompt, now)
        return first

    def _forget(self, now: float) -> None:
        while self.jobs:
            oldest = next(iter(self.jobs.values()))
            if len(self.jobs) < KEPT_JOBS and now - oldest.created < KEPT_SECONDS:
                break
            del self.jobs[oldest.job_id]
            self._takes.pop(oldest.prompt, None)
        while self._refused:
            prompt, refused = next(iter(self._refused.items()))
            if now - refused < KEPT_SECONDS:
                break
            del self._refused[prompt]
