"""Classify Whisul's errors by what they mean for a song. Log lines show these docstrings."""

from __future__ import annotations

HEALTH_CHECK_JOB_ID = "00000000-0000-4000-8000-000000000000"
"""The id of a job that does not exist: Whisul answers 404 if it is up and accepts the key."""


class ProviderError(Exception):
    """Whisul did not do what was asked."""


class JobNotCreated(ProviderError):
    """The POST is known to have made no job; the song may be submitted again later."""

    def __init__(self, message: str = "", retry_after: float | None = None) -> None:
        super().__init__(message or type(self).__doc__)
        self.retry_after = retry_after


class RateLimited(JobNotCreated):
    """Whisul asks for slower requests (429)."""


class ProviderUnavailable(JobNotCreated):
    """Whisul can't be reached and received no byte of the request. For a poll: any temporary failure."""


class InvalidResponse(ProviderError):
    """Whisul answered a poll with something that can't be read. Only this job is affected; poll it again."""


class PromptRejected(ProviderError):
    """Whisul rejects the prompt (400). `message` is Whisul's own text."""

    def __init__(self, message: str | None) -> None:
        super().__init__("Whisul rejected the prompt")
        self.message = message


class AuthenticationFailed(ProviderError):
    """Whisul rejects the API key (401): renew WHISUL_API_KEY."""


class UnexpectedResponse(ProviderError):
    """Whisul answered a POST with an undocumented status that made no job."""


class OutcomeUnknown(ProviderError):
    """A POST was cut off, and it is unknown whether Whisul made a job. It is never resent automatically."""


class JobNotFound(ProviderError):
    """Whisul does not know this job (404)."""
