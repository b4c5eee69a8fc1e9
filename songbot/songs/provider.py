"""Define the interface to Whisul that songs need."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from .models import Result


class JobState(StrEnum):
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class JobReport:
    """The result of a poll. `result` is None unless the job is completed and has a link to the audio."""

    state: JobState
    result: Result | None = None
    error: str | None = None


class SongProvider(Protocol):
    """Whisul, with its responses translated to their meaning for songs. Each method may raise a
    ProviderError.
    """

    async def submit(self, prompt: str) -> str:
        """POST the prompt and return the job's id. Repeat the call only after a JobNotCreated."""
        ...

    async def poll(self, job_id: str) -> JobReport: ...
