"""Record what the bot sent: one record per request, with its JSON, its files and its times."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import BodyPartReader, web

from . import errors


@dataclass(frozen=True)
class Upload:
    """A file of a multipart request. ``index`` is the n of its field ``files[n]``."""

    index: str
    name: str
    content_type: str
    size: int
    data: bytes = field(repr=False)


@dataclass(eq=False)
class RecordedRequest:
    """One request of the bot.

    ``path`` is relative to ``/api/v10``. ``operation`` is the route as Discord's schema writes it, or None if
    it is unknown. ``received_at`` and ``answered_at`` are ``time.monotonic()``. ``status`` is None until
    there is a response, and stays None if the response was lost on purpose. ``scope`` is that of a 429.
    """

    method: str
    path: str
    query: dict[str, str]
    operation: str | None
    received_at: float
    json: Any = None
    files: list[Upload] = field(default_factory=list)
    status: int | None = None
    answered_at: float | None = None
    fault: str | None = None
    scope: str = ""
    params: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def body(self) -> dict[str, Any]:
        """Return the JSON object, or an empty one if there was none."""
        return self.json if isinstance(self.json, dict) else {}


async def read_body(request: web.Request, record: RecordedRequest) -> None:
    """Fill in the record's JSON and files. Raise 50109 for invalid JSON."""
    if request.content_type == "multipart/form-data":
        await _read_multipart(request, record)
    elif raw := await request.read():
        record.json = _parse(raw)


async def _read_multipart(request: web.Request, record: RecordedRequest) -> None:
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        data = bytes(await part.read())
        if part.name == "payload_json":
            record.json = _parse(data)
        else:
            record.files.append(_upload(part, data))


def _upload(part: BodyPartReader, data: bytes) -> Upload:
    name = part.filename or "unknown"
    guessed = mimetypes.guess_type(name)[0]
    sent = part.headers.get("Content-Type", "application/octet-stream")
    content_type = guessed if guessed and sent == "application/octet-stream" else sent
    return Upload(
        (part.name or "").removeprefix("files[").removesuffix("]"), name, content_type, len(data), data
    )


def _parse(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise errors.DiscordError(400, 50109, "The request body contains invalid JSON.") from None
