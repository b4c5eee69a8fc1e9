"""The jobs that this Whisul holds in memory, and how far each is at a given time."""

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
    """One song being made. Times in seconds since 1970; `polls` has those of every GET with a good key.

    `take` counts the jobs before with the same prompt, of those that are remembered.
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
        """The fault words in the prompt."""
        return prompt_words.words_of(self.prompt)

    @cached_property
    def plan(self) -> SongPlan:
        """The song that comes of it."""
        return plan_song(self.prompt, take=self.take, small=self.small_audio)

    @property
    def poll_count(self) -> int:
        """How often the job was asked for."""
        return len(self.polls)

    @property
    def finishes(self) -> float:
        """When the job ends; infinite for one that never does."""
        return self.created + self.seconds

    def status(self, now: float) -> str:
        """`running`, `completed` or `failed`."""
        if now < self.finishes:
            return "running"
        return "failed" if prompt_words.FAIL in self.words else "completed"

    def has_audio(self, now: float) -> bool:
        """Whether its song can be downloaded."""
        return self.status(now) == "completed" and prompt_words.NO_AUDIO not in self.words

    def has_cover(self, now: float) -> bool:
        """Whether its cover can be downloaded."""
        return self.status(now) == "completed" and prompt_words.NO_COVER not in self.words


class JobBook:
    """Makes jobs, finds them again, and forgets them after an hour or when there are too many."""

    def __init__(self, compose_seconds: tuple[float, float], *, small_audio: bool) -> None:
        """`compose_seconds` is the range from which each job's time is drawn."""
        self.jobs: dict[str, Job] = {}
        self._refused: dict[str, float] = {}
        self._takes = Counter[str]()
        self._compose_seconds = compose_seconds
        self._small_audio = small_audio
        self._made = 0

    def make(self, prompt: str, now: float) -> Job:
        """A new job. Its time is drawn by the prompt and by how many jobs were made before."""
        self._forget(now)
        self._made += 1
        seconds = random.Random(seed_of(prompt) + self._made).uniform(*self._compose_seconds)
        job = Job(str(uuid.uuid4()), prompt, now, seconds, self._small_audio, self._takes[prompt])
        self._takes[prompt] += 1
        if prompt_words.SLOW in job.words:
            job.seconds *= 3
        if prompt_words.NEVER in job.words:
            job.seconds = math.inf
        self.jobs[job.job_id] = job
        return job

    def find(self, job_id: str, now: float) -> Job | None:
        """The job of this id, unless there is none or it has expired."""
        job = self.jobs.get(job_id)
        return job if job and now - job.created < KEPT_SECONDS else None

    def refuse_once(self, prompt: str, now: float) -> bool:
        """True the first time for each prompt: how `[429]` knows that it has refused before."""
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
