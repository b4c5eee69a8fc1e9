"""Download a finished song over http(s) with a size limit and a deadline, and leave no partial file."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import aiohttp

from whisul_api.errors import DownloadFailed
from whisul_api.protocol import USER_AGENT
from whisul_api.transport import CONNECT_SECONDS, CUT_SHORT, describe
from whisul_api.values import parse_link

MAX_SONG_BYTES = 200 * 1024 * 1024
DOWNLOAD_SECONDS = 600.0
_CHUNK_BYTES = 64 * 1024


async def download(
    url: str, target: Path, *, max_bytes: int = MAX_SONG_BYTES, seconds: float = DOWNLOAD_SECONDS
) -> int:
    """Download `url` to `target` through a temporary file beside it, and return the number of bytes.

    The API key is not sent. Raise DownloadFailed, which leaves `target` unchanged.
    """
    if parse_link(url) is None:
        raise DownloadFailed("its URL is not an http(s) one")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        async with asyncio.timeout(seconds):
            size = await _fetch(url, part, max_bytes)
        part.replace(target)
    except DownloadFailed:
        raise
    except CUT_SHORT as error:
        failure = DownloadFailed(describe(error))
    else:
        return size
    finally:
        part.unlink(missing_ok=True)
    raise failure


async def _fetch(url: str, part: Path, max_bytes: int) -> int:
    timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS)
    headers = {"User-Agent": USER_AGENT}
    async with (
        aiohttp.ClientSession(timeout=timeout, headers=headers, trust_env=False) as session,
        session.get(url, max_redirects=5) as response,
    ):
        _check_audio(response)
        size = 0
        with await asyncio.to_thread(part.open, "wb") as file:
            async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
                size += len(chunk)
                if size > max_bytes:
                    raise DownloadFailed(f"it is over {max_bytes:,} bytes")
                await asyncio.to_thread(file.write, chunk)
    if size == 0:
        raise DownloadFailed("it is empty")
    return size


def _check_audio(response: aiohttp.ClientResponse) -> None:
    if response.status != 200:
        raise DownloadFailed(f"its server answered with status {response.status}")
    if response.content_type.startswith("text/") or response.content_type == "application/json":
        raise DownloadFailed(f"it is no audio but {response.content_type}")
