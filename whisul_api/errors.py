"""Define what can go wrong with Whisul, by meaning. No error of the HTTP library gets out.

No error holds the API key, a request's headers or an exception of the HTTP library.
"""

from __future__ import annotations


class WhisulError(Exception):
    """The base of every error this package raises about Whisul."""


class InvalidInput(WhisulError):
    """Whisul rejected the prompt (400). No job exists and nothing is charged.

    `message` holds Whisul's own words, made safe to encode but not escaped for any place they are shown.
    """

    def __init__(self, message: str) -> None:
        super().__init__(f"Whisul rejected the prompt: {message}")
        self.message = message


class Unauthorized(WhisulError):
    """The API key is missing, wrong, expired or was regenerated (401). No job was made."""

    def __init__(self) -> None:
        super().__init__("Whisul refuses the API key")


class RateLimited(WhisulError):
    """Too many requests (429). No job was made: it is safe to send again, later.

    `retry_after` is Whisul's Retry-After in seconds, between 0 and an hour; None when it named none.
    """

    def __init__(self, retry_after: float | None = None) -> None:
        when = "later" if retry_after is None else f"in {retry_after:.0f} s"
        super().__init__(f"Whisul is being asked too often; try again {when}")
        self.retry_after = retry_after


class JobNotFound(WhisulError):
    """Whisul has no such job, or no longer (404). Right after the POST it may just not be there yet."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"Whisul knows no job {job_id!r}, or it has expired")
        self.job_id = job_id


class ServerError(WhisulError):
    """Whisul failed to answer a GET (`status` is 500 or above). Safe to repeat."""

    def __init__(self, status: int) -> None:
        super().__init__(f"Whisul has trouble of its own (status {status})")
        self.status = status


class Unreachable(WhisulError):
    """Whisul could not be reached. Safe to repeat.

    For a POST: no byte of it was sent (connection refused, DNS or TLS failure, connect timeout), so that
    no job exists. For a GET also: it timed out, or the connection was cut.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"Whisul can't be reached: {reason}")


class OutcomeUnknown(WhisulError):
    """The POST may have made a job, and nobody can tell. Never send it again by itself: songs cost money.

    A status of 500 or above, a timeout or a cut after sending, or a 2xx answer without a readable job_id.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"It isn't known whether Whisul began the song: {reason}")


class BadResponse(WhisulError):
    """Whisul's answer to a GET can't be read: no JSON, over 1 MiB, or of the wrong shape. Safe to repeat."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Whisul's answer can't be read: {reason}")


class UnexpectedStatus(WhisulError):
    """A status that Whisul's pages don't name, known to have made no job (a redirect or another 4xx)."""

    def __init__(self, status: int) -> None:
        super().__init__(f"Whisul answered with the unexpected status {status}")
        self.status = status


class UntrustedPollUrl(WhisulError):
    """A poll_url that points away from the base URL's origin: the API key must not go there."""

    def __init__(self) -> None:
        super().__init__("Whisul's poll_url points to another origin than its base URL")


class WaitTimedOut(WhisulError):
    """`wait` gave up; the job may still finish. `__cause__` is the last fault, if the last poll had one."""

    def __init__(self, job_id: str, seconds: float) -> None:
        super().__init__(f"Job {job_id!r} was not finished within {seconds:.0f} s")
        self.job_id = job_id


class DownloadFailed(WhisulError):
    """A finished song could not be downloaded; it still exists at its URL."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The song can't be downloaded: {reason}")
