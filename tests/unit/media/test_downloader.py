"""Files are downloaded within limits, only from the public internet or Whisul's own origin."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from songbot.media import file_types
from songbot.media.downloader import MediaDownloader, SongFiles
from songbot.media.ssrf_guard import (
    ForbiddenAddressError,
    PublicOnlyResolver,
    is_allowed_ip_literal,
    is_public,
)
from songbot.songs.models import Result, Song
from tests.support.hang_guard import HANG_GUARD
from tests.support.songs import SONG

MP3 = b"ID3\x04" + b"\0" * 2000
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 500
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def server(**routes: Handler) -> AsyncIterator[str]:
    app = web.Application()
    for name, handler in routes.items():
        app.router.add_get(f"/{name}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def serving(body: bytes, status: int = 200) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=body, status=status)

    return handler


def going_to(location: str) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": location})

    return handler


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(MP3)
    for _ in range(1000):
        await response.write(b"\0" * 65536)
    return response


async def silent(request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    return web.Response()


def song(base: str, audio: str = "a", image: str | None = None) -> Song:
    return replace(SONG, result=Result(f"{base}/{audio}", "My Song", image_url=image and f"{base}/{image}"))


async def fetch(
    base: str, wanted: Song, *, limit: int = 1_000_000, deadline: float = HANG_GUARD
) -> SongFiles:
    async with (
        MediaDownloader(f"{base}/api", deadline=deadline) as downloader,
        downloader.fetch(wanted, limit) as files,
    ):
        return files


async def test_audio_and_cover_come_named_by_what_they_are() -> None:
    async with server(a=serving(MP3), i=serving(PNG)) as base:
        files = await fetch(base, song(base, image="i"))
    assert [(file.name, file.data) for file in files.present] == [("cover.png", PNG), ("My Song.mp3", MP3)]


async def test_audio_that_is_a_web_page_is_left_out_and_said_why(caplog: pytest.LogCaptureFixture) -> None:
    async with server(a=serving(b"<html>not found, sorry</html>"), i=serving(b"GIF89a" + b"\0" * 40)) as base:
        files = await fetch(base, song(base, image="i"))
    assert files.audio is None
    assert files.cover is not None
    assert files.cover.name == "cover.gif"
    assert "audio not attached: not of a known kind" in caplog.text
    assert [getattr(record, "song", None) for record in caplog.records] == [7]
    assert base not in caplog.text


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_an_error_page_is_no_audio(status: int) -> None:
    async with server(a=serving(MP3, status)) as base:
        assert await fetch(base, song(base)) == SongFiles()


async def test_a_file_over_the_limit_is_given_up_by_its_length() -> None:
    async with server(a=serving(MP3 + b"\0" * 100_000)) as base:
        assert (await fetch(base, song(base), limit=250_000)).audio is None
        assert (await fetch(base, song(base), limit=350_000)).audio is not None


async def test_a_stream_that_does_not_end_is_given_up_at_the_limit() -> None:
    async with server(a=endless) as base:
        assert (await fetch(base, song(base))).audio is None


async def test_the_cover_takes_room_from_the_audio() -> None:
    async with server(a=serving(MP3 + b"\0" * 40_000), i=serving(PNG + b"\0" * 40_000)) as base:
        files = await fetch(base, song(base, image="i"), limit=270_000)
    assert files.cover is not None
    assert files.audio is None


async def test_silence_ends_at_the_deadline() -> None:
    async with server(a=silent) as base:
        assert await fetch(base, song(base), deadline=0.05) == SongFiles()


async def test_redirects_are_followed_three_times() -> None:
    hops = {"a": going_to("/b"), "b": going_to("/c"), "c": going_to("/d"), "d": serving(MP3)}
    async with server(**hops, e=going_to("/a")) as base:
        assert (await fetch(base, song(base))).audio is not None
        assert (await fetch(base, song(base, "e"))).audio is None


async def test_a_redirect_to_another_loopback_port_is_refused() -> None:
    asked: list[str] = []

    async def secret(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(body=MP3)

    async with (
        server(s=secret) as inner,
        server(a=going_to(f"{inner}/s"), b=going_to("file:///etc/x")) as base,
    ):
        assert (await fetch(base, song(base))).audio is None
        assert (await fetch(base, song(base, "b"))).audio is None
    assert asked == []


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://[::ffff:127.0.0.1]:1/x",
        "http://localhost:1/x",
        "http://2130706433/x",
    ],
)
async def test_odd_and_loopback_urls_are_not_fetched(url: str, caplog: pytest.LogCaptureFixture) -> None:
    async with MediaDownloader() as downloader, downloader.fetch(replace(SONG, result=Result(url))) as files:
        assert files == SongFiles()
    assert "audio not attached" in caplog.text


async def test_a_song_without_result_has_no_files() -> None:
    async with MediaDownloader() as downloader, downloader.fetch(replace(SONG, result=None)) as files:
        assert files == SongFiles()


async def test_only_so_many_songs_are_in_memory_at_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    async with (
        server(a=serving(MP3)) as base,
        MediaDownloader(base, max_concurrent=1, queue_timeout=0.02) as downloader,
        downloader.fetch(song(base)) as first,
        downloader.fetch(song(base)) as second,
    ):
        assert (first.audio is not None, second.audio is None) == (True, True)
    assert "no room" in caplog.text


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "not an address",
    ],
)
def test_addresses_that_are_not_of_the_open_internet(address: str) -> None:
    assert not is_public(address)


def test_addresses_of_the_open_internet() -> None:
    assert is_public("1.1.1.1")
    assert is_public("2606:4700:4700::1111")
    assert is_public("::ffff:1.1.1.1")


def test_the_trusted_origin_is_host_and_port() -> None:
    trusted = ("127.0.0.1", 8000)
    assert is_allowed_ip_literal(URL("http://127.0.0.1:8000/x"), trusted)
    assert not is_allowed_ip_literal(URL("http://127.0.0.1:8001/x"), trusted)
    assert not is_allowed_ip_literal(URL("/x"), trusted)


class FixedResolver(AbstractResolver):
    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self.addresses
        ]

    async def close(self) -> None: ...


async def test_a_name_with_one_private_address_is_refused_whole() -> None:
    resolver = PublicOnlyResolver(("whisul.test", 80), FixedResolver("1.1.1.1", "10.0.0.1"))
    with pytest.raises(ForbiddenAddressError):
        await resolver.resolve("evil.example", 80)
    with pytest.raises(ForbiddenAddressError):
        await resolver.resolve("whisul.test", 81)
    assert len(await resolver.resolve("whisul.test", 80)) == 2
    assert len(await PublicOnlyResolver(None, FixedResolver("1.1.1.1")).resolve("good.example", 80)) == 1


@pytest.mark.parametrize(
    ("head", "extension"),
    [
        (b"ID3\x03", "mp3"),
        (b"\xff\xfb\x90\x64", "mp3"),
        (b"\xff\xf3\x40\xc0", "mp3"),
        (b"RIFF\0\0\0\0WAVEfmt ", "wav"),
        (b"OggS\0\x02", "ogg"),
        (b"fLaC\0\0", "flac"),
        (b"\0\0\0\x20ftypM4A ", "m4a"),
        (b"\xff\xff\xff\xff", None),
        (b"\xff\xfe<\0h\0", None),
        (b"\xff\xd8\xff\xe0", None),
        (b"{}", None),
        (b"", None),
    ],
)
def test_audio_is_told_by_its_first_bytes(head: bytes, extension: str | None) -> None:
    assert file_types.sniff_audio(head) == extension


@pytest.mark.parametrize(
    ("head", "extension"),
    [(b"\xff\xd8\xff\xe0", "jpg"), (b"RIFF\0\0\0\0WEBPVP8 ", "webp"), (b"<svg/>", None), (b"", None)],
)
def test_pictures_are_told_by_their_first_bytes(head: bytes, extension: str | None) -> None:
    assert file_types.sniff_image(head) == extension
