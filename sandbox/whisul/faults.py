"""Script faults for tests: how the next responses of an endpoint fail."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from aiohttp import web

Endpoint: TypeAlias = Literal["generate", "job", "audio", "cover"]
_Manner: TypeAlias = Literal["plain", "hang", "cut", "cut_midway", "trickle"]

_HTML = "<!doctype html><title>Bad gateway</title><h1>502 Bad gateway</h1><p>nginx</p>"
_WRONG_TYPES: dict[str, object] = {
    "generate": {"message": 7, "job_id": 12345, "poll_url": ["/jobs/12345"]},
    "job": {
        "status": "completed",
        "prompt": 5,
        "result": {"title": 12, "bpm": "quick", "duration": [3], "song_url": 9, "image_url": {}, "tags": 17},
        "error": {},
        "started_at": 0,
        "finished_at": True,
    },
}
_NULLS: dict[str, object] = {
    "generate": dict.fromkeys(("message", "job_id", "poll_url")),
    "job": dict.fromkeys(("status", "prompt", "result", "error", "started_at", "finished_at")),
}


@dataclass(frozen=True)
class Fault:
    """One way in which a response can fail. The class methods create faults.

    If `body` is None, the right response's body is sent. `does_the_work` says whether the request still takes
    effect, so that a POST with a faulty response has created a job.
    """

    manner: _Manner = "plain"
    code: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    shape: Literal["", "wrong_types", "nulls", "cut_json"] = ""
    seconds: float = 0.0
    does_the_work: bool = True

    @classmethod
    def status(
        cls,
        code: int,
        *,
        headers: Mapping[str, str] | None = None,
        body: object = None,
        does_the_work: bool = False,
    ) -> Fault:
        """Send this status. `body` is text, bytes or a JSON value, and by default an error object."""
        shown = (
            {"error": "Scripted fault", "message": f"Answered {code} on purpose."} if body is None else body
        )
        return replace(cls.answer(shown), code=code, headers=dict(headers or {}), does_the_work=does_the_work)

    @classmethod
    def answer(cls, body: object) -> Fault:
        """Send the right status with this body: text, bytes or a JSON value."""
        if isinstance(body, bytes):
            return cls(body=body)
        return cls(body=(body if isinstance(body, str) else json.dumps(body)).encode())

    @classmethod
    def hang(cls, seconds: float = 600.0, *, does_the_work: bool = False) -> Fault:
        """Send nothing for `seconds`, then close the connection."""
        return cls("hang", seconds=seconds, does_the_work=does_the_work)

    @classmethod
    def cut(cls, *, does_the_work: bool = False) -> Fault:
        """Close the connection before the response."""
        return cls("cut", does_the_work=does_the_work)

    @classmethod
    def cut_midway(cls) -> Fault:
        """Close the connection after half of the right body."""
        return cls("cut_midway")

    @classmethod
    def trickle(cls, seconds_a_byte: float = 1.0) -> Fault:
        """Send the right response one byte at a time."""
        return cls("trickle", seconds=seconds_a_byte)

    @classmethod
    def html(cls, code: int = 200) -> Fault:
        """Send an HTML page instead of JSON or audio."""
        return cls(code=code, headers={"Content-Type": "text/html; charset=utf-8"}, body=_HTML.encode())

    @classmethod
    def cut_json(cls) -> Fault:
        """Send the first half of the right JSON as if it were complete."""
        return cls(shape="cut_json")

    @classmethod
    def wrong_types(cls) -> Fault:
        """Send the right fields with values of other types."""
        return cls(shape="wrong_types")

    @classmethod
    def nulls(cls) -> Fault:
        """Send the right fields, all null."""
        return cls(shape="nulls")

    @classmethod
    def oversized(cls, size: int = 2_000_000) -> Fault:
        """Send valid JSON of `size` bytes."""
        return cls(body=b'{"status": "running", "padding": "' + b"x" * (size - 36) + b'"}')

    def body_for(self, endpoint: Endpoint, right: bytes) -> bytes:
        """Return the body to send instead of the right one."""
        if self.shape == "cut_json":
            return right[: len(right) // 2]
        if self.shape:
            shapes = _WRONG_TYPES if self.shape == "wrong_types" else _NULLS
            return json.dumps(shapes.get(endpoint)).encode()
        return right if self.body is None else self.body


@dataclass
class _Line:
    endpoint: Endpoint
    fault: Fault
    left: float
    prompt: str | None


class FaultScript:
    """The faults that are still pending, in order."""

    def __init__(self) -> None:
        """Start without faults."""
        self._lines: list[_Line] = []

    def add(self, endpoint: Endpoint, fault: Fault, count: float, prompt: str | None) -> None:
        """See `WhisulServer.fail_next`."""
        self._lines.append(_Line(endpoint, fault, count, prompt))

    def clear(self) -> None:
        """Drop all pending faults."""
        self._lines.clear()

    def take(self, endpoint: Endpoint, prompt: str) -> Fault | None:
        """Return the fault for this request, or None."""
        for line in self._lines:
            if line.endpoint == endpoint and (line.prompt is None or line.prompt in prompt):
                line.left -= 1
                if line.left <= 0:
                    self._lines.remove(line)
                return line.fault
        return None


async def misbehave(
    request: web.Request, fault: Fault, endpoint: Endpoint, right: web.Response | None
) -> web.StreamResponse:
    """Send a faulty response. `right` is the right response, or None if the request had no effect."""
    body = fault.body_for(endpoint, right.body if right and isinstance(right.body, bytes) else b"")
    headers = {"Content-Type": right.content_type if right else "application/json", **fault.headers}
    code = fault.code or (right.status if right else 200)
    if fault.manner == "plain":
        return web.Response(status=code, body=body, headers=headers)
    if fault.manner in {"hang", "cut"}:
        await asyncio.sleep(fault.seconds)
        return _abort(request)
    answer = web.StreamResponse(status=code, headers={**headers, "Content-Length": str(len(body))})
    await answer.prepare(request)
    if fault.manner == "cut_midway":
        await answer.write(body[: len(body) // 2])
        await asyncio.sleep(0.02)  # let the first half arrive before closing the connection
        _abort(request)
        return answer
    for at in range(len(body)):
        await answer.write(body[at : at + 1])
        await asyncio.sleep(fault.seconds)
    return answer


def _abort(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
