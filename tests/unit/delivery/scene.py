"""Deliver to a Discord on loopback. `LIVE` has a valid token, and `LATE` has none."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import discord

from songbot.delivery.service import DiscordDelivery
from songbot.media.downloader import DEFAULT_UPLOAD_LIMIT, MediaDownloader, MediaFile, SongFiles
from songbot.songs.errors import StoreUnavailable
from songbot.songs.models import ReplyTarget, Song
from songbot.songs.ports import Delivered, RetryLater, Undeliverable
from tests.support.fake_discord import FakeDiscord
from tests.support.songs import SONG

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
TOKEN = ReplyTarget(100, 200, "interaction-secret", NOW + timedelta(minutes=10))
LIVE = replace(SONG, reply=TOKEN)
LATE = replace(SONG, reply=ReplyTarget(100, 200))
PRIVATE = replace(LIVE, private=True)
PRIVATE_LATE = replace(LATE, private=True)
BY_INSTALL = replace(LIVE, reply=replace(TOKEN, bot_in_channel=False))
MP3 = MediaFile("Midnight Grid.mp3", b"ID3" + b"\0" * 50)
PNG = MediaFile("cover.png", b"\x89PNG\r\n\x1a\n")


class StubDownloader(MediaDownloader):
    """Provides `files` without a network, and records the limit that was requested."""

    def __init__(self, files: SongFiles) -> None:
        super().__init__()
        self.files = files
        self.limits: list[int] = []

    @asynccontextmanager
    async def fetch(self, song: Song, upload_limit: int = DEFAULT_UPLOAD_LIMIT) -> AsyncIterator[SongFiles]:
        self.limits.append(upload_limit)
        yield self.files


@dataclass
class Scene:
    discord: FakeDiscord
    delivery: DiscordDelivery
    downloader: StubDownloader
    client: discord.Client

    async def deliver(
        self, song: Song, notify: Sequence[int] = (), attempt: int = 1
    ) -> Delivered | Undeliverable | RetryLater:
        return await self.delivery.deliver(song, notify, attempt)


class FakeParentLookup:
    """Knows the songs passed to it. Without any, the database can't be reached."""

    def __init__(self, *songs: Song) -> None:
        self.songs = {song.id: song for song in songs}

    async def get(self, song_id: int) -> Song | None:
        if not self.songs:
            raise StoreUnavailable
        return self.songs.get(song_id)
