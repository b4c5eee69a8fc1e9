"""Define Whisul's responses as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class JobStatus(StrEnum):
    """The status of a job. A status that this version does not know becomes RUNNING."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Accepted:
    """Whisul accepted a prompt (202). `poll_url` is None if it was missing or pointed to another origin."""

    job_id: str
    poll_url: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A finished song. Every field may be None, and URLs are absolute http(s) ones.

    Texts have up to 4,000 characters, can be encoded as UTF-8 and contain no nulls. They are not escaped.
    """

    title: str | None = None
    bpm: float | int | None = None
    duration_seconds: int | None = None
    song_url: str | None = None
    image_url: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """A job as of one poll. `result` is only set if it is completed; `error` may be None even if it failed.

    `raw_status` is Whisul's unmodified status, which matters if `status` has no value for it. Times are aware
    and in UTC.
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
        """Return whether polling can stop."""
        return self.status is not JobStatus.RUNNING

    @property
    def status_is_known(self) -> bool:
        """Return whether JobStatus has a value for Whisul's status."""
        return self.raw_status.strip().lower() in _STATUS_WORDS


_STATUS_WORDS = frozenset(status.value for status in JobStatus)
