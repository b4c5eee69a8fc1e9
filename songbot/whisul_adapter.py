"""Translate the Whisul client's responses and errors into their meaning for songs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import whisul_api
from songbot.songs import provider_errors
from songbot.songs.models import Result
from songbot.songs.provider import JobReport, JobState

T = TypeVar("T")

_STATUS = {
    whisul_api.InvalidInput: "400",
    whisul_api.Unauthorized: "401",
    whisul_api.JobNotFound: "404",
    whisul_api.RateLimited: "429",
}


class WhisulProvider:
    """A SongProvider based on a WhisulClient.

    For each request, `on_response` receives "ok", the status, or the error's name if there was no status.
    """

    def __init__(
        self,
        client: whisul_api.WhisulClient,
        on_response: Callable[[str, str], None] = lambda _request, _status: None,
    ) -> None:
        self._client = client
        self._on_response = on_response

    async def submit(self, prompt: str) -> str:
        return (await self._call("generate", self._client.generate(prompt), _submit_error)).job_id

    async def poll(self, job_id: str) -> JobReport:
        return _report(await self._call("job", self._client.job(job_id), _poll_error))

    async def _call(
        self,
        request: str,
        call: Awaitable[T],
        translate_error: Callable[[whisul_api.WhisulError], provider_errors.ProviderError],
    ) -> T:
        try:
            value = await call
        except whisul_api.WhisulError as error:
            status = _STATUS.get(type(error)) or getattr(error, "status", None)
            self._on_response(request, type(error).__name__ if status is None else str(status))
            raise translate_error(error) from error
        self._on_response(request, "ok")
        return value


def _submit_error(error: whisul_api.WhisulError) -> provider_errors.ProviderError:
    match error:
        case whisul_api.InvalidInput():
            return provider_errors.PromptRejected(error.message)
        case whisul_api.Unauthorized():
            return provider_errors.AuthenticationFailed(str(error))
        case whisul_api.RateLimited():
            return provider_errors.RateLimited(retry_after=error.retry_after)
        case whisul_api.Unreachable():
            return provider_errors.ProviderUnavailable(str(error))
        case whisul_api.UnexpectedStatus():
            return provider_errors.UnexpectedResponse(str(error))
        case _:
            return provider_errors.OutcomeUnknown(str(error))


def _poll_error(error: whisul_api.WhisulError) -> provider_errors.ProviderError:
    match error:
        case whisul_api.JobNotFound():
            return provider_errors.JobNotFound(str(error))
        case whisul_api.Unauthorized():
            return provider_errors.AuthenticationFailed(str(error))
        case whisul_api.RateLimited():
            return provider_errors.RateLimited(retry_after=error.retry_after)
        case whisul_api.ServerError(status=503):
            return provider_errors.RateLimited(str(error))
        case whisul_api.Unreachable() | whisul_api.ServerError():
            return provider_errors.ProviderUnavailable(str(error))
        case _:
            return provider_errors.InvalidResponse(str(error))


def _report(job: whisul_api.Job) -> JobReport:
    match job.status:
        case whisul_api.JobStatus.COMPLETED:
            return JobReport(JobState.COMPLETED, result=_result(job.result))
        case whisul_api.JobStatus.FAILED:
            return JobReport(JobState.FAILED, error=job.error)
        case _:
            return JobReport(JobState.RUNNING)


def _result(result: whisul_api.Result | None) -> Result | None:
    if result is None or result.song_url is None:
        return None
    return Result(
        song_url=result.song_url,
        title=result.title,
        bpm=result.bpm,
        duration_seconds=result.duration_seconds,
        image_url=result.image_url,
        tags=result.tags,
    )
