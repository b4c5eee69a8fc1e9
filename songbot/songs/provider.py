"""Whisul as songs need it: what it is asked and what it answers."""

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
    """What a poll reported. `result` is None unless completed, and if the link to the audio is missing."""

    state: JobState
    result: Result | None = None
    error: str | None = None


class SongProvider(Protocol):
    """Whisul, by what its answers mean. Each method may raise a ProviderError."""

    async def submit(self, prompt: str) -> str:
        """POST the prompt and return the job's id. Repeat it only after a JobNotCreated."""
        ...

    async def poll(self, job_id: str) -> JobReport: ...
