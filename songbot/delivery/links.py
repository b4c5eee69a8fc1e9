"""Links that work: Whisul's while they live, else those of the files attached to the song's card.

Discord signs attachment links for a limited time ("Uploading Files": Signed Attachment CDN URLs), so they
are read anew from the message, and only where Whisul's are dead. All of it is bounded in number and time;
what could not be looked at keeps Whisul's link.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import replace

import aiohttp
import discord
from yarl import URL

from songbot.discord_errors import DISCORD_ERRORS, describe
from songbot.media.downloader import MAX_REDIRECTS
from songbot.media.ssrf_guard import PublicOnlyResolver, is_allowed_ip_literal
from songbot.songs.models import Result, Song

log = logging.getLogger(__name__)

MAX_CHECKED_SONGS, MAX_CONCURRENT_CHECKS, CHECK_TIMEOUT = 200, 16, 3.0
MAX_FETCHED_CARDS, MAX_CONCURRENT_FETCHES = 50, 4
TOTAL_TIMEOUT = 10.0
"""For all probes together, and for all messages together."""

FindDead = Callable[[Collection[str]], Awaitable[frozenset[str]]]
_CDN = frozenset({"cdn.discordapp.com", "media.discordapp.net"})


class LinkChecker:
    """Tells which links are dead. `trusted_url` is Whisul's base URL (see songbot.media.downloader)."""

    def __init__(self, trusted_url: str | None = None) -> None:
        base = URL(trusted_url) if trusted_url else None
        self._trusted = (base.host, base.port) if base and base.host and base.port else None

    async def find_dead(self, urls: Collection[str]) -> frozenset[str]:
        """Those that answered with an error or could not be reached within 3 seconds."""
        dead: set[str] = set()
        connector = aiohttp.TCPConnector(resolver=PublicOnlyResolver(self._trusted))
        async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

            async def look(url: str) -> None:
                if not await self._is_alive(session, url):
                    dead.add(url)

            await _gather_limited(look, urls, MAX_CONCURRENT_CHECKS)
        return frozenset(dead)

    async def _is_alive(self, session: aiohttp.ClientSession, address: str) -> bool:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT):
                url = URL(address)
                for _hop in range(MAX_REDIRECTS + 1):
                    status, onward = await self._ask(session, url)
                    if onward is None:
                        return status < 400 or status == 429
                    url = url.join(URL(onward))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            log.debug("a link is dead: %s", describe(error))
        return False

    async def _ask(self, session: aiohttp.ClientSession, url: URL) -> tuple[int, str | None]:
        """The status, and where a redirect leads. One byte is asked for and none is read."""
        if url.scheme not in ("http", "https") or not is_allowed_ip_literal(url, self._trusted):
            raise ValueError("nothing is fetched from there")
        async with session.get(url, allow_redirects=False, headers={"Range": "bytes=0-0"}) as response:
            moved = response.status in (301, 302, 303, 307, 308)
            return response.status, response.headers.get("Location") if moved else None


class LinkRefresher:
    """`dead_of` is LinkChecker.dead."""

    def __init__(self, client: discord.Client, find_dead: FindDead) -> None:
        self._client = client
        self._find_dead = find_dead

    async def of_song(self, song: Song) -> Song:
        """With audio and cover that work, as far as that can be had."""
        return (await self._refreshed([song], covers=True))[0]

    async def of_audio(self, songs: Sequence[Song]) -> list[Song]:
        """The same for the audio of many, newest first; the oldest are looked at, since links die of age."""
        return await self._refreshed(songs, covers=False)

    async def _refreshed(self, songs: Sequence[Song], *, covers: bool) -> list[Song]:
        checked = [song for song in reversed(songs) if song.result and _card_is_reachable(song)][
            :MAX_CHECKED_SONGS
        ]
        if not checked:
            return list(songs)
        links = {song.id: _links(song, covers=covers) for song in checked}
        dead = await self._find_dead({link for pair in links.values() for link in pair})
        stale = [song for song in checked if not dead.isdisjoint(links[song.id])][:MAX_FETCHED_CARDS]
        fresh: dict[int, Song] = {}

        async def fetch(song: Song) -> None:
            message = await self._card_of(song)
            if message is not None:
                fresh[song.id] = _with_attachments(song, message, dead)

        await _gather_limited(fetch, stale, MAX_CONCURRENT_FETCHES)
        return [fresh.get(song.id, song) for song in songs]

    async def _card_of(self, song: Song) -> discord.Message | None:
        reply = song.reply
        channel = self._client.get_partial_messageable(reply.channel_id)
        try:
            return await channel.fetch_message(reply.message_id or 0)
        except DISCORD_ERRORS as error:
            log.info("a card's message can't be had: %s", describe(error), extra={"song": song.id})
            return None


def _card_is_reachable(song: Song) -> bool:
    return song.reply.bot_in_channel and song.reply.message_id is not None


def _links(song: Song, *, covers: bool) -> list[str]:
    result = song.result
    if result is None:
        return []
    return [result.song_url, *([result.image_url] if covers and result.image_url else [])]


def _with_attachments(song: Song, message: discord.Message, dead: frozenset[str]) -> Song:
    result = song.result
    if result is None:
        return song
    changes: dict[str, str] = {}
    audio, cover = audio_of(message), cover_of(message)
    if result.song_url in dead and audio:
        changes["song_url"] = audio
    if result.image_url in dead and cover:
        changes["image_url"] = cover
    return replace(song, result=_changed(result, changes))


def _changed(result: Result, changes: dict[str, str]) -> Result:
    return replace(result, **changes) if changes else result


def audio_of(message: discord.Message) -> str | None:
    """The link of the attached audio."""
    return next((file.url for file in message.attachments if _is(file, "audio/")), None)


def cover_of(message: discord.Message) -> str | None:
    """The link of the attached cover, which the embed shows."""
    attached = next((file.url for file in message.attachments if _is(file, "image/")), None)
    shown = (embed.image.url for embed in message.embeds if embed.image.url)
    return attached or next((url for url in shown if URL(url).host in _CDN), None)


_EXTENSIONS = {
    "audio/": (".mp3", ".wav", ".ogg", ".flac", ".m4a"),
    "image/": (".png", ".jpg", ".gif", ".webp"),
}


def _is(file: discord.Attachment, kind: str) -> bool:
    """Discord leaves content types out now and then; the names are ours."""
    return (file.content_type or "").startswith(kind) or file.filename.lower().endswith(_EXTENSIONS[kind])


async def _gather_limited(
    work: Callable[..., Awaitable[None]], items: Iterable[object], max_concurrent: int
) -> None:
    """`do` for each, some at a time, until time is up. What `do` raises ends it."""
    semaphore = asyncio.Semaphore(max_concurrent)

    async def one(item: object) -> None:
        async with semaphore:
            await work(item)

    try:
        async with asyncio.timeout(TOTAL_TIMEOUT), asyncio.TaskGroup() as tasks:
            for item in items:
                tasks.create_task(one(item), name="library-link")
    except TimeoutError:
        log.info("links were not all looked at in time")
