"""Define Whisul's answers as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class JobStatus(StrEnum):
    """Where a job is. A status this version does not know reads as RUNNING."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Accepted:
    """Whisul took a prompt (202). `poll_url` is None when it was missing or pointed to another origin."""

    job_id: str
    poll_url: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A finished song. Every part may be missing; URLs are absolute http(s) ones or None.

    Texts are up to 4,000 characters, can be encoded as UTF-8 and hold no nulls. They are not escaped.
    """

    title: str | None = None
    bpm: float | int | None = None
    duration_seconds: int | None = None
    song_url: str | None = None
    image_url: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """A job as of one poll. `result` is only there when completed, `error` may be None even when failed.

    `raw_status` is the status word for word, for what `status` could not name. Times are aware, in UTC.
    """

    job_id: str
    status: JobStatus
    raw_status: str
    prompt: str | None = None
    result: Result | None = None
    error: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def done(self) -> bool:
        """Return True if there is nothing more to wait for."""
        return self.status is not JobStatus.RUNNING

    @property
    def status_is_known(self) -> bool:
        """Return True if Whisul's status word is one of JobStatus."""
        return self.raw_status.strip().lower() in _STATUS_WORDS


_STATUS_WORDS = frozenset(status.value for status in JobStatus)
