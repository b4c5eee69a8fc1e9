"""Download a song's audio and cover for attaching, limited in size, time and address."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from types import TracebackType
from typing import Self

import aiohttp

from songbot.discord_errors import describe
from songbot.songs.models import Song
from songbot.wording.text import ascii_file_name

from .file_types import SNIFF_BYTES, sniff_audio, sniff_image
from .guarded_http import GuardedSession

log = logging.getLogger(__name__)

DEFAULT_UPLOAD_LIMIT = 10 * 1024 * 1024
"""Maximum size of a message in bytes if no other limit is known (Discord, "Uploading Files")."""
UPLOAD_MARGIN = 200_000
MAX_COVER_BYTES = 5 * 1024 * 1024
_CHUNK = 64 * 1024

Sniffer = Callable[[bytes], str | None]


class DownloadError(Exception):
    """The file can't be attached. The message says why and never contains the URL."""


@dataclass(frozen=True, slots=True)
class MediaFile:
    """`name` is ASCII; `title` is the original name if that has other letters, else None."""

    name: str
    data: bytes
    title: str | None = None


@dataclass(frozen=True, slots=True)
class SongFiles:
    """The files that could be downloaded."""

    cover: MediaFile | None = None
    audio: MediaFile | None = None

    @property
    def present(self) -> tuple[MediaFile, ...]:
        """Return the downloaded files, cover first."""
        return tuple(file for file in (self.cover, self.audio) if file)


class MediaDownloader:
    """An async context manager that owns an HTTP session.

    `trusted_url` is Whisul's base URL (see GuardedSession). At most `max_concurrent` songs have files in
    memory. Other songs wait up to `queue_timeout` seconds, then go without files. `deadline` is in seconds
    per file.
    """

    def __init__(
        self,
        trusted_url: str | None = None,
        *,
        max_concurrent: int = 4,
        deadline: float = 20.0,
        queue_timeout: float = 120.0,
    ) -> None:
        self._session = GuardedSession(trusted_url)
        self._semaphore = asyncio.Semaphore(max_concurrent)
        self._deadline = deadline
        self._queue_timeout = queue_timeout

    async def __aenter__(self) -> Self:
        await self._session.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.__aexit__(kind, error, trace)

    @asynccontextmanager
    async def fetch(self, song: Song, upload_limit: int = DEFAULT_UPLOAD_LIMIT) -> AsyncIterator[SongFiles]:
        """Yield the files of a completed song, which are kept in memory until the block ends.

        A file that can't be downloaded is left out and logged. This raises no errors.
        """
        try:
            async with asyncio.timeout(self._queue_timeout):
                await self._semaphore.acquire()
        except TimeoutError:
            log.warning("no room in memory for files; the card is sent without them", extra={"song": song.id})
            yield SongFiles()
            return
        try:
            yield await self._files(song, upload_limit)
        finally:
            self._semaphore.release()

    async def _files(self, song: Song, upload_limit: int) -> SongFiles:
        if song.result is None:
            return SongFiles()
        bytes_left = max(0, upload_limit - UPLOAD_MARGIN)
        cover = audio = None
        if song.result.image_url:
            found = await self._fetch_file(
                song, song.result.image_url, sniff_image, min(MAX_COVER_BYTES, bytes_left)
            )
            cover = MediaFile(f"cover.{found[1]}", found[0]) if found else None
        bytes_left -= len(cover.data) if cover else 0
        found = await self._fetch_file(song, song.result.song_url, sniff_audio, bytes_left)
        if found:
            name, title = ascii_file_name(song.result.title, found[1])
            audio = MediaFile(name, found[0], title)
        return SongFiles(cover, audio)

    async def _fetch_file(
        self, song: Song, url: str, sniff: Sniffer, max_bytes: int
    ) -> tuple[bytes, str] | None:
        what = "audio" if sniff is sniff_audio else "cover"
        try:
            async with asyncio.timeout(self._deadline), self._session.get(url) as response:
                return await _read(response, sniff, max_bytes)
        except DownloadError as error:
            log.warning("%s not attached: %s", what, error, extra={"song": song.id})
        except (aiohttp.ClientError, OSError, ValueError) as error:
            log.warning("%s not attached: %s", what, describe(error), extra={"song": song.id})
        return None


async def _read(response: aiohttp.ClientResponse, sniff: Sniffer, max_bytes: int) -> tuple[bytes, str]:
    """Return the body and its file extension. Raise DownloadError if it is too large or of an unexpected
    type."""
    if response.status != 200:
        raise DownloadError(f"status {response.status}")
    if (response.content_length or 0) > max_bytes:
        raise DownloadError(f"larger than {max_bytes} bytes")
    body = BytesIO()
    extension: str | None = None
    async for chunk in response.content.iter_chunked(_CHUNK):
        if body.tell() + len(chunk) > max_bytes:
            raise DownloadError(f"larger than {max_bytes} bytes")
        body.write(chunk)
        if extension is None and body.tell() >= SNIFF_BYTES:
            extension = _kind(body, sniff)
    return body.getvalue(), extension or _kind(body, sniff)


def _kind(body: BytesIO, sniff: Sniffer) -> str:
    extension = sniff(body.getvalue()[:SNIFF_BYTES])
    if extension is None:
        raise DownloadError("not of a known kind")
    return extension
