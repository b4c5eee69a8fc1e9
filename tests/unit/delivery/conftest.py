from __future__ import annotations

from collections.abc import AsyncIterator

import discord
import pytest
from aiohttp import web

from songbot.delivery.service import DiscordDelivery
from songbot.media.downloader import SongFiles
from tests.support.fake_discord import FakeDiscord
from tests.support.fixed_clock import FixedClock
from tests.unit.delivery.scene import MP3, NOW, PNG, Scene, StubDownloader


@pytest.fixture
async def stage(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    fake = FakeDiscord()
    app = web.Application(client_max_size=10**8)
    app.router.add_route("*", "/{tail:.*}", fake.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monkeypatch.setattr(discord.http.Route, "BASE", f"http://127.0.0.1:{runner.addresses[0][1]}")
    downloader = StubDownloader(SongFiles(PNG, MP3))
    nobody = discord.AllowedMentions.none()
    async with discord.Client(intents=discord.Intents.none(), allowed_mentions=nobody) as client:
        await client.login("not-a-real-token")
        yield Scene(
            fake,
            DiscordDelivery(client, downloader, attach_audio=True, clock=FixedClock(NOW)),
            downloader,
            client,
        )
    await runner.cleanup()
