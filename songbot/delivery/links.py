"""Find working links: Whisul's as long as they work, else those of the files attached to the song's card.

Discord signs attachment links for a limited time ("Uploading Files": Signed Attachment CDN URLs), so they are
read from the message again, and only if Whisul's are dead. All lookups are limited in number and time; a song
that was not looked up keeps Whisul's link.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace

import discord
from yarl import URL

from songbot.discord_errors import DISCORD_ERRORS, describe
from songbot.media.gather import gather_limited
from songbot.songs.models import Song

log = logging.getLogger(__name__)

MAX_CHECKED_SONGS, MAX_FETCHED_CARDS, MAX_CONCURRENT_FETCHES = 200, 50, 4
TOTAL_TIMEOUT = 10.0
"""Seconds for all messages together."""

FindDead = Callable[[Collection[str]], Awaitable[frozenset[str]]]
_CDN = frozenset({"cdn.discordapp.com", "media.discordapp.net"})


class LinkRefresher:
    """Replaces dead links. `find_dead` is LinkChecker.find_dead."""

    def __init__(self, client: discord.Client, find_dead: FindDead) -> None:
        self._client = client
        self._find_dead = find_dead

    async def of_song(self, song: Song) -> Song:
        """Return the song with working links to audio and cover, as far as they can be found."""
        return (await self._refreshed([song], covers=True))[0]

    async def from_card(self, song: Song) -> Song:
        """Return the song with links to the files on its card, as far as the card has them."""
        reachable = song.reply.bot_in_channel and song.reply.message_id is not None
        message = await self._card_of(song) if song.result and reachable else None
        if song.result is None or message is None:
            return song
        ours = {"song_url": audio_of(message), "image_url": cover_of(message)}
        return replace(song, result=replace(song.result, **{key: url for key, url in ours.items() if url}))

    async def of_audio(self, songs: Sequence[Song]) -> list[Song]:
        """Return many songs with working links to audio. `songs` starts with the newest; the oldest are
        checked, since their links are the most likely to be dead."""
        return await self._refreshed(songs, covers=False)

    async def _refreshed(self, songs: Sequence[Song], *, covers: bool) -> list[Song]:
        checked = [
            song
            for song in reversed(songs)
            if song.result and song.reply.bot_in_channel and song.reply.message_id is not None
        ][:MAX_CHECKED_SONGS]
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

        await gather_limited(fetch, stale, max_concurrent=MAX_CONCURRENT_FETCHES, max_seconds=TOTAL_TIMEOUT)
        return [fresh.get(song.id, song) for song in songs]

    async def _card_of(self, song: Song) -> discord.Message | None:
        reply = song.reply
        channel = self._client.get_partial_messageable(reply.channel_id)
        try:
            return await channel.fetch_message(reply.message_id or 0)
        except DISCORD_ERRORS as error:
            log.info("a card's message could not be fetched: %s", describe(error), extra={"song": song.id})
            return None


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
    return replace(song, result=replace(result, **changes))


def audio_of(message: discord.Message) -> str | None:
    """Return the link of the attached audio, or None."""
    return next((file.url for file in message.attachments if _is(file, "audio/")), None)


def cover_of(message: discord.Message) -> str | None:
    """Return the link of the attached cover, which the embed shows, or None."""
    attached = next((file.url for file in message.attachments if _is(file, "image/")), None)
    shown = (embed.image.url for embed in message.embeds if embed.image.url)
    return attached or next((url for url in shown if URL(url).host in _CDN), None)


_EXTENSIONS = {
    "audio/": (".mp3", ".wav", ".ogg", ".flac", ".m4a"),
    "image/": (".png", ".jpg", ".gif", ".webp"),
}


def _is(file: discord.Attachment, kind: str) -> bool:
    """Return True if the attachment is of this type. Discord sometimes omits content types, so names count
    too."""
    return (file.content_type or "").startswith(kind) or file.filename.lower().endswith(_EXTENSIONS[kind])
