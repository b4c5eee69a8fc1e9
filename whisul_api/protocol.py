"""Build requests to Whisul and interpret its responses. Pure functions, no I/O.

The statuses are those on Whisul's pages `POST /generate` and `GET /jobs/{job_id}`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeGuard
from urllib.parse import quote, urlsplit

from whisul_api.errors import (
    BadResponse,
    InvalidInput,
    JobNotFound,
    OutcomeUnknown,
    RateLimited,
    ServerError,
    Unauthorized,
    UnexpectedStatus,
    Unreachable,
    UntrustedPollUrl,
)
from whisul_api.models import Accepted, Job, JobStatus, Result
from whisul_api.values import (
    parse_bpm,
    parse_duration,
    parse_http_date,
    parse_job_id,
    parse_link,
    parse_retry_after,
    parse_tags,
    parse_text,
    parse_timestamp,
)

MAX_BODY_BYTES = 1024 * 1024
USER_AGENT = "songbot-whisul-api/1.0.0"
_DECODER = json.JSONDecoder(parse_constant=lambda _: None)
_BOM = "\ufeff"


class Fault(StrEnum):
    """Why the body of a response is incomplete although its status is known."""

    CUT = "the answer was cut short"
    OVERSIZED = "the answer is over 1 MiB"


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request. Its headers contain the API key and are excluded from its repr."""

    method: Literal["GET", "POST"]
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response. If there is a `fault`, `body` is truncated. Header names are case-insensitive."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    fault: Fault | None = None


def check_base_url(base_url: str) -> str:
    """Return the base URL without its trailing slash. Raise ValueError if it is not safe for the API key."""
    message = "the base URL must be http(s)://host[:port][/path], in ASCII, without user, query and fragment"
    if not base_url.isascii() or not base_url.isprintable() or any(odd in base_url for odd in " \\@?#"):
        raise ValueError(message)
    try:
        scheme, host, port = _origin(base_url)
        host.encode("idna")  # the form sent to DNS; labels over 63 characters fail here
    except ValueError:
        raise ValueError(message) from None
    if scheme not in {"http", "https"} or not host or not port:
        raise ValueError(message)
    return base_url.rstrip("/")


def check_api_key(api_key: str) -> str:
    """Return the stripped key. Raise ValueError, without the key, if it is not valid in a header."""
    key = api_key.strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ValueError("the API key must be a non-empty ASCII text without white space")
    return key


def generate_request(base_url: str, endpoint: str, api_key: str, prompt: str) -> Request:
    """Return the POST that starts a song. `endpoint` is "/generate" or "/compose"."""
    headers = _headers(api_key) | {"Content-Type": "application/json"}
    return Request("POST", base_url + endpoint, headers, json.dumps({"prompt": prompt}).encode())


def job_request(base_url: str, api_key: str, job_id: str) -> Request:
    """Return the GET that polls a job. Raise ValueError if `job_id` is not valid as a path segment."""
    segment = parse_job_id(job_id)
    if segment is None:
        raise ValueError("not a job id: it must be 1 to 200 printable characters without a slash")
    return Request("GET", f"{base_url}/jobs/{quote(segment, safe='')}", _headers(api_key))


def _headers(api_key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {api_key}", "Accept": "application/json", "User-Agent": USER_AGENT}


def resolve_poll_url(base_url: str, poll_url: str) -> str:
    """Return `poll_url`, which is relative to the base URL (not to its host), as an absolute URL.

    Raise UntrustedPollUrl if it points to another origin than the base URL.
    """
    try:
        elsewhere = _points_elsewhere(base_url, poll_url)
    except ValueError:
        elsewhere = True
    if elsewhere:
        raise UntrustedPollUrl
    if urlsplit(poll_url).scheme:
        return poll_url
    return f"{base_url.rstrip('/')}/{poll_url.lstrip('/')}"


def _points_elsewhere(base_url: str, poll_url: str) -> bool:
    if not poll_url.isprintable() or any(odd in poll_url for odd in " \\@") or poll_url.startswith("//"):
        return True
    return bool(urlsplit(poll_url).scheme) and _origin(poll_url) != _origin(base_url)


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    default_port = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", default_port if parts.port is None else parts.port


def read_accepted(answer: Answer, now: datetime) -> Accepted:
    """Interpret the response to a POST. `now` is used for a Retry-After date if Whisul sends no Date.

    May raise InvalidInput, Unauthorized, RateLimited or UnexpectedStatus, after which there is no job, or
    OutcomeUnknown. An incomplete body only matters if the status alone is not enough.
    """
    status = answer.status
    if 200 <= status < 300:
        return _read_acceptance(answer)
    if status == 400:
        raise InvalidInput(_words(answer.body) or "it gave no reason")
    _raise_common(answer, now)
    if 300 <= status < 500:
        raise UnexpectedStatus(status)
    raise OutcomeUnknown(f"it answered with status {status}")


def _read_acceptance(answer: Answer) -> Accepted:
    if answer.fault is Fault.OVERSIZED:
        raise OutcomeUnknown(answer.fault)
    # Read even a truncated response: if its JSON is complete, the job is known and must not be lost.
    try:
        fields = _read_object(answer.body)
    except BadResponse:
        fields = {}
    job_id = parse_job_id(fields.get("job_id"))
    if job_id is None:
        raise OutcomeUnknown(answer.fault or "its answer holds no job_id that can be read")
    return Accepted(job_id, parse_text(fields.get("poll_url")), parse_text(fields.get("message")))


def read_job(answer: Answer, job_id: str, now: datetime) -> Job:
    """Interpret the response to a poll of `job_id`. `now` is as in `read_accepted`.

    May raise Unauthorized, JobNotFound, RateLimited, ServerError, Unreachable (if truncated), BadResponse
    or UnexpectedStatus.
    """
    status = answer.status
    _raise_common(answer, now)
    if status == 404:
        raise JobNotFound(job_id)
    if status >= 500:
        raise ServerError(status)
    if not 200 <= status < 300:
        raise UnexpectedStatus(status)
    if answer.fault is Fault.CUT:
        raise Unreachable(answer.fault)
    if answer.fault is Fault.OVERSIZED:
        raise BadResponse(answer.fault)
    return _job(job_id, _read_object(answer.body))


def _job(job_id: str, fields: Mapping[str, object]) -> Job:
    raw_status = parse_text(fields.get("status"))
    if raw_status is None:
        raise BadResponse("it holds no status")
    try:
        status = JobStatus(raw_status.lower())
    except ValueError:
        status = JobStatus.RUNNING
    return Job(
        job_id=job_id,
        status=status,
        raw_status=raw_status,
        prompt=parse_text(fields.get("prompt")),
        result=_result(fields.get("result")) if status is JobStatus.COMPLETED else None,
        error=parse_text(fields.get("error")),
        started_at=parse_timestamp(fields.get("started_at")),
        finished_at=parse_timestamp(fields.get("finished_at")),
    )


def _result(value: object) -> Result | None:
    if not _is_object(value):
        return None
    return Result(
        title=parse_text(value.get("title")),
        bpm=parse_bpm(value.get("bpm")),
        duration_seconds=parse_duration(value.get("duration")),
        song_url=parse_link(value.get("song_url")),
        image_url=parse_link(value.get("image_url")),
        tags=parse_tags(value.get("tags")),
    )


def _raise_common(answer: Answer, now: datetime) -> None:
    if answer.status == 401:
        raise Unauthorized
    if answer.status == 429:
        # Whisul's own Date makes a Retry-After date correct even if this machine's clock is wrong.
        whisul_now = parse_http_date(answer.headers.get("Date")) or now
        raise RateLimited(parse_retry_after(answer.headers.get("Retry-After"), whisul_now))


def _read_object(body: bytes) -> dict[str, object]:
    # Broken UTF-8 in a title must not lose a song; if it breaks the JSON, parsing fails anyway.
    text = body.decode("utf-8", "replace").removeprefix(_BOM)
    try:
        value: object = _DECODER.decode(text)
    except (ValueError, RecursionError):
        reason = "HTML instead of JSON" if text.lstrip().startswith("<") else "it is no JSON"
    else:
        if _is_object(value):
            return value
        reason = "it is no JSON object"
    raise BadResponse(reason)


def _is_object(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _words(body: bytes) -> str | None:
    """Return the message of an error such as `{"error": "Invalid input", "message": "The 'prompt' field is
    ..."}`.
    """
    try:
        fields = _read_object(body)
    except BadResponse:
        return None
    return parse_text(fields.get("message")) or parse_text(fields.get("error"))
