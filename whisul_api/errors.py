"""Define Whisul's errors by their meaning. Callers never see an error of the HTTP library.

No error contains the API key, a request's headers or an exception of the HTTP library.
"""

from __future__ import annotations


class WhisulError(Exception):
    """The base class of this package's errors about Whisul."""


class InvalidInput(WhisulError):
    """Whisul rejected the prompt (400). No job exists and nothing is charged.

    `message` is Whisul's own text. It can be encoded as UTF-8, but is not escaped for display.
    """

    def __init__(self, message: str) -> None:
        super().__init__(f"Whisul rejected the prompt: {message}")
        self.message = message


class Unauthorized(WhisulError):
    """The API key is missing, wrong, expired or was regenerated (401). No job was made."""

    def __init__(self) -> None:
        super().__init__("Whisul refuses the API key")


class RateLimited(WhisulError):
    """Too many requests (429). No job was made, so it is safe to send the request again later.

    `retry_after` is Whisul's Retry-After in seconds, between 0 and an hour, or None if there was none.
    """

    def __init__(self, retry_after: float | None = None) -> None:
        when = "later" if retry_after is None else f"in {retry_after:.0f} s"
        super().__init__(f"Whisul is being asked too often; try again {when}")
        self.retry_after = retry_after


class JobNotFound(WhisulError):
    """Whisul does not know the job (404). Shortly after the POST, the job may not exist yet."""

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

    For a POST, no byte of it was sent (connection refused, DNS or TLS failure, connect timeout), so no job
    exists. A GET may also have timed out or been cut off.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"Whisul can't be reached: {reason}")


class OutcomeUnknown(WhisulError):
    """The POST may or may not have made a job. Never resend it automatically: songs cost money.

    The cause is a status of 500 or above, a timeout or lost connection after sending, or a 2xx response
    without a readable job_id.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"It isn't known whether Whisul began the song: {reason}")


class BadResponse(WhisulError):
    """Whisul's response to a GET is invalid: not JSON, over 1 MiB, or of the wrong shape. Safe to repeat."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Whisul's answer can't be read: {reason}")


class UnexpectedStatus(WhisulError):
    """Whisul sent an undocumented status (a redirect or another 4xx), which is known to have made no job."""

    def __init__(self, status: int) -> None:
        super().__init__(f"Whisul answered with the unexpected status {status}")
        self.status = status


class UntrustedPollUrl(WhisulError):
    """The poll_url points to another origin than the base URL, which must not receive the API key."""

    def __init__(self) -> None:
        super().__init__("Whisul's poll_url points to another origin than its base URL")


class WaitTimedOut(WhisulError):
    """`wait` gave up, but the job may still finish. If the last poll failed, `__cause__` is its error."""

    def __init__(self, job_id: str, seconds: float) -> None:
        super().__init__(f"Job {job_id!r} was not finished within {seconds:.0f} s")
        self.job_id = job_id


class DownloadFailed(WhisulError):
    """A finished song could not be downloaded; it still exists at its URL."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The song can't be downloaded: {reason}")
