"""A client for Whisul, the API that turns a prompt into a song. It needs aiohttp and nothing else.

async with WhisulClient(api_key) as whisul:
    accepted = await whisul.generate("a trap song")
    job = await whisul.wait(accepted.job_id)
"""

from __future__ import annotations

from whisul_api.client import DEFAULT_BASE_URL, WhisulClient
from whisul_api.errors import (
    BadResponse,
    DownloadFailed,
    InvalidInput,
    JobNotFound,
    OutcomeUnknown,
    RateLimited,
    ServerError,
    Unauthorized,
    UnexpectedStatus,
    Unreachable,
    UntrustedPollUrl,
    WaitTimedOut,
    WhisulError,
)
from whisul_api.models import Accepted, Job, JobStatus, Result
from whisul_api.protocol import resolve_poll_url

__all__ = [
    "DEFAULT_BASE_URL",
    "Accepted",
    "BadResponse",
    "DownloadFailed",
    "InvalidInput",
    "Job",
    "JobNotFound",
    "JobStatus",
    "OutcomeUnknown",
    "RateLimited",
    "Result",
    "ServerError",
    "Unauthorized",
    "UnexpectedStatus",
    "Unreachable",
    "UntrustedPollUrl",
    "WaitTimedOut",
    "WhisulClient",
    "WhisulError",
    "resolve_poll_url",
]
