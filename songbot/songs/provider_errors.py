"""What can go wrong with Whisul, by what it means for a song. Docstrings are for the log."""

from __future__ import annotations

HEALTH_CHECK_JOB_ID = "00000000-0000-4000-8000-000000000000"
"""A job that is not there: Whisul answers 404 when it is up and takes the key ("What does not exist")."""


class ProviderError(Exception):
    """Whisul did not do as asked."""


class JobNotCreated(ProviderError):
    """A POST that is known to have made no job; the song may be submitted again later."""

    def __init__(self, message: str = "", retry_after: float | None = None) -> None:
        super().__init__(message or type(self).__doc__)
        self.retry_after = retry_after


class RateLimited(JobNotCreated):
    """Whisul asks for a slower pace (429)."""


class ProviderUnavailable(JobNotCreated):
    """Whisul can not be reached; no byte of the request got there. For a poll: any passing failure."""


class InvalidResponse(ProviderError):
    """Whisul answered a poll with something that can not be read. Concerns one job; polled again."""


class PromptRejected(ProviderError):
    """Whisul takes no such prompt (400). `message` is in Whisul's own words."""

    def __init__(self, message: str | None) -> None:
        super().__init__("Whisul rejected the prompt")
        self.message = message


class AuthenticationFailed(ProviderError):
    """Whisul refuses the API key (401): renew WHISUL_API_KEY."""


class UnexpectedResponse(ProviderError):
    """Whisul answered a POST with a status that is not in its documents and that made no job."""


class OutcomeUnknown(ProviderError):
    """A POST broke off: nobody knows whether Whisul made a job. Never sent again by itself."""


class JobNotFound(ProviderError):
    """Whisul knows no such job (404)."""
